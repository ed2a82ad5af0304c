import { z } from "zod";

/** Why a value does not fit a JSON Schema, in words; null: it fits. The schema must be one that `badSchema` accepts. */
export function misfit(value: unknown, schema: unknown): string | null {
  const parsed = z.fromJSONSchema(schema as never).safeParse(value);
  return parsed.success ? null : z.prettifyError(parsed.error);
}

/** The same of a text, which must be JSON. */
export function misfitOfText(text: string, schema: unknown): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `is not JSON: ${(error as Error).message}`;
  }
  return misfit(value, schema);
}

/** Why this is no JSON Schema that can be judged by; null: it is. */
export function badSchema(schema: unknown): string | null {
  try {
    z.fromJSONSchema(schema as never);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
