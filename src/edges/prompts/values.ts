import { PromptError } from "./prompt-error.ts";
import { isMapping } from "./prompt-file.ts";
import { kindOf } from "./schema.ts";
import type { Member, ObjectSchema, Schema } from "./schema.ts";

/** A checked copy of what was given: mappings are Maps, so nothing is ever found on a prototype. */
export type Value = null | boolean | number | string | readonly Value[] | ReadonlyMap<string, Value>;

/** Checks variables against their declaration. What is not declared is left out. @throws PromptError */
export const settleVariables = (
  variables: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
): ReadonlyMap<string, Value> => membersOf(variables, schema, "", 1, deepest);

/** Levels of nesting; only what is declared as `any` can be so deep. */
const deepest = 64;

/** @param path as in `criteria[0].id` @param line where the variable is declared */
function settle(value: unknown, schema: Schema, path: string, line: number, levels: number): Value {
  const wrong = (): PromptError =>
    new PromptError(line, `variable "${path}" must be ${kindOf(schema)}, not ${shown(value)}`);
  if (value === null && schema.nullable) return null;
  if (levels === 0) throw new PromptError(line, `nested too deeply: variable "${path}"`);
  switch (schema.type) {
    case "any":
      return anyValue(value, path, line, levels);
    case "array":
      if (!Array.isArray(value)) throw wrong();
      return listOf(value, schema.items, path, line, levels);
    case "object":
      if (!isMapping(value)) throw wrong();
      return membersOf(value, schema, path, line, levels);
    case "enum":
      if (!schema.values.includes(value)) throw wrong();
      return value as Value;
    default:
      if (!isOf(schema.type, value)) throw wrong();
      return value as Value;
  }
}

function isOf(type: "string" | "number" | "integer" | "boolean" | "null", value: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "number":
      return Number.isFinite(value);
    case "null":
      return value === null;
    case "string":
    case "boolean":
      return typeof value === type;
  }
}

/** Whatever JSON can say. */
function anyValue(value: unknown, path: string, line: number, levels: number): Value {
  const any: Schema = { type: "any", nullable: true };
  if (Array.isArray(value)) return listOf(value, any, path, line, levels);
  if (isMapping(value)) {
    return membersOf(value, { type: "object", members: new Map(), rest: any }, path, line, levels);
  }
  if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value))
    return value as Value;
  throw new PromptError(line, `variable "${path}" must be what JSON can say, not ${shown(value)}`);
}

const listOf = (
  list: readonly unknown[],
  items: Schema,
  path: string,
  line: number,
  levels: number,
): readonly Value[] =>
  Array.from(list, (item, index) => settle(item, items, `${path}[${index}]`, line, levels - 1));

function membersOf(
  given: Readonly<Record<string, unknown>>,
  { members, rest }: ObjectSchema,
  path: string,
  line: number,
  levels: number,
): ReadonlyMap<string, Value> {
  const inside = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const settled = new Map<string, Value>();
  for (const [name, member] of members)
    settled.set(name, memberOf(given, name, member, inside(name), levels));
  if (rest === null) return settled;
  for (const name of Object.keys(given)) {
    if (!members.has(name)) settled.set(name, settle(given[name], rest, inside(name), line, levels - 1));
  }
  return settled;
}

function memberOf(
  given: Readonly<Record<string, unknown>>,
  name: string,
  { schema, line }: Member,
  path: string,
  levels: number,
): Value {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value !== undefined) return settle(value, schema, path, line, levels - 1);
  if (schema.nullable) return null;
  throw new PromptError(line, `variable "${path}" is declared here and was not given`);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : `a ${typeof value}`;
}
