import type { Command, Redirect, Script, SimpleCommand, Word } from "../shell.ts";
import { argOf, holdsUnknown, textOf, unknownArg } from "./arg.ts";
import type { Arg } from "./arg.ts";
import { assigned, wordsOfAssignment } from "./assigned.ts";
import type { Input } from "./call.ts";
import { callsItself } from "./calls-itself.ts";
import { emptied } from "./emptied.ts";
import { asText, conventional, expand, turnsOf } from "./expand.ts";
import { destroys, isFinding, reads, unknownCode } from "./finding.ts";
import type { Finding, Inner, Outcome } from "./finding.ts";
import { hiddenIn } from "./hidden.ts";
import { inputOf, keepOpen } from "./inputs.ts";
import { noteShell } from "./note.ts";
import { partOf } from "./part.ts";
import { fullPath } from "./path.ts";
import { printed } from "./printed.ts";
import { hidesCommand, programOutcome, startsOf } from "./program.ts";
import { redirectFindings } from "./redirected.ts";
import type { Redirected } from "./redirected.ts";
import { learn, mostValues, overTurns } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { isSilent, overwrittenByTee, readWords } from "./silent.ts";
import { eachPiece, wordFindings } from "./word-findings.ts";
import { noteWritten, writtenText } from "./written.ts";

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

function walk(
  command: Command,
  scope: Scope,
  input: Input,
  joined: readonly Word[] = readWords(command),
): void {
  scope.left -= 1;
  if (scope.left < 0) {
    if (scope.left === -1)
      scope.parts.push(partOf(command.text, [], [unknownCode("there is more than is looked at")]));
    return;
  }
  if (command.kind === "simple") return walkSimple(command, scope, input, joined);
  if (command.kind === "pipeline") return walkPipeline(command.commands, scope, input, joined);
  if (command.kind === "function") return walkFunction(command.name, command.body, scope);
  walkRedirects(command.redirects, scope, { isSilent: isSilent(command, scope), read: joined });
  const own = inputOf(command.redirects, scope, input);
  keepOpen(command.redirects, scope, true);
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

function walkFunction(name: string, body: Command, scope: Scope): void {
  scope.functions.add(name);
  if (callsItself(name, body))
    scope.parts.push(partOf(body.text, [], [destroys("the function starts itself again and again")]));
  aside(scope, () => walk(body, scope, nothing));
}

function walkPipeline(
  commands: readonly Command[],
  scope: Scope,
  input: Input,
  joined: readonly Word[],
): void {
  let next = input;
  for (const command of commands) {
    const now = next;
    aside(scope, () => walk(command, scope, now, joined));
    const before =
      command.kind === "simple" && isPassing(command, scope) && now.kind === "pipe"
        ? now.names
        : printed(command, scope);
    next = isSilent(command, scope) === true ? { kind: "empty" } : { kind: "pipe", names: before };
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
    if (piece.kind === "output") {
      if (piece.isQuoted) walkHidden(piece.script.text, scope);
      aside(scope, () => walkScript(piece.script, scope, nothing));
    }
    if (piece.kind === "process")
      aside(scope, () => walkScript(piece.script, scope, { kind: "pipe", names: unknownArg }));
  });
}

function walkSimple(command: SimpleCommand, scope: Scope, input: Input, joined: readonly Word[]): void {
  const { words, assignments, redirects, text } = command;
  walkInside([...words, ...assignments.flatMap(wordsOfAssignment)], scope);
  walkAssignments(command, scope);
  const own = inputOf(redirects, scope, input);
  walkRedirects(redirects, scope, { isSilent: isSilent(command, scope), read: joined });
  if (words[0]?.text === "exec" && words.length === 1) keepOpen(redirects, scope, false);
  noteWritten(command, scope, own);
  for (const target of overwrittenByTee(command)) walkTee(target, scope, joined);
  if (words.length === 0) return;
  const findings = wordFindings(words, scope);
  const turns = Math.min(turnsOf(words, scope), mostValues);
  for (let turn = 0; turn < turns; turn += 1) {
    scope.turn = turn;
    const args = words.flatMap((word) => expand(word, scope));
    scope.turn = 0;
    judgeWordsOfCommand({ args: named(args, words[0], scope), text, input: own, more: findings }, scope);
  }
}

/** `tee` of a file that the same pipe reads. */
function walkTee(target: Word, scope: Scope, joined: readonly Word[]): void {
  const redirect: Redirect = { text: `tee ${target.text}`, operator: ">", target };
  const findings = redirectFindings(redirect, scope, { isSilent: false, read: joined });
  if (findings.some(({ risk }) => risk === "destructive"))
    scope.parts.push(partOf(redirect.text, [], findings));
}

/** Assignments are parts of their own, so that no rule about the command behind them speaks of them. */
function walkAssignments({ words, assignments, text }: SimpleCommand, scope: Scope): void {
  const isAlone = words.length === 0;
  const outcomes = assignments.map((assignment) => ({
    text: assignment.text,
    outcome: [...assigned(assignment, scope, isAlone), ...wordFindings(wordsOfAssignment(assignment), scope)],
  }));
  const isQuiet = outcomes.every(({ outcome }) => outcome.length === 0);
  if (isAlone && assignments.length > 0 && isQuiet)
    scope.parts.push(partOf(text, [], [reads("it sets variables")]));
  for (const { text: own, outcome } of outcomes) {
    if (outcome.length === 0) continue;
    scope.parts.push(partOf(own, [], [reads("it sets a variable"), ...outcome.filter(isFinding)]));
    walkInner(outcome, scope, nothing);
  }
}

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

interface Judged {
  readonly args: readonly Arg[];
  readonly text: string;
  readonly input: Input;
  readonly more: readonly Finding[];
  readonly isOwn?: boolean;
}

function judgeWordsOfCommand({ args, text, input, more, isOwn = false }: Judged, scope: Scope): void {
  const [first, ...rest] = args;
  if (first === undefined) {
    scope.parts.push(partOf(text, [], [reads("it expands to nothing"), ...more]));
    return;
  }
  const call = {
    args: rest,
    cwd: scope.cwd,
    input,
    isOwn,
    written: (path: Arg) => writtenText(path, scope),
  };
  const alias = scope.aliases.get(first.shape);
  const outcome: Outcome =
    alias === undefined
      ? programOutcome(first, call, (name) => scope.functions.has(name))
      : [
          reads("an alias of the script"),
          { shell: argOf([alias, ...rest.map(({ shape }) => shape)].join(" ")) },
        ];
  const found = outcome.filter(isFinding);
  scope.parts.push(partOf(text, args, [...found, ...emptied(first, rest, input, found), ...more]));
  if (alias !== undefined) scope.aliases.delete(first.shape);
  walkInner(outcome, scope, input);
  if (alias !== undefined) scope.aliases.set(first.shape, alias);
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
  const own = item.isFed === false ? nothing : input;
  const { isOwn = false } = item;
  for (const runs of item.isLoose === true ? startsOf(item.runs) : [item.runs])
    judgeWordsOfCommand({ args: runs, text: shown(runs), input: own, more: [], isOwn }, scope);
}

const shown = (args: readonly Arg[]): string =>
  args.map(({ shape }) => shape.replaceAll(/[\uE000\uE001]/g, "…").replaceAll("\uE002", "~")).join(" ");

/** A text that a shell runs. What is not known of it may be words of a command, unless nothing stands before it. */
function walkText(text: Arg, scope: Scope, input: Input): void {
  if (holdsUnknown(text) && isLooseText(text.shape)) {
    scope.parts.push(partOf(shown([text]), [], [unknownCode("which commands run is not known before")]));
    return;
  }
  walkHidden(text.shape.replaceAll(/[\uE000-\uE002]/g, ""), scope, shown([text]));
  const source = text.shape
    .replaceAll(/[\uE000]/g, '"$HARNESS_UNKNOWN"')
    .replaceAll("\uE001", "tame")
    .replaceAll("\uE002", "~");
  walkScript(scope.parse(source), scope, input);
}

/** Signs that look like the shell's: what encloses a text in quotes took them for mere signs. */
function walkHidden(text: string, scope: Scope, label = text): void {
  const hidden = hiddenIn(text);
  if (hidden !== null) scope.parts.push(partOf(label, [], [unknownCode(hidden)]));
}

/** Whether what is unknown could end a command and begin another. */
const isLooseText = (shape: string): boolean => shape.includes("\uE000");

function walkRedirects(redirects: readonly Redirect[], scope: Scope, about: Redirected): void {
  for (const redirect of redirects) {
    walkInside([redirect.target], scope);
    const findings = [...wordFindings([redirect.target], scope), ...redirectFindings(redirect, scope, about)];
    if (findings.length > 0) scope.parts.push(partOf(redirect.text, [], findings));
  }
}
