import { textOf } from "./arg.ts";
import type { Arg } from "./arg.ts";

/** The options of a program, as names with blanks between. Those that take a value have to be told. */
export interface Grammar {
  readonly valued?: string;
  /** What an option does must be known by these names too, of which a long one may be shortened. */
  readonly telling?: string;
  /** Options with one dash are whole words, as `find` has them. */
  readonly isSingle?: boolean;
  /** The first operand ends the options. */
  readonly isStrict?: boolean;
}

export interface Option {
  /** With its dashes, in full where it was shortened. */
  readonly name: string;
  readonly value: Arg | null;
}

export interface Given {
  readonly options: readonly Option[];
  readonly operands: readonly Arg[];
}

/** Options and operands as getopt tells them apart. */
export function given(args: readonly Arg[], grammar: Grammar): Given {
  const valued = new Set((grammar.valued ?? "").split(" "));
  const known = [...valued, ...(grammar.telling ?? "").split(" ")].filter((name) => name.startsWith("--"));
  const options: Option[] = [];
  const operands: Arg[] = [];
  let at = 0;
  const next = (): Arg | null => args[(at += 1)] ?? null;
  for (; at < args.length; at += 1) {
    const arg = args[at] as Arg;
    const text = arg.shape;
    if (text === "--") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!/^-./.test(text)) {
      operands.push(arg);
      if (grammar.isStrict === true) {
        operands.push(...args.slice(at + 1));
        break;
      }
    } else if (text.startsWith("--")) options.push(long(arg, known, valued, next));
    else if (grammar.isSingle === true) options.push({ name: text, value: valued.has(text) ? next() : null });
    else options.push(...short(arg, valued, next));
  }
  return { options, operands };
}

function long(
  arg: Arg,
  known: readonly string[],
  valued: ReadonlySet<string>,
  next: () => Arg | null,
): Option {
  const equals = arg.shape.indexOf("=");
  const typed = equals === -1 ? arg.shape : arg.shape.slice(0, equals);
  const name = known.includes(typed) ? typed : (known.find((full) => full.startsWith(typed)) ?? typed);
  if (equals !== -1) return { name, value: { ...arg, shape: arg.shape.slice(equals + 1) } };
  return { name, value: valued.has(name) ? next() : null };
}

function short(arg: Arg, valued: ReadonlySet<string>, next: () => Arg | null): Option[] {
  const found: Option[] = [];
  for (let index = 1; index < arg.shape.length; index += 1) {
    const name = `-${arg.shape[index] ?? ""}`;
    if (valued.has(name)) {
      const rest = arg.shape.slice(index + 1);
      return [...found, { name, value: rest === "" ? next() : { ...arg, shape: rest } }];
    }
    found.push({ name, value: null });
  }
  return found;
}

/** Whether a long option is one of the named or, as getopt and git have it, a beginning of one. */
const means = (wanted: readonly string[], name: string): boolean =>
  wanted.includes(name) || (/^--\w/.test(name) && wanted.some((full) => full.startsWith(name)));

/** Whether one of the named options is given. */
export const has = ({ options }: Given, names: string): boolean => {
  const wanted = names.split(" ");
  return options.some(({ name }) => means(wanted, name));
};

/** The values of the named options. */
export function valuesOf({ options }: Given, names: string): Arg[] {
  const wanted = names.split(" ");
  return options.flatMap(({ name, value }) => (means(wanted, name) && value !== null ? [value] : []));
}

export const valueOf = (found: Given, names: string): string | null => {
  const [value] = valuesOf(found, names);
  return value === undefined ? null : textOf(value);
};

/** The first operand as text: a sub-command. "" where none is given, null where it is not known. */
export function verbOf({ operands }: Given): string | null {
  const [first] = operands;
  return first === undefined ? "" : textOf(first);
}
