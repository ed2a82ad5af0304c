import { found, nameOf } from "./context.ts";
import type { Context, Render } from "./context.ts";
import { inclusion } from "./inclusion.ts";
import { PromptError } from "./prompt-error.ts";
import { anything } from "./schema.ts";
import type { Schema } from "./schema.ts";
import { loopSchemas, within } from "./scope.ts";
import type { Found } from "./scope.ts";
import type { Value } from "./values.ts";

export type Statement = hbs.AST.Statement;
export type Mustache = hbs.AST.MustacheStatement;
type Block = hbs.AST.BlockStatement;

/** What these statements render, every variable in them checked against the scope. @throws PromptError */
export function statements(body: readonly Statement[], context: Context): Render {
  const renders = body.map((statement) => one(statement, context));
  return (frame) => renders.map((render) => render(frame)).join("");
}

function one(statement: Statement, context: Context): Render {
  switch (statement.type) {
    case "ContentStatement": {
      const text = (statement as hbs.AST.ContentStatement).value;
      return () => text;
    }
    case "CommentStatement":
      return () => "";
    case "MustacheStatement":
      return inserted(statement as Mustache, context);
    case "BlockStatement":
      return block(statement as Block, context);
    case "PartialStatement":
      return inclusion(statement as hbs.AST.PartialStatement, context);
    default:
      throw new PromptError(context.lineOf(statement), unsupported(statement.type));
  }
}

const unsupported = (type: string): string =>
  type === "PartialBlockStatement"
    ? "{{#> name}} is not supported; write {{> name}}, and what goes into it as an argument"
    : 'decorators are not supported in prompts; {{#*inline "name"}} stands at the end, outside of all else';

/** `{{x}}` and `{{{x}}}`: both insert text as it is. */
function inserted(mustache: Mustache, context: Context): Render {
  const line = context.lineOf(mustache);
  if (nameOf(mustache.path) === "role" && mustache.params.length > 0)
    throw new PromptError(line, "a role opens a message, so it stands outside of all blocks and partials");
  if (mustache.params.length > 0 || mustache.hash !== undefined) {
    throw new PromptError(
      line,
      `there is no helper "${nameOf(mustache.path)}"; prompts have if, unless, each, with and role`,
    );
  }
  const { schema, read } = found(mustache.path, context, line);
  if (["array", "object", "any"].includes(schema.type))
    throw new PromptError(line, noText(nameOf(mustache.path), schema));
  return (frame) => textOf(read(frame));
}

const textOf = (value: Value): string =>
  typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);

const noText = (name: string, { type }: Schema): string =>
  type === "any"
    ? `variable "${name}" is declared as any and may be no text; declare its type`
    : `variable "${name}" is ${type === "array" ? "a list; go through it with {{#each}}" : "a mapping; insert its members"}`;

function block(node: Block, context: Context): Render {
  const line = context.lineOf(node);
  const name = nameOf(node.path);
  if (!["if", "unless", "each", "with"].includes(name)) {
    throw new PromptError(line, `there is no block "${name}"; write {{#if ${name}}} or {{#each ${name}}}`);
  }
  if (node.params.length !== 1 || node.hash !== undefined) {
    throw new PromptError(line, `{{#${name}}} takes one variable and nothing else`);
  }
  const over = found(node.params[0], context, line);
  const otherwise = programOf(node.inverse, context);
  if (name === "if") return choose(over, programOf(node.program, context), otherwise);
  if (name === "unless") return choose(over, otherwise, programOf(node.program, context));
  return name === "each" ? eachOf(node, over, otherwise, context) : withOf(node, over, otherwise, context);
}

/** A block without else has none. */
const programOf = (program: hbs.AST.Program | undefined, context: Context): Render =>
  statements(program?.body ?? [], context);

const choose =
  (over: Found, then: Render, otherwise: Render): Render =>
  (frame) =>
    isTrue(over.read(frame)) ? then(frame) : otherwise(frame);

/** As in Handlebars: false, null, 0, "" and the empty list are not. */
const isTrue = (value: Value): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));

function withOf(node: Block, over: Found, otherwise: Render, context: Context): Render {
  const [name] = namesOf(node);
  const named = <T>(value: T): (readonly [string, T])[] => (name === undefined ? [] : [[name, value]]);
  const schema = { ...over.schema, nullable: false };
  const render = programOf(node.program, {
    ...context,
    scope: within(context.scope, schema, named<Schema>(schema)),
  });
  return (frame) => {
    const value = over.read(frame);
    return isTrue(value) || value === 0 ? render(within(frame, value, named(value))) : otherwise(frame);
  };
}

const namesOf = (node: Block): readonly string[] => node.program.blockParams ?? [];

function eachOf(node: Block, over: Found, otherwise: Render, context: Context): Render {
  const [name, keyName] = namesOf(node);
  const named = <T>(item: T, key: T): (readonly [string, T])[] => [
    ...(name === undefined ? [] : [[name, item] as const]),
    ...(keyName === undefined ? [] : [[keyName, key] as const]),
  ];
  const item = itemSchema(over.schema, nameOf(node.params[0] as hbs.AST.Expression), context.lineOf(node));
  const names = named<Schema>(item, loopSchemas.get("key") as Schema);
  const render = programOf(node.program, {
    ...context,
    scope: within(context.scope, item, names, loopSchemas),
  });
  return (frame) => {
    const entries = entriesOf(over.read(frame));
    const texts = entries.map(([key, value], index) =>
      render(within(frame, value, named<Value>(value, key), loopOf(key, index, entries.length))),
    );
    return texts.length === 0 ? otherwise(frame) : texts.join("");
  };
}

function itemSchema(schema: Schema, name: string, line: number): Schema {
  if (schema.type === "any") return anything;
  if (schema.type === "array") return schema.items;
  if (schema.type === "object" && schema.members.size === 0 && schema.rest !== null) return schema.rest;
  throw new PromptError(line, `variable "${name}" is no list, so {{#each}} cannot go through it`);
}

function entriesOf(value: Value): readonly (readonly [string | number, Value])[] {
  if (Array.isArray(value)) return (value as readonly Value[]).map((item, index) => [index, item]);
  return value instanceof Map ? [...(value as ReadonlyMap<string, Value>)] : [];
}

const loopOf = (key: string | number, index: number, length: number): ReadonlyMap<string, Value> =>
  new Map<string, Value>([
    ["first", index === 0],
    ["last", index === length - 1],
    ["index", index],
    ["key", key],
  ]);
