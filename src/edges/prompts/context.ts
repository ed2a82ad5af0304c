import { PromptError } from "./prompt-error.ts";
import { find } from "./scope.ts";
import type { Found, Frame, Scope } from "./scope.ts";

/** Where a statement stands. */
export interface Context {
  readonly scope: Scope;
  /** The line of the prompt. */
  readonly lineOf: (node: hbs.AST.Node) => number;
  /** What a partial renders, whose variables are checked against what it sees. @throws PromptError */
  readonly include: (name: string, sees: Scope, line: number) => Render;
}

export type Render = (frame: Frame) => string;

/** As it is written; literals may be numbers. */
export const nameOf = (expression: hbs.AST.Expression): string =>
  String((expression as { readonly original?: string | number }).original ?? expression.type);

/** @throws PromptError when it is no variable, or one that is not declared */
export function found(path: hbs.AST.Expression | undefined, { scope }: Context, line: number): Found {
  if (path?.type === "PathExpression") return find(path as hbs.AST.PathExpression, scope, line);
  throw new PromptError(line, "only variables can stand here: no literals, no calls");
}
