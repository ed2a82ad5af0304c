import type { z } from "zod";
import { BadInput } from "./bad-input.ts";
import { findings } from "./issue.ts";
import type { Elsewhere } from "./issue.ts";
import { parseYaml } from "./yaml.ts";
import type { ParsedYaml, YamlSource } from "./yaml.ts";

/** What is read: how it is called in a sentence, its schema, and which keys belong in another file. */
export interface Kind<T> {
  readonly called: string;
  readonly schema: z.ZodType<T>;
  readonly elsewhere: Elsewhere;
}

export interface Parsed<T> {
  readonly spec: T;
  readonly lineOf: ParsedYaml["lineOf"];
}

/** Parses YAML that people write and checks it against its schema; nothing counts as an empty mapping. @throws BadInput */
export function parseSpec<T>(source: YamlSource, { called, schema, elsewhere }: Kind<T>): Parsed<T> {
  const { value, lineOf } = parseYaml(source);
  const settings = value ?? {};
  if (typeof settings !== "object" || Array.isArray(settings)) {
    const what = Array.isArray(settings) ? "a list" : "a single value";
    throw new BadInput(source.path, lineOf([]), `${called} is ${what}; write lines of key: value`);
  }
  const checked = schema.safeParse(settings);
  if (checked.success) return { spec: checked.data, lineOf };
  const found = findings(checked.error.issues, settings, schema, elsewhere)
    .map(({ path, what }) => ({ beside: path.slice(0, -1).join("."), line: lineOf(path), what }))
    .toSorted((a, b) => a.line - b.line);
  const [first] = found;
  // A key that nobody knows explains one that is missing beside it.
  const explains = found.find(
    ({ beside, what }) => what.startsWith("unknown key") && beside === first?.beside,
  );
  const told = first?.what.includes(" is missing") === true ? (explains ?? first) : first;
  throw new BadInput(source.path, told?.line ?? source.line, told?.what ?? checked.error.message);
}
