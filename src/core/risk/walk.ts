import type { Assignment, Command, Redirect, Script, SimpleCommand, Word } from "../shell.ts";
import { argOf, holdsUnknown, textOf, unknownArg } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Input } from "./call.ts";
import { environmentFinding } from "./environment-names.ts";
import { asText, conventional, expand, turnsOf } from "./expand.ts";
import { isFinding, reads, unknownCode } from "./finding.ts";
import type { Finding, Inner, Outcome } from "./finding.ts";
import { partOf } from "./part.ts";
import { fullPath, judgePath } from "./path.ts";
import { printed, printedBy } from "./printed.ts";
import { hidesCommand, programOutcome } from "./program.ts";
import { noteShell } from "./note.ts";
import { learn, learnArray, mostValues } from "./scope.ts";
import { eachPiece, wordFindings } from "./word-findings.ts";
import type { Scope } from "./scope.ts";

const deepest = 16;
const nothing: Input = { kind: "none" };

/** Judges every command of a script, whether or not it would be reached. */
export function walkScript(script: Script, scope: Scope, input: Input): void {
  if (script.problem !== null) {
    scope.parts.push(partOf(script.text, [], [unknownCode(`it cannot be read as shell: ${script.problem}`)]));
  }
  walkAll(script.commands, scope, input);
}

function walkAll(commands: readonly Command[], scope: Scope, input: Input): void {
  for (const command of commands) walk(command, scope, input);
}

function walk(command: Command, scope: Scope, input: Input): void {
  scope.left -= 1;
  if (scope.left < 0) {
    if (scope.left === -1)
      scope.parts.push(partOf(command.text, [], [unknownCode("there is more than is looked at")]));
    return;
  }
  if (command.kind === "simple") return walkSimple(command, scope, input);
  if (command.kind === "pipeline") return walkPipeline(command.commands, scope, input);
  if (command.kind === "function") {
    scope.functions.add(command.name);
    return aside(scope, () => walk(command.body, scope, nothing));
  }
  walkRedirects(command.redirects, scope, false);
  const own = inputOf(command.redirects, scope, input);
  if (command.kind === "loop") walkLoop(command.variable, command.words, scope, command.text);
  else judgeWords(command.words, command.text, scope, command.what);
  if (command.kind === "compound" && command.what === "subshell")
    return aside(scope, () => walkAll(command.commands, scope, own));
  walkAll(command.commands, scope, own);
}

/** What happens inside moves nothing outside. */
function aside(scope: Scope, inside: () => void): void {
  const { cwd } = scope;
  inside();
  scope.cwd = cwd;
}

function walkPipeline(commands: readonly Command[], scope: Scope, input: Input): void {
  let next = input;
  for (const command of commands) {
    const now = next;
    aside(scope, () => walk(command, scope, now));
    const before =
      command.kind === "simple" && isPassing(command, scope) && now.kind === "pipe"
        ? now.names
        : printed(command, scope);
    next = { kind: "pipe", names: before };
  }
}

/** A filter prints lines it was sent. */
const isPassing = ({ words }: SimpleCommand, scope: Scope): boolean =>
  /^(?:grep|egrep|fgrep|head|tail|sort|uniq|tac|shuf|rg|tr)$/.test(
    words[0] === undefined ? "" : asText(words[0], scope).shape,
  );

function walkLoop(variable: string, words: readonly Word[] | null, scope: Scope, text: string): void {
  judgeWords(words ?? [], text, scope, "branch");
  learn(scope, variable, words === null ? [unknownArg] : words.flatMap((word) => valuesOfWord(word, scope)));
}

/** A word in quotes or not: what it may become, one by one. */
function valuesOfWord(word: Word, scope: Scope): Arg[] {
  const turns = Math.min(turnsOf([word], scope), mostValues);
  return overTurns(scope, turns, () => expand(word, scope));
}

function overTurns<T>(scope: Scope, turns: number, each: () => readonly T[]): T[] {
  const found: T[] = [];
  for (scope.turn = 0; scope.turn < turns; scope.turn += 1) found.push(...each());
  scope.turn = 0;
  return found;
}

/** The words of a compound command: what they expand, and secrets they hold. */
function judgeWords(words: readonly Word[], text: string, scope: Scope, what: string): void {
  walkInside(words, scope);
  const isEvaluated = what === "condition" || what === "arithmetic";
  const hides =
    isEvaluated && words.some((word) => hidesCommand(asText(word, scope)) && /['"\\]/.test(word.text));
  const findings = [
    ...wordFindings(words, scope),
    ...(hides ? [unknownCode("a subscript hides a command")] : []),
  ];
  const isAlone = isEvaluated || findings.length > 0;
  if (isAlone) scope.parts.push(partOf(text, [], [reads("it compares"), ...findings]));
}

/** Commands inside of words: `$(…)`, `<(…)`. */
function walkInside(words: readonly Word[], scope: Scope): void {
  eachPiece(words, (piece) => {
    if (piece.kind === "output") aside(scope, () => walkScript(piece.script, scope, nothing));
    if (piece.kind === "process")
      aside(scope, () => walkScript(piece.script, scope, { kind: "pipe", names: unknownArg }));
  });
}

function walkSimple(command: SimpleCommand, scope: Scope, input: Input): void {
  const { words, assignments, redirects, text } = command;
  walkInside([...words, ...assignments.flatMap(wordsOf)], scope);
  const set = assignments.flatMap((assignment) => assign(assignment, scope, words.length === 0));
  const own = inputOf(redirects, scope, input);
  const isEmptying = words.length === 0 || /^(?::|true)$/.test(words[0]?.text ?? "");
  walkRedirects(redirects, scope, isEmptying && assignments.length === 0);
  const findings = [...set, ...wordFindings([...words, ...assignments.flatMap(wordsOf)], scope)];
  if (words.length === 0) {
    if (assignments.length > 0) scope.parts.push(partOf(text, [], [reads("it sets variables"), ...findings]));
    return;
  }
  const turns = Math.min(turnsOf(words, scope), mostValues);
  for (let turn = 0; turn < turns; turn += 1) {
    scope.turn = turn;
    const args = words.flatMap((word) => expand(word, scope));
    scope.turn = 0;
    judgeWordsOfCommand(named(args, words[0], scope), text, scope, own, findings);
  }
}

const wordsOf = ({ value, subscript, elements }: Assignment): readonly Word[] => [
  ...(value === null ? [] : [value]),
  ...subscript,
  ...elements,
];

function named(args: readonly Arg[], first: Word | undefined, scope: Scope): readonly Arg[] {
  const name = conventional(first, scope);
  const isOdd =
    scope.isDividedOddly &&
    first?.pieces.some(
      (piece) => (piece.kind === "variable" || piece.kind === "output") && !piece.isQuoted,
    ) === true;
  if (isOdd) return [unknownArg, ...args.slice(1)];
  return name === null ? args : [argOf(name), ...args.slice(1)];
}

/** Learns the values and says what setting them means. */
function assign(
  { name, isAppend, value, elements }: Assignment,
  scope: Scope,
  isLasting: boolean,
): Finding[] {
  if (value === null)
    learnArray(
      scope,
      name,
      elements.flatMap((word) => expand(word, scope)),
    );
  if (name === "IFS" && isLasting) scope.isDividedOddly = true;
  const turns = value === null ? 0 : Math.min(turnsOf([value], scope), mostValues);
  const values = overTurns(scope, turns, () => [asText(value as Word, scope)]);
  const before = isAppend ? (scope.variables.get(name) ?? [argOf("")]) : [];
  const joined = isAppend
    ? before.flatMap((start) => values.map((end) => ({ ...end, shape: start.shape + end.shape })))
    : values;
  learn(scope, name, joined.slice(0, 100));
  const isIfs = name === "IFS" && !isLasting;
  return [
    ...(isIfs ? [] : values.flatMap((found) => environmentFinding(name, found))),
    ...(values.some(hidesCommand) && /['\\]/.test(value?.text ?? "")
      ? [unknownCode("a value hides a command in a subscript")]
      : []),
  ];
}

function judgeWordsOfCommand(
  args: readonly Arg[],
  text: string,
  scope: Scope,
  input: Input,
  more: readonly Finding[],
): void {
  const [first, ...rest] = args;
  if (first === undefined) {
    scope.parts.push(partOf(text, [], [reads("it expands to nothing"), ...more]));
    return;
  }
  const outcome = programOutcome(first, { args: rest, cwd: scope.cwd, input }, (name) =>
    scope.functions.has(name),
  );
  scope.parts.push(partOf(text, args, [...outcome.filter(isFinding), ...more]));
  walkInner(outcome, scope, input);
  noteShell(textOf(first), rest, scope, input);
}

/** Commands that a command runs in its turn. */
function walkInner(outcome: Outcome, scope: Scope, input: Input): void {
  for (const item of outcome) if (!isFinding(item)) inner(item, scope, input);
}

function inner(item: Inner, scope: Scope, input: Input): void {
  scope.depth += 1;
  const isTooDeep = scope.depth > deepest;
  scope.left -= 1;
  if (isTooDeep || scope.left < 0)
    scope.parts.push(partOf("", [], [unknownCode("commands are wrapped too often")]));
  else aside(scope, () => innerOf(item, scope, input));
  scope.depth -= 1;
}

function ownInput(item: { readonly input?: "pipe" | "none" }, input: Input): Input {
  if (item.input === undefined) return input;
  return item.input === "pipe" ? { kind: "pipe", names: unknownArg } : nothing;
}

function innerOf(item: Inner, scope: Scope, input: Input): void {
  if ("shell" in item) return walkText(item.shell, scope, ownInput(item, input));
  if (item.place !== undefined) scope.cwd = fullPath(item.place, scope.cwd);
  judgeWordsOfCommand(item.runs, shown(item.runs), scope, item.isFed === false ? nothing : input, []);
}

const shown = (args: readonly Arg[]): string =>
  args.map(({ shape }) => shape.replaceAll(/[\uE000\uE001]/g, "…").replaceAll("\uE002", "~")).join(" ");

/** A text that a shell runs. What is not known of it may be words of a command, unless nothing stands before it. */
function walkText(text: Arg, scope: Scope, input: Input): void {
  if (holdsUnknown(text) && isLooseText(text.shape)) {
    scope.parts.push(partOf(shown([text]), [], [unknownCode("which commands run is not known before")]));
    return;
  }
  const source = text.shape
    .replaceAll(/[\uE000]/g, '"$HARNESS_UNKNOWN"')
    .replaceAll("\uE001", "tame")
    .replaceAll("\uE002", "~");
  walkScript(scope.parse(source), scope, input);
}

/** Whether what is unknown could end a command and begin another. */
const isLooseText = (shape: string): boolean => shape.includes("\uE000");

/** What stands on the input after redirects. */
function inputOf(redirects: readonly Redirect[], scope: Scope, input: Input): Input {
  let now = input;
  for (const { operator, target } of redirects) {
    if (operator === "<<" || operator === "<<<") now = { kind: "text", text: asText(target, scope) };
    if (operator === "<" || operator === "<>") now = fromWord(target, scope);
  }
  return now;
}

function fromWord(target: Word, scope: Scope): Input {
  const inside = target.pieces.find((piece) => piece.kind === "process");
  return inside?.kind === "process"
    ? { kind: "pipe", names: printedBy(inside.script, scope) }
    : { kind: "file" };
}

function walkRedirects(redirects: readonly Redirect[], scope: Scope, isEmptying: boolean): void {
  for (const redirect of redirects) {
    walkInside([redirect.target], scope);
    const findings = [
      ...wordFindings([redirect.target], scope),
      ...valuesOfTarget(redirect, scope, isEmptying),
    ];
    if (findings.length > 0) scope.parts.push(partOf(redirect.text, [], findings));
  }
}

function valuesOfTarget({ operator, target }: Redirect, scope: Scope, isEmptying: boolean): Finding[] {
  if (operator === "<<" || operator === "<<<") return [];
  const turns = Math.min(turnsOf([target], scope), mostValues);
  const paths = overTurns(scope, turns, () => [asText(target, scope)]);
  if (target.pieces.some(({ kind }) => kind === "process")) return [];
  if (operator === "<") return paths.flatMap((path) => judgePath(path, "read", scope.cwd) ?? []);
  if (/^[<>]&$/.test(operator) && paths.every(({ shape }) => /^(?:\d+-?|-|\uE001|\uE000)$/.test(shape)))
    return [];
  const use = isEmptying && /^>\|?$/.test(operator) ? "empty" : "write";
  return paths.flatMap((path) => judgePath(path, use, scope.cwd) ?? []);
}
