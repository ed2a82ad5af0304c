import { enumOf } from "./picoschema.ts";
import { PromptError } from "./prompt-error.ts";
import { isMapping } from "./prompt-file.ts";
import type { Place } from "./prompt-file.ts";
import { anything, plain, scalarTypes } from "./schema.ts";
import type { Member, Schema } from "./schema.ts";

/** Said for people, or about the schema itself. */
const remarks = ["description", "title", "examples", "$schema", "$id", "$comment"];
const enforced = ["type", "properties", "required", "items", "enum", "additionalProperties"];

/**
 * The part of JSON Schema that says which variables there are and of which type. What is not enforced is refused.
 * @throws PromptError
 */
export function jsonSchema(place: Place): Schema {
  const { value, line } = place;
  if (value === true) return anything;
  if (!isMapping(value)) throw new PromptError(line, "a JSON Schema is a mapping, like { type: string }");
  for (const key of Object.keys(value)) {
    if (remarks.includes(key) || enforced.includes(key)) continue;
    throw new PromptError(
      place.at(key).line,
      `"${key}" of JSON Schema is not enforced here; known are ${enforced.join(", ")}`,
    );
  }
  if (value["enum"] !== undefined) return enumOf(place.at("enum"));
  const { type, nullable } = typeOf(value["type"], isMapping(value["properties"]), place.at("type").line);
  return { ...shaped(type, place), nullable };
}

/** `string`, `[string, "null"]`; none is an object when it has properties, else anything. */
function typeOf(given: unknown, hasProperties: boolean, line: number): { type: string; nullable: boolean } {
  if (given === undefined) return { type: hasProperties ? "object" : "any", nullable: !hasProperties };
  const types: readonly unknown[] = Array.isArray(given) ? given : [given];
  const [type = "null", second] = types.filter((one) => one !== "null");
  if (typeof type === "string" && second === undefined) return { type, nullable: types.includes("null") };
  throw new PromptError(line, "type must be one type, or one type and null");
}

function shaped(type: string, place: Place): Schema {
  const scalar = scalarTypes.find((candidate) => candidate === type);
  if (scalar !== undefined) return plain(scalar);
  switch (type) {
    case "any":
      return anything;
    case "array": {
      const items = place.at("items");
      return {
        type: "array",
        items: items.value === undefined ? anything : jsonSchema(items),
        nullable: false,
      };
    }
    case "object":
      return {
        type: "object",
        members: membersOf(place),
        rest: restOf(place.at("additionalProperties")),
        nullable: false,
      };
    default:
      throw new PromptError(place.at("type").line, `unknown type ${JSON.stringify(type)}`);
  }
}

function membersOf(place: Place): ReadonlyMap<string, Member> {
  const { properties = {}, required = [] } = place.value as Readonly<Record<string, unknown>>;
  if (!isMapping(properties))
    throw new PromptError(place.at("properties").line, "properties must be a mapping");
  if (!Array.isArray(required)) throw new PromptError(place.at("required").line, "required must be a list");
  const unknown = (required as readonly unknown[]).find(
    (name) => typeof name !== "string" || !Object.hasOwn(properties, name),
  );
  if (unknown !== undefined) {
    throw new PromptError(
      place.at("required").line,
      `${JSON.stringify(unknown)} is required and not among the properties`,
    );
  }
  return new Map(
    Object.keys(properties).map((name) => {
      const member = place.at("properties").at(name);
      const schema = jsonSchema(member);
      return [
        name,
        { schema: required.includes(name) ? schema : { ...schema, nullable: true }, line: member.line },
      ];
    }),
  );
}

const restOf = (place: Place): Schema | null =>
  place.value === undefined || place.value === false ? null : jsonSchema(place);
