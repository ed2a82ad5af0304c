import { anything, argOf, isTame } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { destroys, reads, trusted, unknownCode, writes } from "../finding.ts";
import type { Finding, Outcome } from "../finding.ts";
import { reportTo } from "../kept.ts";
import { isSecretPath } from "../named-paths.ts";
import { fullPath } from "../path.ts";
import { pathsFindings, specOutcome } from "../spec.ts";

/** Programs that look for files, and may do something to each. */
export const findTools: Tools = {
  find: find,
  ...each("gfind bfs", (call) => find(call)),
  ...each("fd fdfind", fd),
};

const findActs: Readonly<Record<string, Finding>> = {
  "-delete": destroys("find -delete removes what it finds"),
  "-fls": writes("find -fls writes a file"),
  "-fprint": writes("find -fprint writes a file"),
  "-fprint0": writes("find -fprint0 writes a file"),
  "-fprintf": writes("find -fprintf writes a file"),
};

function find(call: Call): Outcome {
  const { args } = call;
  const firstTest = args.findIndex(({ shape }) => /^[-(!]/.test(shape) && !/^-(?:[HLP]|O\d|D)$/.test(shape));
  const starts = (firstTest === -1 ? args : args.slice(0, firstTest)).filter(
    ({ shape }) => !shape.startsWith("-"),
  );
  const outcome: Outcome[number][] = [reads("find reads"), ...pathsFindings(starts, "list", call.cwd)];
  const values = valuesOfTests(args);
  for (const [index, arg] of args.entries()) {
    if (values.has(index)) continue;
    const act = findActs[arg.shape];
    if (act !== undefined) outcome.push(act);
    if (/^-f(?:ls|print)/.test(arg.shape))
      outcome.push(...args.slice(index + 1, index + 2).flatMap((path) => reportTo(path, call.cwd)));
    if (/^-(?:exec|ok)(?:dir)?$/.test(arg.shape))
      outcome.push(...executed(args.slice(index + 1), foundBy(starts)));
    if (/^-files0-from$/.test(arg.shape))
      outcome.push(...pathsFindings(args.slice(index + 1, index + 2), "read", call.cwd));
    if (arg.shape === anything && index > 0 && isLoose(args[index - 1])) outcome.push(unknownTest);
  }
  return [...outcome, ...sought(args, starts, call)];
}

/** Tests and actions that one word follows, whatever it looks like. */
const tests =
  /^-(?:i?name|i?path|i?wholename|i?regex|i?lname|newer\w{0,2}|[acm]newer|samefile|type|xtype|perm|size|user|group|uid|gid|links|inum|used|fstype|regextype|[acm](?:time|min)|maxdepth|mindepth|printf|context|files0-from)$/;

/** Where words stand that are values of tests: no predicates, even if they look like some. */
function valuesOfTests(args: readonly Arg[]): ReadonlySet<number> {
  const values = new Set<number>();
  for (const [index, { shape }] of args.entries())
    if (!values.has(index) && tests.test(shape)) values.add(index + 1);
  return values;
}

/** Whoever looks all over the machine for keys wants to know where they are. */
function sought(args: readonly Arg[], starts: readonly Arg[], { cwd }: Call): Finding[] {
  const isAway = starts.some((start) => {
    const full = fullPath(start, cwd);
    return full !== null && /^\/(?:$|~|root|home|etc|var|proc|mnt|media)/.test(full);
  });
  const isSecret = args.some(
    ({ shape }, index) =>
      /^-i?(?:name|path|wholename|regex)$/.test(args[index - 1]?.shape ?? "") &&
      isSecretPath(shape.replaceAll("*", "x"), false),
  );
  return isAway && isSecret ? [trusted("it looks for keys and secrets")] : [];
}

const unknownTest: Finding = {
  risk: "network",
  because: "what find does is not known before it runs",
  isOpaque: true,
};

/** Whether a word after it would be a test of its own, not the value of one. */
const isLoose = (before: Arg | undefined): boolean => before === undefined || !/^-[a-z]/.test(before.shape);

/** What a file that `find` meets is called. */
function foundBy(starts: readonly Arg[]): Arg {
  const odd = starts.find((start) => !isTame(start));
  return odd === undefined ? argOf("\uE001") : { ...odd, shape: `${odd.shape}/\uE001`, isGlob: false };
}

function executed(rest: readonly Arg[], name: Arg): Outcome {
  const end = rest.findIndex(
    ({ shape }, index) => shape === ";" || (shape === "+" && rest[index - 1]?.shape === "{}"),
  );
  const words = end === -1 ? rest : rest.slice(0, end);
  const runs = words.map((word) => filled(word, "{}", name));
  const isRemoving = /^(?:.*\/)?(?:rm|unlink|shred|truncate)$/.test(words[0]?.shape ?? "");
  return [{ runs, isFed: false }, ...(isRemoving ? [destroys("find removes what it finds")] : [])];
}

export function filled(word: Arg, mark: string, name: Arg): Arg {
  if (!word.shape.includes(mark)) return word;
  return { ...name, shape: word.shape.replaceAll(mark, name.shape) };
}

const fdSpec = {
  valued:
    "-e -t -d -E -S -j -g --extension --type --max-depth --min-depth --exclude --size --changed-within --changed-before --threads --color --glob --max-results",
  telling: "--exec --exec-batch",
};

function fd(call: Call): Outcome {
  const at = call.args.findIndex(({ shape }) =>
    /^(?:-[a-zA-Z]*[xX]|--exec(?:-b[a-z]*)?|--exec-batch)$/.test(shape),
  );
  const own = at === -1 ? call.args : call.args.slice(0, at);
  const outcome = specOutcome(
    { ...call, args: own },
    { ...fdSpec, lead: 1, operands: "list", reads: "--ignore-file --base-directory --search-path" },
  );
  if (at === -1)
    return outcome.concat(
      call.args.some(({ shape }) => /^--?e?x(?:ec)?[-a-z]*=/.test(shape))
        ? [unknownCode("fd runs a program")]
        : [],
    );
  const runs = call.args
    .slice(at + 1)
    .map((word) => (/^\{.{0,2}\}$/.test(word.shape) ? argOf("\uE001") : word));
  const isRemoving = /^(?:.*\/)?(?:rm|unlink|shred|truncate)$/.test(runs[0]?.shape ?? "");
  const withName = runs.some(({ shape }) => shape === "\uE001") ? runs : [...runs, argOf("\uE001")];
  return [...outcome, { runs: withName }, ...(isRemoving ? [destroys("fd removes what it finds")] : [])];
}
