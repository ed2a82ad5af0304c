import type { Json } from "../../../core/canonical.ts";
import { normalizeText } from "../../metrics/normalize.ts";
import type { Case } from "../case.ts";

/** Every text inside a value. */
export function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value as Readonly<Record<string, Json>>).flatMap(textsIn);
}

/** What is asked in a case: the texts of its variables by their words, none that is empty. */
export const askedTexts = (one: Case): readonly string[] =>
  "vars" in one
    ? textsIn(one.vars)
        .map((text) => normalizeText(text, "articles-too"))
        .filter((text) => text !== "")
    : [];

/** All that a case says, as it is written. */
export const allTexts = (one: Case): readonly string[] => textsIn(one as unknown as Json);
