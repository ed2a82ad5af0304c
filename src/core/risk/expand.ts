import type { Piece, Word } from "../shell.ts";
import { anything, argOf, homeMark, isTame, tame, tameArg, unknownArg } from "./arg.ts";
import type { Arg } from "./arg.ts";
import { printedBy } from "./printed.ts";
import type { Scope } from "./scope.ts";

type Variable = Extract<Piece, { kind: "variable" }>;

/** The words a word becomes, as far as that is known. */
export const expand = (word: Word, scope: Scope): Arg[] =>
  choices(word.pieces).flatMap((pieces) => fields(pieces, scope));

/** The text a word is where the shell does not divide it. */
export function asText(word: Word, scope: Scope): Arg {
  const found = choices(word.pieces).flatMap((pieces) => fields(pieces.map(quoted), scope));
  if (found.length === 1) return found[0] as Arg;
  const shape = found.map((arg) => arg.shape).join(" ");
  return {
    shape,
    isGlob: found.some(({ isGlob }) => isGlob),
    isOutput: found.some(({ isOutput }) => isOutput),
  };
}

const quoted = (piece: Piece): Piece => ("isQuoted" in piece ? { ...piece, isQuoted: true } : piece);

const mostWords = 64;

/** Brace expansion: each way of choosing. */
function choices(pieces: readonly Piece[], depth = 0): readonly Piece[][] {
  if (depth > 16) return [[{ kind: "text", value: anything, isQuoted: true }]];
  let found: Piece[][] = [[]];
  for (const piece of pieces) {
    const ways =
      piece.kind === "choice" ? piece.words.flatMap((word) => choices(word.pieces, depth + 1)) : [[piece]];
    if (found.length * ways.length > mostWords) return [[{ kind: "text", value: anything, isQuoted: true }]];
    if (ways.length === 1) for (const start of found) start.push(...(ways[0] ?? []));
    else found = found.flatMap((start) => ways.map((way) => [...start, ...way]));
  }
  return found;
}

interface Field {
  shape: string;
  isGlob: boolean;
  isOutput: boolean;
  isQuoted: boolean;
}

const emptyField = (): Field => ({ shape: "", isGlob: false, isOutput: false, isQuoted: false });

function fields(pieces: readonly Piece[], scope: Scope): Arg[] {
  const done: Field[] = [emptyField()];
  const isSet = pieces.some((piece) => piece.kind === "text" && piece.value.includes("]"));
  for (const piece of pieces) add(done, piece, scope, isSet);
  return done
    .filter(({ shape, isQuoted }) => shape !== "" || isQuoted)
    .map(({ shape, isGlob, isOutput }) => ({ shape, isGlob, isOutput }));
}

function add(done: Field[], piece: Piece, scope: Scope, isSet: boolean): void {
  const last = done.at(-1) as Field;
  if (piece.kind === "text") {
    last.shape += piece.value;
    last.isQuoted ||= piece.isQuoted;
  } else if (piece.kind === "glob") {
    last.shape += piece.value;
    last.isGlob ||= piece.value !== "[" || isSet;
  } else if (piece.kind === "variable" && isWholeArray(piece)) addAll(done, elements(piece, scope));
  else if (piece.kind === "variable") addValue(done, variable(piece, scope), piece.isQuoted);
  else if (piece.kind === "output") addValue(done, printedBy(piece.script, scope), piece.isQuoted);
  else last.shape += fixed(piece);
}

function fixed(piece: Piece): string {
  if (piece.kind === "process") return "/dev/fd/63";
  if (piece.kind === "home") return place(piece.user);
  return piece.kind === "array" ? anything : tame;
}

function place(user: string): string {
  if (user === "") return homeMark;
  if (user === "root") return "/root";
  return user === "+" ? "." : user === "-" ? anything : `/home/${user}`;
}

/** A value that is not in quotes is divided at its blanks and may be a glob. */
function addValue(done: Field[], value: Arg, isQuoted: boolean): void {
  const parts = isQuoted ? [value.shape] : value.shape.split(/[ \t\n]+/);
  for (const [index, part] of parts.entries()) {
    if (index > 0 && (done.at(-1) as Field).shape !== "") done.push(emptyField());
    const last = done.at(-1) as Field;
    last.shape += part;
    last.isOutput ||= value.isOutput;
    last.isQuoted ||= isQuoted;
    last.isGlob ||= value.isGlob || (!isQuoted && /[*?]|\[.*\]/.test(part));
  }
}

function addAll(done: Field[], values: readonly Arg[]): void {
  for (const [index, value] of values.entries()) {
    if (index > 0) done.push(emptyField());
    addValue(done, value, true);
  }
}

const isWholeArray = ({ operation, words, isIndirect }: Variable): boolean =>
  !isIndirect && operation === "" && words.length === 1 && /^[@*]$/.test(words[0]?.text ?? "");

const elements = ({ name }: Variable, { arrays }: Scope): readonly Arg[] => arrays.get(name) ?? [unknownArg];

/** The value of a variable, after what stands behind its name in `${…}`. */
function variable(piece: Variable, scope: Scope): Arg {
  const { name, operation, isIndirect } = piece;
  if (operation === "#") return tameArg;
  if (isIndirect) return unknownArg;
  const known = valueOf(name, scope);
  if (operation === "") return known ?? unknownArg;
  const word = asText(piece.words.at(-1) ?? { text: "", pieces: [] }, scope);
  const instead: Arg = { ...word, shape: word.shape.replace(/^:?[-=+?]/, "") };
  if (/^:?[-=]/.test(operation)) return known === null || known.shape === "" ? instead : known;
  if (/^:?\+/.test(operation)) return instead;
  if (/^:?\?/.test(operation)) return known ?? unknownArg;
  return transformed(known ?? unknownArg, operation);
}

/** Parts of a name of the workspace stay in the workspace, if nothing is taken from its beginning. */
function transformed(value: Arg, operation: string): Arg {
  if (/^##?\*\/$/.test(operation)) return tameArg;
  if (!isTame(value)) return unknownArg;
  const keepsStart = operation.startsWith("%") || operation.startsWith("^") || operation.startsWith(",");
  const isFlat = !value.shape.includes("/") && !/\.\.|\/[^/]*\/[^/]*\//.test(operation);
  return keepsStart || isFlat ? { ...tameArg, isOutput: value.isOutput } : unknownArg;
}

const ownNames =
  /^(?:RANDOM|SECONDS|LINENO|BASHPID|PPID|UID|EUID|HOSTNAME|USER|LOGNAME|BASH_VERSION|OSTYPE|HOSTTYPE|MACHTYPE|COLUMNS|LINES|SHLVL|EPOCHSECONDS|OPTIND|LANG|TERM|NPROC|[$?#!])$/;

/** null: nobody has said. */
function valueOf(name: string, scope: Scope): Arg | null {
  const values = scope.variables.get(name);
  if (values !== undefined && values.length > 0) return values[scope.turn % values.length] as Arg;
  if (name === "IFS") return argOf(" ");
  if (name === "HOME") return argOf(homeMark);
  if (name === "PWD") return argOf(scope.cwd ?? anything);
  if (name === "TMPDIR" || name === "RUNNER_TEMP") return argOf("/tmp");
  if (name === "0") return argOf("bash");
  return ownNames.test(name) ? tameArg : null;
}

/** How many values the variables of a word have at most. */
export function turnsOf(words: readonly Word[], scope: Scope): number {
  let most = 1;
  const look = (pieces: readonly Piece[]): void => {
    for (const piece of pieces) {
      if (piece.kind === "variable") most = Math.max(most, scope.variables.get(piece.name)?.length ?? 1);
      if ("words" in piece) for (const word of piece.words) look(word.pieces);
      if (piece.kind === "output") most = Math.max(most, outputTurns(piece.script.text, scope));
    }
  };
  for (const word of words) look(word.pieces);
  return most;
}

/** A command inside may print a variable. */
const outputTurns = (text: string, scope: Scope): number =>
  Math.max(
    1,
    ...[...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(
      ([, name]) => scope.variables.get(name ?? "")?.length ?? 1,
    ),
  );

/** The name of a program where a variable stands for it that everybody uses so. */
export function conventional(word: Word | undefined, scope: Scope): string | null {
  const [piece, ...rest] =
    word?.pieces.filter((found) => !(found.kind === "text" && found.value === "")) ?? [];
  if (
    piece?.kind !== "variable" ||
    rest.length > 0 ||
    piece.operation !== "" ||
    scope.variables.has(piece.name)
  )
    return null;
  return conventions[piece.name] ?? null;
}

const conventions: Readonly<Record<string, string>> = {
  PYTHON: "python",
  PYTHON3: "python3",
  CC: "gcc",
  CXX: "g++",
  MAKE: "make",
  NODE: "node",
  NPM: "npm",
  RUBY: "ruby",
  CARGO: "cargo",
  GO: "go",
};
