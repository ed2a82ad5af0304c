import type { Arg } from "./arg.ts";
import type { Outcome } from "./finding.ts";

/** What a command finds on its standard input. */
export type Input =
  | { readonly kind: "none" }
  /** `/dev/null`, or a command that prints nothing. */
  | { readonly kind: "empty" }
  /** A here-document or here-string. */
  | { readonly kind: "text"; readonly text: Arg }
  | { readonly kind: "file" }
  /** What another command prints; `names` is what one line of it may be. */
  | { readonly kind: "pipe"; readonly names: Arg };

/** A command whose name is known, about to be judged. */
export interface Call {
  readonly name: string;
  readonly args: readonly Arg[];
  /** null: it is not known. */
  readonly cwd: string | null;
  readonly input: Input;
  /** A program nobody knows is one of the project's own: it comes out of the project's environment. */
  readonly isOwn?: boolean;
  /** The text of a file that the same command wrote before; null: it wrote none of that name. */
  readonly written: (path: Arg) => Arg | null;
}

export type Judge = (call: Call) => Outcome;

export type Tools = Readonly<Record<string, Judge>>;

/** One judge for several names. */
export const each = (names: string, judge: Judge): Tools =>
  Object.fromEntries(names.split(" ").map((name) => [name, judge]));
