import type { Json } from "../../core/canonical.ts";
import { badSchema, misfit } from "../../core/json-fit.ts";
import { picoschema } from "./picoschema.ts";
import { inFile, PromptError } from "./prompt-error.ts";
import { isMapping, readPrompt } from "./prompt-file.ts";
import type { Place } from "./prompt-file.ts";
import type { Schema } from "./schema.ts";

/** Why an answer is not what the prompt says it must be; null: it is, or the prompt says nothing. Pure. */
export type OutputFit = (text: string, output: Json) => string | null;

/**
 * What a prompt says of its answers: `output.format: json`, and `output.schema` as Picoschema or JSON Schema. An answer
 * is JSON when all of it is, alone or as one fenced block of Markdown. @throws PromptError
 */
export function outputFit(source: string, file?: string): OutputFit {
  const schema = inFile(file, () => outputSchema(readPrompt(source).settings.at("output")));
  if (schema === null) return () => null;
  return (text, output) => {
    if (output !== null) return misfit(output, schema);
    const read = jsonIn(text);
    return "wrong" in read ? read.wrong : misfit(read.value, schema);
  };
}

/** As JSON Schema; null: any text will do. */
function outputSchema(output: Place): object | null {
  const { value } = output;
  if (value === undefined || value === null) return null;
  if (!isMapping(value))
    throw new PromptError(output.line, "output is no mapping; write output: { schema: … }");
  const given = output.at("schema");
  if (given.value !== undefined && given.value !== null) return schemaAt(given);
  return value["format"] === "json" ? {} : null;
}

function schemaAt(place: Place): object {
  const { value, line } = place;
  if (!isJsonSchema(value)) return toJsonSchema(picoschema(place));
  const wrong = badSchema(value);
  if (wrong !== null) throw new PromptError(line, `output.schema is no JSON Schema: ${wrong}`);
  return value;
}

/** As variables are told apart, and lists. */
const isJsonSchema = (value: unknown): value is object =>
  isMapping(value) &&
  (value["type"] === "object" ||
    isMapping(value["properties"]) ||
    (value["type"] === "array" && isMapping(value["items"])));

function toJsonSchema(schema: Schema): object {
  const plain = withoutNull(schema);
  return schema.nullable && schema.type !== "any" && schema.type !== "null"
    ? { anyOf: [plain, { type: "null" }] }
    : plain;
}

function withoutNull(schema: Schema): object {
  switch (schema.type) {
    case "any":
      return {};
    case "enum":
      return { enum: schema.values };
    case "array":
      return { type: "array", items: toJsonSchema(schema.items) };
    case "object": {
      const members = [...schema.members].map(([name, member]) => [name, member.schema] as const);
      return {
        type: "object",
        properties: Object.fromEntries(members.map(([name, member]) => [name, toJsonSchema(member)])),
        required: members.filter(([, { nullable }]) => !nullable).map(([name]) => name),
        additionalProperties: schema.rest === null ? false : toJsonSchema(schema.rest),
      };
    }
    default:
      return { type: schema.type };
  }
}

function jsonIn(text: string): { readonly value: unknown } | { readonly wrong: string } {
  const fenced = /^\s*```(?:json)?[ \t]*\n([\s\S]*?)\n?[ \t]*```\s*$/.exec(text)?.[1];
  try {
    return { value: JSON.parse(fenced ?? text) };
  } catch (error) {
    return { wrong: `is not JSON: ${(error as Error).message}` };
  }
}
