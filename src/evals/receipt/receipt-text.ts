import { canonical } from "../../core/canonical.ts";
import type { Receipt } from "./receipt.ts";

/**
 * The text of a receipt's file, one for each receipt: keys sorted, an item a line, so that a review shows what changed.
 * What does not show, or turns the text round, is escaped.
 */
export function receiptText(receipt: Receipt): string {
  const { items, ...rest } = receipt;
  const lines = items.map((item) => `    ${canonical(item)}`).join(",\n");
  const members = Object.entries({ ...rest, items })
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `  "${key}": ${key === "items" ? `[\n${lines}\n  ]` : spread(value)}`);
  return `{\n${members.join(",\n")}\n}\n`.replaceAll(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, escaped);
}

const spread = (value: unknown): string =>
  JSON.stringify(JSON.parse(canonical(value)), null, 2).replaceAll("\n", "\n  ");

const escaped = (text: string): string =>
  Array.from(
    { length: text.length },
    (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
