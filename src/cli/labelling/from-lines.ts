import type { Readable } from "node:stream";
import { z } from "zod";
import { meant } from "../../core/nearest.ts";
import { inWords } from "../evaluating/json-lines.ts";
import { textLines } from "../evaluating/text-lines.ts";
import { Refused } from "../exit.ts";
import type { LabelBook } from "./label-book.ts";

const given = z.strictObject({
  id: z.string(),
  label: z.enum(["pass", "fail"]).nullable(),
  note: z.string().min(1).optional(),
});

const form = '{"id": "…", "label": "pass"}, or "fail", or null to take one back; "note" beside it';

/** A label a line, each durable before the next is read. @returns how many @throws Refused at the first that is none */
export async function labelFromLines(book: LabelBook, input: Readable): Promise<number> {
  const known = new Set(book.cases.map(({ id }) => id));
  let count = 0;
  for await (const { number: line, text } of textLines(input)) {
    const { id, label, note } = inWords(`line ${line}`, form, () => given.parse(JSON.parse(text)));
    if (!known.has(id))
      throw new Refused(
        `line ${line}: ${book.shown} has no case ${JSON.stringify(id)}${meant(id, [...known])}; harness label NAME --json lists those without a label`,
      );
    await book.put({ id, label, note: note ?? null });
    count += 1;
  }
  return count;
}
