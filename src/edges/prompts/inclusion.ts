import { found, nameOf } from "./context.ts";
import type { Context, Render } from "./context.ts";
import { badName, isPartialName } from "./partials.ts";
import { PromptError } from "./prompt-error.ts";
import { anything, plain } from "./schema.ts";
import type { Schema } from "./schema.ts";
import { apart } from "./scope.ts";
import type { Found, Frame } from "./scope.ts";
import type { Value } from "./values.ts";

type Including = hbs.AST.PartialStatement;

/**
 * `{{> name}}`, `{{> name item}}`, `{{> name title=goal.title}}`. A partial sees what stands where it is included (or the
 * one variable it is given), `@root`, `@first` and its like, and its arguments. @throws PromptError
 */
export function inclusion(node: Including, context: Context): Render {
  const line = context.lineOf(node);
  const name = includedName(node, line);
  if (node.params.length > 1)
    throw new PromptError(line, `{{> ${name}}} takes one variable, and arguments as name=variable`);
  const over = node.params.length === 0 ? itself(context) : found(node.params[0], context, line);
  const args = (node.hash?.pairs ?? []).map(
    ({ key, value }) => [key, argument(value, context, line)] as const,
  );
  const sees = apart(context.scope, args.length === 0 ? over.schema : schemaWith(over.schema, args, line));
  const render = context.include(name, sees, line);
  const self = (frame: Frame): Value =>
    args.length === 0 ? over.read(frame) : valueWith(over.read(frame), args, frame);
  return (frame) => indented(render(apart(frame, self(frame))), node.indent);
}

/** The name that is written there. @throws PromptError when it is none, or made of a variable */
export function includedName({ name }: Including, line: number): string {
  if (name.type === "SubExpression")
    throw new PromptError(line, "which partial is included must be written there, like {{> name}}");
  const said = nameOf(name);
  if (!isPartialName(said)) throw new PromptError(line, badName(said));
  return said;
}

export const missing = (name: string): string =>
  `there is no partial "${name}"; write it to prompts/_${name}.prompt`;

const itself = ({ scope }: Context): Found => ({ schema: scope.self, read: (frame) => frame.self });

type Arguments = readonly (readonly [string, Found])[];

function argument(value: hbs.AST.Expression, context: Context, line: number): Found {
  const literal = (value as hbs.AST.StringLiteral | hbs.AST.NumberLiteral | hbs.AST.BooleanLiteral).value;
  switch (value.type) {
    case "StringLiteral":
      return { schema: plain("string"), read: () => literal };
    case "NumberLiteral":
      return { schema: plain("number"), read: () => literal };
    case "BooleanLiteral":
      return { schema: plain("boolean"), read: () => literal };
    default:
      return found(value, context, line);
  }
}

/** As in Handlebars, arguments are put over the members of a mapping. */
function schemaWith(schema: Schema, args: Arguments, line: number): Schema {
  const given = args.map(([name, { schema: own }]) => [name, { schema: own, line }] as const);
  const isOpen = schema.type === "object" || schema.type === "any";
  return {
    type: "object",
    members: new Map([...(schema.type === "object" ? schema.members : []), ...given]),
    rest: !isOpen ? null : schema.type === "object" ? schema.rest : anything,
    nullable: false,
  };
}

const valueWith = (value: Value, args: Arguments, frame: Frame): Value =>
  new Map([
    ...(value instanceof Map ? (value as ReadonlyMap<string, Value>) : []),
    ...args.map(([name, { read }]) => [name, read(frame)] as const),
  ]);

/** As Handlebars does: what stands before a partial that is alone on its line is put before each of its lines. */
function indented(text: string, indent: string): string {
  if (indent === "") return text;
  const lines = text.split("\n");
  const isEnd = (line: string, index: number): boolean => line === "" && index === lines.length - 1;
  return lines.map((line, index) => (isEnd(line, index) ? line : indent + line)).join("\n");
}
