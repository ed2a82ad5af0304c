import type { Command, Piece, Script, Word } from "../shell.ts";
import { argOf, holdsUnknown, isTame, tame, tameArg, unknownArg } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Scope } from "./scope.ts";

/** What a script prints, as far as that is known: a line of it, where it prints lines. */
export function printedBy(script: Script, scope: Scope): Arg {
  const [only, ...more] = script.commands;
  if (only === undefined) return more.length > 0 || script.problem !== null ? unknownArg : argOf("");
  if (more.length > 0) return { ...unknownArg, isOutput: true };
  return printed(only, scope);
}

/** A line of what a command prints. */
export function printed(command: Command, scope: Scope): Arg {
  if (command.kind === "pipeline") return throughPipe(command.commands, scope);
  if (command.kind !== "simple") return { ...unknownArg, isOutput: true };
  const words = command.words.map((word) => plainText(word, scope));
  if (command.words.length === 0) return { ...unknownArg, isOutput: true };
  return printedByWords(words);
}

/** Filters pass lines on as they are. */
function throughPipe(commands: readonly Command[], scope: Scope): Arg {
  let now: Arg = unknownArg;
  for (const [index, command] of commands.entries()) {
    const name =
      command.kind === "simple"
        ? plainText(command.words[0] ?? { text: "", pieces: [] }, scope)?.shape
        : undefined;
    const isFilter = index > 0 && /^(?:grep|egrep|fgrep|head|tail|sort|uniq|tac|shuf|rg)$/.test(name ?? "");
    if (!isFilter) now = printed(command, scope);
  }
  return { ...now, isOutput: true };
}

/** A word without commands in it; null where it has some. */
function plainText(word: Word, scope: Scope): Arg | null {
  let shape = "";
  let isGlob = false;
  for (const piece of word.pieces) {
    const text = textOfPiece(piece, scope);
    if (text === null) return null;
    shape += text;
    isGlob ||= piece.kind === "glob";
  }
  return { shape, isGlob, isOutput: false };
}

function textOfPiece(piece: Piece, scope: Scope): string | null {
  if (piece.kind === "text" || piece.kind === "glob") return piece.value;
  if (piece.kind === "arithmetic" || piece.kind === "range") return tame;
  if (piece.kind === "home") return piece.user === "" ? "\uE002" : "/root";
  if (piece.kind !== "variable" || piece.operation !== "" || piece.isIndirect || piece.words.length > 0)
    return null;
  if (piece.name === "0") return "./bash";
  const values = scope.variables.get(piece.name);
  if (values === undefined || values.length === 0) return piece.name === "HOME" ? "\uE002" : "\uE000";
  return (values[scope.turn % values.length] as Arg).shape;
}

const constant = /^(?:date|seq|nproc|mktemp|expr|wc|basename|cksum|sha256sum|md5sum|tty|arch|uuidgen)$/;

function printedByWords(words: readonly (Arg | null)[]): Arg {
  const [name, ...rest] = words;
  const args = rest.filter((arg) => arg !== null);
  const isWhole = args.length === rest.length;
  const program = name?.shape.replace(/^(?:\/usr)?\/bin\//, "") ?? "";
  if (program === "mktemp") return argOf(`/tmp/${tame}`);
  if (program === "wc" || program.endsWith("sum"))
    return isWhole ? { ...tameArg, isOutput: true } : unknownArg;
  if (constant.test(program)) return tameArg;
  if (/^(?:uname|hostname|whoami|id|git-rev)$/.test(program)) return { ...tameArg, isOutput: true };
  if (program === "pwd") return argOf(".");
  if (!isWhole) return { ...unknownArg, isOutput: true };
  return { ...byTool(program, args), isOutput: !/^(?:echo|printf|which|command|type)$/.test(program) };
}

function byTool(program: string, args: readonly Arg[]): Arg {
  const operands = args.filter(({ shape }) => !shape.startsWith("-"));
  if (program === "echo") return echoed(args);
  if (program === "printf")
    return args.length === 1 && !/[\\%]/.test(args[0]?.shape ?? "\\")
      ? argOf(args[0]?.shape ?? "")
      : args[0]?.shape === "%s" && args.length === 2
        ? (args[1] as Arg)
        : unknownArg;
  if (/^(?:which|command|type|realpath|readlink)$/.test(program)) return operands.at(-1) ?? unknownArg;
  if (program === "dirname") return directoryOf(operands[0]);
  if (program === "git")
    return fromGit(
      operands.map(({ shape }) => shape),
      operands,
    );
  if (/^(?:find|ls|fd|fdfind|rg|grep|egrep|tree)$/.test(program)) return listed(operands);
  return unknownArg;
}

function echoed(args: readonly Arg[]): Arg {
  const words = args.filter(({ shape }, index) => !(index === 0 && /^-[neE]+$/.test(shape)));
  const isEscaped =
    args.some(({ shape }) => /^-\w*e/.test(shape)) && words.some(({ shape }) => shape.includes("\\"));
  if (isEscaped || words.some(({ isGlob }) => isGlob)) return unknownArg;
  return argOf(words.map(({ shape }) => shape).join(" "));
}

function directoryOf(path: Arg | undefined): Arg {
  if (path === undefined) return unknownArg;
  if (!path.shape.includes("/")) return holdsUnknown(path) ? unknownArg : argOf(".");
  return { ...path, shape: path.shape.replace(/\/[^/]*$/, "") || "/" };
}

function fromGit([verb]: readonly string[], operands: readonly Arg[]): Arg {
  if (verb === "rev-parse") return operands.length === 1 ? argOf("/workspace") : tameArg;
  return /^(?:ls-files|diff|log|describe|branch|rev-list|status|merge-base|show|tag|symbolic-ref|ls-tree|grep|hash-object|var)$/.test(
    verb ?? "",
  )
    ? tameArg
    : unknownArg;
}

/** Names from below where a program looked. */
function listed(operands: readonly Arg[]): Arg {
  const odd = operands.find((operand) => !isTame(operand));
  return odd === undefined ? tameArg : { ...odd, shape: `${odd.shape}/${tame}`, isGlob: false };
}
