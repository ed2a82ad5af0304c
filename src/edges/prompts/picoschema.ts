import { PromptError } from "./prompt-error.ts";
import { isMapping } from "./prompt-file.ts";
import type { Place } from "./prompt-file.ts";
import { anything, plain, scalarTypes } from "./schema.ts";
import type { Member, Schema } from "./schema.ts";

/**
 * Picoschema (https://google.github.io/dotprompt/reference/picoschema/): `TYPE, description`, or a mapping of
 * `NAME`, `NAME?` (may be left out), `NAME(array, …)`, `NAME(object, …)`, `NAME(enum, …)` and `(*)` (all others).
 * @throws PromptError
 */
export function picoschema(place: Place): Schema {
  const { value, line } = place;
  if (typeof value === "string") return scalar(value, line);
  if (!isMapping(value))
    throw new PromptError(line, "a type must be text like string, or a mapping of members");
  const members = new Map<string, Member>();
  let rest: Schema | null = null;
  for (const key of Object.keys(value)) {
    const member = place.at(key);
    const { name, optional, kind } = keyOf(key, member.line);
    const schema = settled(kind, member);
    if (kind === "*") rest = schema;
    else if (members.has(name)) throw new PromptError(member.line, `variable "${name}" is declared twice`);
    else members.set(name, { schema: optional ? { ...schema, nullable: true } : schema, line: member.line });
  }
  return { type: "object", members, rest, nullable: false };
}

function scalar(text: string, line: number): Schema {
  const type = (text.split(",")[0] ?? "").trim();
  if (type === "any") return anything;
  const known = scalarTypes.find((candidate) => candidate === type);
  if (known !== undefined) return plain(known);
  throw new PromptError(
    line,
    `unknown type ${JSON.stringify(type)}; known are ${scalarTypes.join(", ")}, any`,
  );
}

const kinds = ["array", "object", "enum", "*"] as const;
type Kind = (typeof kinds)[number] | null;

/** `name`, `name?`, `name(kind)`, `name?(kind, description)`, `(*)` */
const keyForm = /^(?<name>[A-Za-z_][\w-]*)?(?<optional>\?)?(?:\((?<kind>[^,()]*)(?:,[\s\S]*)?\))?$/;

function keyOf(key: string, line: number): { name: string; optional: boolean; kind: Kind } {
  const { name = "", optional, kind } = keyForm.exec(key)?.groups ?? {};
  const known = kind === undefined ? null : kinds.find((candidate) => candidate === kind.trim());
  if (known === undefined) {
    throw new PromptError(
      line,
      `unknown kind in ${JSON.stringify(key)}; known are array, object, enum and *`,
    );
  }
  if ((name === "") !== (known === "*")) {
    throw new PromptError(
      line,
      `${JSON.stringify(key)} declares no variable; write NAME: TYPE or NAME(array): TYPE`,
    );
  }
  return { name, optional: optional !== undefined, kind: known };
}

function settled(kind: Kind, place: Place): Schema {
  switch (kind) {
    case "array":
      return { type: "array", items: picoschema(place), nullable: false };
    case "enum":
      return enumOf(place);
    case "object":
      if (!isMapping(place.value))
        throw new PromptError(place.line, "(object) must be followed by its members");
      return picoschema(place);
    case "*":
    case null:
      return picoschema(place);
  }
}

export function enumOf(place: Place): Schema {
  const { value, line } = place;
  if (
    !Array.isArray(value) ||
    value.length === 0 ||
    value.some((item) => typeof item === "object" && item !== null)
  ) {
    throw new PromptError(line, "an enum is a list of values like [low, high]");
  }
  return { type: "enum", values: value, nullable: value.includes(null) };
}
