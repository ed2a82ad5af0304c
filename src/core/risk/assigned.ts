import type { Assignment, Word } from "../shell.ts";
import { argOf } from "./arg.ts";
import type { Arg } from "./arg.ts";
import { environmentOutcome } from "./environment-names.ts";
import { asText, expand, turnsOf } from "./expand.ts";
import { unknownCode } from "./finding.ts";
import type { Outcome } from "./finding.ts";
import { hidesCommand } from "./program.ts";
import { learn, learnArray, mostValues, overTurns } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** Learns the values of an assignment and says what setting them means. */
export function assigned(assignment: Assignment, scope: Scope, isLasting: boolean): Outcome {
  const { name, value, elements } = assignment;
  if (value === null) {
    const values = elements.flatMap((word) => expand(word, scope));
    learnArray(scope, name, values);
    return /^BASH_(?:CMDS|ALIASES)$/.test(name) ? environmentOutcome(name, argOf("x")) : [];
  }
  if (name === "IFS" && isLasting) scope.isDividedOddly = true;
  const values = valuesOf(value, scope);
  learn(scope, name, joined(assignment, values, scope).slice(0, 100));
  const isIfs = name === "IFS" && !isLasting;
  const hides = values.some(hidesCommand) && /['\\]/.test(value.text);
  return [
    ...(isIfs ? [] : values.flatMap((found) => environmentOutcome(name, found))),
    ...(hides ? [unknownCode("a value hides a command in a subscript")] : []),
  ];
}

const valuesOf = (value: Word, scope: Scope): Arg[] =>
  overTurns(scope, Math.min(turnsOf([value], scope), mostValues), () => [asText(value, scope)]);

function joined({ name, isAppend }: Assignment, values: readonly Arg[], scope: Scope): readonly Arg[] {
  if (!isAppend) return values;
  const before = scope.variables.get(name) ?? [argOf("")];
  return before.flatMap((start) => values.map((end) => ({ ...end, shape: start.shape + end.shape })));
}

export const wordsOfAssignment = ({ value, subscript, elements }: Assignment): readonly Word[] => [
  ...(value === null ? [] : [value]),
  ...subscript,
  ...elements,
];
