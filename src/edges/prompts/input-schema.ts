import { jsonSchema } from "./json-schema.ts";
import { picoschema } from "./picoschema.ts";
import { PromptError } from "./prompt-error.ts";
import { isMapping } from "./prompt-file.ts";
import type { Place } from "./prompt-file.ts";
import type { ObjectSchema } from "./schema.ts";

const noVariables: ObjectSchema = { type: "object", members: new Map(), rest: null };

/** The variables a prompt declares: `input.schema` of its front matter, as Picoschema or JSON Schema. @throws PromptError */
export function inputSchema(settings: Place): ObjectSchema {
  const input = settings.at("input");
  if (settings.value !== null && !isMapping(settings.value)) {
    throw new PromptError(settings.line, "the front matter is no mapping; write lines of key: value");
  }
  if (input.value === undefined || input.value === null) return noVariables;
  if (!isMapping(input.value))
    throw new PromptError(input.line, "input is no mapping; write input: { schema: … }");
  for (const key of Object.keys(input.value)) {
    if (key !== "schema")
      throw new PromptError(input.at(key).line, `input.${key} is not supported; declare all in input.schema`);
  }
  return variablesOf(input.at("schema"));
}

function variablesOf(place: Place): ObjectSchema {
  const { value } = place;
  if (value === undefined || value === null) return noVariables;
  if (!isMapping(value))
    throw new PromptError(place.line, "input.schema is no mapping; write NAME: TYPE lines");
  const schema = isJsonSchema(value) ? jsonSchema(place) : picoschema(place);
  if (schema.type !== "object") throw new PromptError(place.line, "input.schema must be of type object");
  return schema;
}

/** The format's own rule leaves a variable called `type` no way to be one; `properties` settles it. */
const isJsonSchema = (value: Readonly<Record<string, unknown>>): boolean =>
  value["type"] === "object" || isMapping(value["properties"]);
