import { argOf, homeMark, textOf } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Call } from "./call.ts";
import { changesOutside, ownCode, reaches, reads, unknownCode } from "./finding.ts";
import type { Finding, Outcome } from "./finding.ts";
import { hostsOf, isMetadata, namesHost } from "./host.ts";
import { judgeFor, judgeForExactly } from "./lookup.ts";
import { fullPath } from "./path.ts";
import { isSending } from "./sending.ts";
import { suspectPaths } from "./spec.ts";
import { taskFindings } from "./task-code.ts";
import { taskVerbs } from "./task-verbs.ts";
import { writtenOutcome, writtenSources } from "./written-code.ts";

/** What a command does whose program is the first word; `isDefined`: the script has a function of that name. */
export function programOutcome(
  first: Arg,
  call: Omit<Call, "name">,
  isDefined: (name: string) => boolean,
): Outcome {
  const text =
    textOf({ ...first, shape: first.shape.replace(homeMark, "\uF8FF") })?.replace("\uF8FF", "~") ?? null;
  if (first.isGlob) return [unknownCode("which program runs depends on which files there are")];
  if (text === null) return [unknownCode("which program runs is not known before")];
  if (/[^\u0020-\u007E]/.test(text)) return [unknownCode("the name of the program only looks like one")];
  if (text.includes("/")) return byPath(first, text, call);
  return [...byName(text, call, isDefined(text)), ...common(call)];
}

/** Whether a word is the name or the path of a program. */
function isProgram(word: Arg): boolean {
  const text = textOf(word);
  if (text === null || text === "." || text === "..") return false;
  return (
    /^\.{0,2}\/./.test(text) ||
    /^(?:node_modules|bin|scripts|\.?venv)\//.test(text) ||
    judgeFor(text) !== null
  );
}

const mostStarts = 8;

/** Where the command may begin among words of which some belong to options nobody knows. */
export function startsOf(words: readonly Arg[]): readonly (readonly Arg[])[] {
  const [first] = words;
  if (first === undefined) return [];
  if (isProgram(first)) return [words];
  const inside = words.flatMap((word, index) => (isProgram(word) ? [words.slice(index)] : []));
  if (first.shape.startsWith("-") && inside.length > 0) return inside.slice(0, mostStarts);
  const at = words.findIndex(({ shape }) => !shape.startsWith("-"));
  return at === -1 ? [] : [words.slice(at), ...inside.slice(0, mostStarts)];
}

const common = ({ args }: Omit<Call, "name">): Finding[] =>
  args.some(isMetadata)
    ? [{ risk: "privilege", because: "the address tells a machine's credentials", hosts: null }]
    : [];

function byName(name: string, call: Omit<Call, "name">, isDefined: boolean): Outcome {
  const judge = judgeFor(name);
  if (isDefined && judge === null)
    return [reads("a function of the script"), ...suspectPaths(call.args, call.cwd)];
  const [only, ...more] = call.args;
  if (more.length === 0 && /^--(?:version|help)$/.test(only?.shape ?? ""))
    return [reads(`${name} says what it is`)];
  if (judge === null) return unknown(name, call);
  return [...judge({ ...call, name }), ...subscripts(name, call.args), ...writtenSources(name, call)];
}

/** Words of these are evaluated as names of variables, whose subscripts may hold commands. */
function subscripts(name: string, args: readonly Arg[]): Finding[] {
  if (
    !/^(?:test|\[|read|declare|typeset|local|export|readonly|printf|let|unset|mapfile|readarray|getopts|wait)$/.test(
      name,
    )
  )
    return [];
  return args.some(hidesCommand) ? [unknownCode("a subscript hides a command")] : [];
}

export const hidesCommand = ({ shape }: Arg): boolean =>
  shape.split("]").some((part) => part.includes("[") && /\$[({]|`/.test(part.slice(part.indexOf("["))));

/** A program by where it lies. */
function byPath(first: Arg, text: string, call: Omit<Call, "name">): Outcome {
  const base = text.slice(text.lastIndexOf("/") + 1);
  if (
    /^(?:\/usr(?:\/local)?)?\/s?bin\/|^\/opt\/[\w./-]+\/bin\/|\/(?:node_modules\/\.bin|\.?venv\/bin|vendor\/bin|\.(?:cargo|local|bun|deno|pyenv|rbenv|nvm)\/[\w./-]*(?:bin|shims))\/[^/]+$|^(?:node_modules\/\.bin|\.?venv\/bin|vendor\/bin)\/|(?:^|\/)(?:gradlew|mvnw)$/.test(
      text,
    ) &&
    !text.includes("..")
  ) {
    return [...byName(base, call, false), ...common(call)];
  }
  const full = fullPath(first, call.cwd);
  if (full !== null && !/^\/(?:workspace|tmp)(?:\/|$)/.test(full)) {
    return [
      { risk: "privilege", because: "it runs a program outside the workspace", isOpaque: true, hosts: null },
    ];
  }
  const written = call.written(first);
  if (written !== null) return [ownCode("a script that was just written"), ...writtenOutcome(written, call)];
  const known = judgeForExactly(base);
  return [
    ownCode("a program of the project"),
    ...(isSending(base) ? [changesOutside("a program that is called so publishes")] : []),
    ...taskVerbs([argOf(base.replace(/\.\w+$/, ""))]),
    ...taskFindings(call.args, call),
    ...(known === null ? [] : known({ ...call, name: base })),
    ...hostFindings(call.args),
    ...suspectPaths(call.args, call.cwd),
    ...common(call),
  ];
}

function hostFindings(args: readonly Arg[]): Finding[] {
  const named = args.filter(namesHost);
  return named.length > 0 ? [reaches("it is given the name of a host", hostsOf(named))] : [];
}

/** A program no table knows: one of the project's own where it comes out of its environment, else it could do anything. */
function unknown(name: string, call: Omit<Call, "name">): Outcome {
  const base =
    call.isOwn === true
      ? ownCode(`${name} runs the project's code`)
      : {
          risk: "network" as const,
          because: `${name} is not known: it could do anything`,
          isOpaque: true,
          hosts: null,
        };
  return [
    base,
    ...(isSending(name) ? [changesOutside(`a program that is called ${name} publishes`)] : []),
    ...taskVerbs(call.args),
    ...hostFindings(call.args),
    ...suspectPaths(call.args, call.cwd),
    ...common(call),
  ];
}
