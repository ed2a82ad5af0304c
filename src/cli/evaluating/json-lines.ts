import type { Readable } from "node:stream";
import { z } from "zod";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { jsonLine } from "../view/json-line.ts";
import { textLines } from "./text-lines.ts";

/**
 * Answers each line of JSON with one, in order, as they come: nothing is kept. Empty lines are passed over.
 * @param form what a line is like, for whoever wrote another
 * @throws Refused at the first line that is none, by its number; those before it are answered
 */
export async function answerLines(
  io: Pick<Io, "out">,
  input: Readable,
  form: string,
  answer: (value: unknown) => unknown,
): Promise<void> {
  for await (const { number, text } of textLines(input))
    io.out(jsonLine(inWords(`line ${number}`, form, () => answer(JSON.parse(text)))));
}

/** What a schema or JSON itself finds wrong, as one line for people: where, what, and what would be right. */
export function inWords<T>(where: string, form: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Refused(`${where}: not JSON (${error.message}); give ${form}`);
    if (error instanceof z.ZodError) throw new Refused(`${where}: ${firstOf(error)}; give ${form}`);
    throw error;
  }
}

function firstOf({ issues: [issue] }: z.ZodError): string {
  const path = issue?.path.map(String).join(".") ?? "";
  const what = issue?.message.replace(/^Invalid input: /, "") ?? "wrong";
  return path === "" ? what : `${path}: ${what}`;
}
