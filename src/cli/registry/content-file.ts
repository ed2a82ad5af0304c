import type { z } from "zod";
import { Refused } from "../exit.ts";

/** What a version file of JSON holds. @throws Refused when it is not what harness writes there */
export function readContent<T>(schema: z.ZodType<T>, shown: string, source: string): T {
  const read = schema.safeParse(parsed(source));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Refused(
    `${shown}: it is not what harness writes there (${issue?.path.join(".") || "the whole"}: ${issue?.message}); put it back: git checkout -- ${shown}`,
  );
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
