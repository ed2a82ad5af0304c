import { PromptError } from "./prompt-error.ts";
import { anything, kindOf, plain } from "./schema.ts";
import type { Schema } from "./schema.ts";
import type { Value } from "./values.ts";

/** What a block sees: as schemas when the template is read (`Scope`), as values when it is rendered (`Frame`). */
interface Sight<T> {
  /** `this` */
  readonly self: T;
  /** `@root` */
  readonly root: T;
  /** `../`: where the nearest each or with around it stands; null in the outermost. */
  readonly outer: Sight<T> | null;
  /** Names given by `as |name|`, those of blocks around it included. */
  readonly names: ReadonlyMap<string, T>;
  /** `@first`, `@last`, `@index`, `@key` of the nearest each. */
  readonly loop: ReadonlyMap<string, T>;
}
export type Scope = Sight<Schema>;
export type Frame = Sight<Value>;

export const outermost = <T>(self: T): Sight<T> => ({
  self,
  root: self,
  outer: null,
  names: new Map(),
  loop: new Map(),
});

/** What a partial sees that is included from here: nothing by `../` and by names given with `as |name|`. */
export const apart = <T>(from: Sight<T>, self: T): Sight<T> => ({
  ...outermost(self),
  root: from.root,
  loop: from.loop,
});

export const within = <T>(
  outer: Sight<T>,
  self: T,
  names: readonly (readonly [string, T])[],
  loop: ReadonlyMap<string, T> = outer.loop,
): Sight<T> => ({ self, root: outer.root, outer, names: new Map([...outer.names, ...names]), loop });

export const loopSchemas: ReadonlyMap<string, Schema> = new Map([
  ["first", plain("boolean")],
  ["last", plain("boolean")],
  ["index", plain("integer")],
  ["key", plain("string")],
]);

/** A path that leads to something declared. */
export interface Found {
  readonly schema: Schema;
  readonly read: (frame: Frame) => Value;
}

type Path = hbs.AST.PathExpression;

/** @throws PromptError when the path leads to nothing that is declared. */
export function find(path: Path, scope: Scope, line: number): Found {
  const start = startOf(path, scope, line);
  const known = start.rest.reduce(
    (schema, name) => memberSchema(schema, name, path, scope, line),
    start.schema,
  );
  return {
    schema: known,
    read: (frame) =>
      start.rest.reduce<Value>((value, name) => memberValue(value, name, path, line), start.read(frame)),
  };
}

type Start = Found & { readonly rest: readonly string[] };

function startOf(path: Path, scope: Scope, line: number): Start {
  const [first = "", ...rest] = path.parts;
  if (path.data) return dataStart(path, scope, line);
  if (path.depth === 0 && !isScoped(path) && scope.names.has(first)) {
    return {
      schema: scope.names.get(first) as Schema,
      read: (frame) => frame.names.get(first) as Value,
      rest,
    };
  }
  const at = climb(scope, path.depth);
  if (at === null) throw new PromptError(line, `"${path.original}" leads out of the prompt: too many ../`);
  return { schema: at.self, read: (frame) => (climb(frame, path.depth) as Frame).self, rest: path.parts };
}

/** `this.x` and `./x` are never a name given by `as |x|`. */
const isScoped = (path: Path): boolean => /^(\.|this\b)/.test(path.original);

function climb<T>(from: Sight<T>, depth: number): Sight<T> | null {
  let at: Sight<T> | null = from;
  for (let level = 0; level < depth && at !== null; level++) at = at.outer;
  return at;
}

const rootOf = <T>({ root }: Sight<T>): T => root;

function dataStart(path: Path, scope: Scope, line: number): Start {
  const [name = "", ...rest] = path.parts;
  if (path.depth > 0)
    throw new PromptError(line, `"${path.original}" is not supported; name it with as |item index|`);
  if (name === "root") return { schema: rootOf(scope), read: rootOf, rest };
  const schema = scope.loop.get(name);
  if (schema === undefined)
    throw new PromptError(
      line,
      `"@${name}" is not known here; inside each there are @first, @last, @index, @key`,
    );
  return { schema, read: (frame) => frame.loop.get(name) as Value, rest };
}

function memberSchema(schema: Schema, name: string, path: Path, scope: Scope, line: number): Schema {
  if (schema.type === "any") return anything;
  if (schema.type === "array" && name === "length") return plain("integer");
  const found = schema.type === "object" ? (schema.members.get(name)?.schema ?? schema.rest) : null;
  if (found !== null) return found;
  throw new PromptError(line, undeclared(schema, name, path, scope));
}

function undeclared(schema: Schema, name: string, path: Path, scope: Scope): string {
  const what = `variable "${path.original}" is not declared`;
  const up = path.depth === 0 && path.parts.length > 0 ? levelsUp(scope, path.parts[0] ?? "") : 0;
  if (up > 0) return `${what} here; did you mean "${"../".repeat(up)}${path.parts.join(".")}"?`;
  if (schema.type !== "object") return `${what}: ${kindOf(schema)} has no "${name}"`;
  const known = [...schema.members.keys()].join(", ") || "none";
  return `${what} in input.schema; declared ${scope.self === scope.root ? "" : "here "}are ${known}`;
}

/** How far up the name is declared; 0 when nowhere. */
function levelsUp(scope: Scope, name: string): number {
  let level = 0;
  for (let at: Scope | null = scope; at !== null; at = at.outer, level++) {
    if (at.self.type === "object" && at.self.members.has(name)) return level;
  }
  return 0;
}

function memberValue(value: Value, name: string, path: Path, line: number): Value {
  if (Array.isArray(value) && name === "length") return value.length;
  const found = value instanceof Map ? (value as ReadonlyMap<string, Value>).get(name) : undefined;
  if (found === undefined)
    throw new PromptError(line, `variable "${path.original}" was not given: there is no "${name}"`);
  return found;
}
