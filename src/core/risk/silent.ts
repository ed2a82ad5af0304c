import type { Command, SimpleCommand, Word } from "../shell.ts";
import { asText } from "./expand.ts";
import type { Scope } from "./scope.ts";

/** Whether a command prints nothing, so that a file it is sent to is left empty; "mostly": what comes later may print. */
export function isSilent(command: Command, scope: Scope): boolean | "mostly" {
  if (command.kind === "pipeline") return pipelineIsSilent(command.commands, scope);
  if (command.kind === "compound" || command.kind === "loop")
    return command.commands.every((inner) => isSilent(inner, scope) === true);
  return command.kind === "simple" && simpleIsSilent(command, scope);
}

function pipelineIsSilent(commands: readonly Command[], scope: Scope): boolean {
  const [first, ...rest] = commands;
  return (
    first !== undefined && isSilent(first, scope) === true && rest.every((next) => passesOn(next, scope))
  );
}

const passesOn = (command: Command, scope: Scope): boolean =>
  command.kind === "simple" &&
  passing.test(textsOf(command, scope)[0] ?? "") &&
  textsOf(command, scope)
    .slice(1)
    .every((text) => text.startsWith("-"));

const textsOf = ({ words }: SimpleCommand, scope: Scope): string[] =>
  words.map((word) => asText(word, scope).shape.replace(/^(?:\/usr)?\/bin\//, ""));

/** Programs that print what they read. */
const passing =
  /^(?:cat|tac|nl|head|tail|sort|uniq|cut|tr|rev|fold|fmt|paste|column|expand|unexpand|grep|egrep|fgrep|rg|sed|awk|gawk|iconv|dos2unix|base64|xxd|tee|jq|sponge|zcat|dd|less|more|strings)$/;

function simpleIsSilent(command: SimpleCommand, scope: Scope): boolean | "mostly" {
  const [name, ...args] = textsOf(command, scope);
  if (
    name === undefined ||
    /^(?::|true|false|set|unset|shopt|cd|sleep|wait|test|\[|eval|export|read)$/.test(name)
  )
    return name !== "eval" || args.join("").trim() === "";
  if (name === "exec") return args.length === 0 ? "mostly" : false;
  if (name === "builtin" || name === "command")
    return simpleIsSilent({ ...command, words: command.words.slice(1) }, scope);
  if (name === "echo") return args.every((arg) => arg === "" || /^-[neE]+$/.test(arg));
  if (name === "printf") return args.every((arg) => arg === "" || arg === "%s" || arg === "--");
  if (/^(?:head|tail)$/.test(name) && /(?:^|\s)-(?:n|c|-lines=|-bytes=)\s*\+?0(?:\s|$)/.test(args.join(" ")))
    return true;
  if (
    /^[gmn]?awk$/.test(name) &&
    args.length === 1 &&
    /^\s*BEGIN\s*\{\s*(?:printf?\s*""\s*;?|exit;?)?\s*\}\s*$/.test(args[0] ?? "")
  )
    return true;
  return passing.test(name) && readsNothing(command, args, scope);
}

/** What it reads is `/dev/null` alone. */
function readsNothing({ redirects, words }: SimpleCommand, args: readonly string[], scope: Scope): boolean {
  const isFedNothing = redirects.some(
    ({ operator, target }) => operator === "<" && asText(target, scope).shape === "/dev/null",
  );
  const files = args.filter((arg) => !arg.startsWith("-"));
  const isBegin = files.some((file) => /^\s*BEGIN\b/.test(file));
  if (isBegin) return false;
  const lead = /^(?:\/usr\/bin\/)?(?:grep|egrep|fgrep|rg|sed|awk|gawk|jq|tr|head|tail|cut)$/.test(
    words[0]?.text ?? "",
  );
  if (files.includes("/dev/null"))
    return files.every((file, at) => file === "/dev/null" || file === "if=/dev/null" || (lead && at === 0));
  return (isFedNothing && files.length <= (lead ? 1 : 0)) || files.includes("if=/dev/null");
}

/** Words of a command, and of those it is joined with by pipes, that may be files it reads. */
export function readWords(command: Command): readonly Word[] {
  if (command.kind === "pipeline") return command.commands.flatMap(readWords);
  if (command.kind === "compound" || command.kind === "loop")
    return [...inputs(command.redirects), ...command.commands.flatMap(readWords)];
  if (command.kind !== "simple") return [];
  const isPrinting = notReading.test(command.words[0]?.text ?? "");
  return [...inputs(command.redirects), ...(isPrinting ? [] : command.words.slice(1))];
}

const inputs = (redirects: SimpleCommand["redirects"]): readonly Word[] =>
  redirects.flatMap(({ operator, target }) => (operator === "<" ? [target] : []));

/** Programs whose words are no files that they read. */
const notReading =
  /^(?:echo|printf|tee|test|\[|mkdir|touch|ls|rm|basename|dirname|realpath|readlink|stat|which|command|export|declare|local|set|cd|find|chmod|kill|git|npm|npx|yarn|pnpm|make|cargo|go)$/;

/** Files that `tee` overwrites. */
export const overwrittenByTee = ({ words }: SimpleCommand): readonly Word[] =>
  words[0]?.text === "tee" && !words.some(({ text }) => /^(?:-\w*a|--append)/.test(text))
    ? words.slice(1)
    : [];
