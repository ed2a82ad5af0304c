/** A shell script as a value: what an assessment walks. Made by a parser, which runs nothing. */
export interface Script {
  readonly text: string;
  readonly commands: readonly Command[];
  /** Why it cannot be told what the script is; then `commands` is empty. */
  readonly problem: string | null;
}

export type Command = SimpleCommand | Pipeline | Compound | Loop | FunctionDefinition;

export interface SimpleCommand {
  readonly kind: "simple";
  readonly text: string;
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}

interface Pipeline {
  readonly kind: "pipeline";
  readonly text: string;
  readonly commands: readonly Command[];
}

/** `( … )`, `{ …; }`, `if`, `while`, `case`, `[[ … ]]`, `(( … ))`: its words are expanded, its commands may run. */
export interface Compound {
  readonly kind: "compound";
  readonly text: string;
  readonly what: "subshell" | "group" | "branch" | "condition" | "arithmetic";
  readonly words: readonly Word[];
  readonly commands: readonly Command[];
  readonly redirects: readonly Redirect[];
}

/** `for NAME in WORDS` and `select`. */
interface Loop {
  readonly kind: "loop";
  readonly text: string;
  readonly variable: string;
  /** null: over the positional parameters. */
  readonly words: readonly Word[] | null;
  readonly commands: readonly Command[];
  readonly redirects: readonly Redirect[];
}

interface FunctionDefinition {
  readonly kind: "function";
  readonly text: string;
  readonly name: string;
  readonly body: Command;
}

export interface Assignment {
  readonly text: string;
  readonly name: string;
  readonly isAppend: boolean;
  /** null: an array or an element of one. */
  readonly value: Word | null;
  /** Of an element: what stands in its brackets. */
  readonly subscript: readonly Word[];
  /** Of an array, or of an element of one. */
  readonly elements: readonly Word[];
}

export interface Redirect {
  readonly text: string;
  readonly operator: "<" | ">" | ">>" | ">|" | "<>" | "<&" | ">&" | "&>" | "&>>" | "<<" | "<<<";
  /** The file; of `<<` and `<<<` the text that is read. */
  readonly target: Word;
}

export interface Word {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

export type Piece =
  | { readonly kind: "text"; readonly value: string; readonly isQuoted: boolean }
  | { readonly kind: "glob"; readonly value: string; readonly words: readonly Word[] }
  /** `$NAME`, `${…}`: `operation` is what stands after the name, its words are in `words`. */
  | {
      readonly kind: "variable";
      readonly name: string;
      readonly isIndirect: boolean;
      readonly operation: string;
      readonly words: readonly Word[];
      readonly isQuoted: boolean;
    }
  /** `$(…)` and backticks. */
  | { readonly kind: "output"; readonly script: Script; readonly isQuoted: boolean }
  /** `<(…)` and `>(…)`. */
  | { readonly kind: "process"; readonly script: Script }
  | { readonly kind: "arithmetic"; readonly words: readonly Word[] }
  | { readonly kind: "choice"; readonly words: readonly Word[] }
  /** `{1..9}` */
  | { readonly kind: "range" }
  | { readonly kind: "home"; readonly user: string }
  | { readonly kind: "array"; readonly words: readonly Word[] };

/** Turns text into a script; never throws. A text inside a text (`bash -c`, `eval`, a here-document) is parsed by it too. */
export type ParseScript = (text: string) => Script;
