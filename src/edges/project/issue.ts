import { z } from "zod";
import { nearest } from "../../core/nearest.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What is wrong at one place of a value, and what to do, in one sentence each. */
export interface Finding {
  readonly path: Path;
  readonly what: string;
}

/** Keys of the top level that belong in another file: key → where. */
export type Elsewhere = Readonly<Record<string, string>>;

/** Says the issues that a schema found in a value in words for the one who wrote it. */
export function findings(
  issues: readonly Issue[],
  value: unknown,
  schema: z.ZodType,
  elsewhere: Elsewhere,
): readonly Finding[] {
  // A key that nobody knows explains one that is missing, so it is told first.
  const unknownFirst = issues.toSorted(
    (a, b) => Number(b.code === "unrecognized_keys") - Number(a.code === "unrecognized_keys"),
  );
  return unknownFirst.flatMap((issue): Finding[] => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        what: unknownKey(key, issue.path, schema, elsewhere),
      }));
    const given = valueAt(value, issue.path);
    const isOfForms = issue.code === "invalid_union" && isMapping(given);
    const meant = isOfForms ? meantForm(issue.errors) : null;
    if (meant === null) return [{ path: issue.path, what: wrongValue(issue, given, schema) }];
    if ("keys" in meant)
      return [{ path: issue.path, what: `${nameOf(issue.path)} has ${listed(given, meant.keys)}` }];
    const within = meant.issues.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
    return [...findings(within, value, schema, elsewhere)];
  });
}

const isMapping = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Of several forms of a mapping the one that was meant, with what is wrong in it; or by which keys the forms differ. */
function meantForm(
  forms: readonly (readonly Issue[])[],
): { readonly issues: readonly Issue[] } | { readonly keys: readonly string[] } | null {
  const mappings = forms.filter((issues) => !isOfType(issues));
  const distances = mappings.map((issues) => strangeKeys(issues).length + missingKeys(issues).length);
  const [closest, ...others] = mappings.filter((_, at) => distances[at] === Math.min(...distances));
  if (closest === undefined) return null;
  if (others.length === 0) return { issues: closest };
  const strange = mappings.map(strangeKeys);
  const ofOne = strange.flat().filter((key) => strange.some((keys) => !keys.includes(key)));
  const keys = [...new Set([...ofOne, ...mappings.flatMap(missingKeys)])];
  return keys.length === 0 ? null : { keys };
}

const isOfType = (issues: readonly Issue[]): boolean =>
  issues.some(({ code, path }) => path.length === 0 && code === "invalid_type");

const strangeKeys = (issues: readonly Issue[]): readonly string[] =>
  issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? issue.keys : []));

const missingKeys = (issues: readonly Issue[]): readonly string[] =>
  issues.flatMap(({ code, path }) =>
    (code === "invalid_type" || code === "invalid_union") && path.length === 1 ? [String(path[0])] : [],
  );

const listed = (given: unknown, keys: readonly string[]): string => {
  const there = Object.keys(given ?? {});
  return `${there.length === 0 ? "no keys" : there.join(", ")}; give it exactly one of ${keys.join(", ")}`;
};

function unknownKey(key: string, path: Path, schema: z.ZodType, elsewhere: Elsewhere): string {
  const known = Object.keys(propertiesOf(nodeAt(schema, path)));
  if (known.includes(key)) return `${nameOf([...path, key])} does not go with what stands beside it`;
  const unknown = `unknown key ${shown(key)}${path.length === 0 ? "" : ` in ${nameOf(path)}`}`;
  // `{ money: 5,00 }`
  if (/^\d+$/.test(key) && path.length > 0)
    return `${unknown}; a comma ends the value before it, so write a number with a point, like 5.00`;
  if (path.length === 0 && Object.hasOwn(elsewhere, key))
    return `${unknown}; it belongs in ${elsewhere[key]}`;
  const parent = known.find((name) => Object.hasOwn(propertiesOf(nodeAt(schema, [...path, name])), key));
  if (parent !== undefined) return `${unknown}; did you mean "${nameOf([...path, parent, key])}"?`;
  const near = nearest(key, known);
  if (near !== null) return `${unknown}; did you mean "${near}"?`;
  return `${unknown}; known are ${known.join(", ")}`;
}

function wrongValue(issue: Issue, given: unknown, schema: z.ZodType): string {
  const name = issue.path.length === 0 ? "it" : nameOf(issue.path);
  if (issue.code === "invalid_format") return `${name} is ${shown(given)}; it ${issue.message}`;
  const { description, type } = nodeAt(schema, issue.path);
  const wish = `give ${wanted(issue, given, type)}${description === undefined ? "" : ` (${description})`}`;
  if (given === undefined) return `${name} is missing; ${wish}`;
  if (given === null)
    return `${name} has no value; ${wish}, or take ${typeof issue.path.at(-1) === "number" ? "it" : "the key"} out`;
  return `${name} is ${shown(given)}; ${wish}`;
}

/** Letters that look like Latin ones and are none, in a word with Latin ones. */
const otherLetters = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\u{FF01}-\u{FF5E}]/u;

/** ` (with U+043E)` after a word that reads like another. */
function disguise(word: string): string {
  const [letter] = otherLetters.exec(word) ?? [];
  if (letter === undefined || !/[a-z]/i.test(word)) return "";
  return ` (with U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")})`;
}

const kinds: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping of keys to values",
  record: "a mapping of keys to values",
};

/** `type` is what the schema says of the place: zod asks for any number first, and only of numbers for a whole one. */
function wanted(issue: Issue, given: unknown, type?: JsonSchema["type"]): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.expected === "number" && type === "integer") return "a whole number";
      if (issue.expected !== "string") return kinds[issue.expected] ?? issue.expected;
      return typeof given === "number" || typeof given === "boolean" ? "text, in quotes" : "text";
    case "too_small":
      return atLeast(type === "integer" ? "int" : issue.origin, issue.minimum, issue.inclusive === true);
    case "too_big":
      return issue.maximum === Number.MAX_SAFE_INTEGER ? "a smaller number" : `at most ${issue.maximum}`;
    case "invalid_value":
      return oneOf(issue.values.map(String), given);
    case "invalid_union":
      return [...new Set(issue.errors.flat().map((inner) => wanted(inner, undefined)))].join(" or ");
    default:
      return `something else: ${issue.message}`;
  }
}

function atLeast(origin: string, minimum: number | bigint, inclusive: boolean): string {
  if (origin === "string") return "some text";
  if (origin === "array") return `at least ${minimum} of them`;
  if (inclusive) return `at least ${minimum}`;
  return `${origin === "int" ? "a whole number" : "a number"} above ${minimum}`;
}

function oneOf(values: readonly string[], given: unknown): string {
  const near = typeof given === "string" ? nearest(given, values) : null;
  return `one of ${values.join(", ")}${near === null ? "" : `, perhaps ${near}`}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (value === "") return "empty";
  if (typeof value === "number" && !Number.isFinite(value))
    return Number.isNaN(value) ? "not a number" : "without end";
  const text = JSON.stringify(value) ?? "missing";
  const disguised = typeof value === "string" ? disguise(value) : "";
  return (text.length <= 60 ? text : `${text.slice(0, 60)}…`) + disguised;
}

/** `checks[0].exit` */
const nameOf = (path: Path): string =>
  path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`))
    .join("");

function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What the schema says of the place at `path`, as JSON Schema; empty where it says nothing. */
function nodeAt(schema: z.ZodType, path: Path): JsonSchema {
  let node: unknown = z.toJSONSchema(schema, { io: "input" });
  for (const part of path) {
    const here = (node ?? {}) as JsonSchema;
    const { items, additionalProperties } = here;
    const properties = propertiesOf(here);
    const named = Object.hasOwn(properties, part) ? properties[String(part)] : additionalProperties;
    node = typeof part === "number" ? items : named;
  }
  return typeof node === "object" && node !== null ? (node as JsonSchema) : {};
}

/** Of a mapping of several forms those of all. */
const propertiesOf = ({ properties = {}, anyOf = [] }: JsonSchema): NonNullable<JsonSchema["properties"]> =>
  Object.assign({}, properties, ...anyOf.map(propertiesOf)) as NonNullable<JsonSchema["properties"]>;
