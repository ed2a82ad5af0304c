import type { Part } from "../assessment.ts";
import type { ParseScript } from "../shell.ts";
import { isTame, tameArg, unknownArg } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Input } from "./call.ts";
import { workspace } from "./path.ts";

/** What is known of a shell while a script is walked. It only learns: no value is forgotten that a variable ever had. */
export interface Scope {
  readonly parse: ParseScript;
  readonly variables: Map<string, readonly Arg[]>;
  readonly arrays: Map<string, readonly Arg[]>;
  readonly functions: Set<string>;
  /** `declare -n NAME=OTHER`: the other's name. */
  readonly references: Map<string, string>;
  /** What `alias` made of words. */
  readonly aliases: Map<string, string>;
  /** Files the script itself writes, by their full paths: their text, as far as it is known. */
  readonly files: Map<string, Arg>;
  /** What may be read from descriptors that stay open (`exec 5< f`), by their numbers. */
  readonly descriptors: Map<string, Input>;
  parts: Part[];
  cwd: string | null;
  /** Which of a variable's values is looked at. */
  turn: number;
  /** Texts within texts. */
  depth: number;
  /** Commands that may still be looked at. */
  left: number;
  isDividedOddly: boolean;
}

const mostCommands = 100_000;
export const mostValues = 12;
const longestValue = 4096;

export const newScope = (parse: ParseScript): Scope => ({
  parse,
  variables: new Map(),
  arrays: new Map(),
  functions: new Set(),
  references: new Map(),
  aliases: new Map(),
  files: new Map(),
  descriptors: new Map(),
  parts: [],
  cwd: workspace,
  turn: 0,
  depth: 0,
  left: mostCommands,
  isDividedOddly: false,
});

/** Adds values a variable may have; too many become one that may be anything. */
export function learn(scope: Scope, name: string, values: readonly Arg[]): void {
  const short = values.map((value) => (value.shape.length > longestValue ? unknownArg : value));
  const referred = scope.references.get(name);
  for (const each of referred === undefined ? [name] : [name, referred])
    scope.variables.set(each, bounded([...(scope.variables.get(each) ?? []), ...short]));
}

export function learnArray(scope: Scope, name: string, values: readonly Arg[]): void {
  const all = [...(scope.arrays.get(name) ?? []), ...values];
  scope.arrays.set(name, all.length > 200 ? [unknownArg] : all);
  learn(scope, name, values);
}

function bounded(values: readonly Arg[]): readonly Arg[] {
  const unique = [
    ...new Map(values.map((value) => [`${String(value.isGlob)}${value.shape}`, value])).values(),
  ];
  if (unique.length <= mostValues) return unique;
  const odd = unique.filter((value) => !isTame(value) || value.isGlob);
  return odd.length < mostValues ? [...odd, tameArg] : [unknownArg];
}

/** Looks at each value of the variables in turn. */
export function overTurns<T>(scope: Scope, turns: number, each: () => readonly T[]): T[] {
  const found: T[] = [];
  for (scope.turn = 0; scope.turn < turns; scope.turn += 1) found.push(...each());
  scope.turn = 0;
  return found;
}
