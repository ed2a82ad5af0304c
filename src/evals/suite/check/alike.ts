import { canonical } from "../../../core/canonical.ts";
import type { Side } from "../../../core/registry/split.ts";
import type { Item } from "../case.ts";
import type { SettledCases } from "../settle-cases.ts";
import type { SplitItems } from "../split.ts";
import { askedTexts } from "./case-texts.ts";
import { fails, holds, someOf } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { linesOf } from "./written.ts";

/** No two cases ask the same, but for case, punctuation and spaces, whatever they take for right. */
export function checkUnique({ items, lineOf }: SettledCases): Finding {
  const groups = [...Map.groupBy(items, askedBy).values()].filter(({ length }) => length > 1);
  if (groups.length === 0) return holds("unique", "no two cases ask the same, punctuation and case aside");
  return fails(
    "unique",
    `the same is asked by ${someOf(groups.map(namesOf))}`,
    "keep one of them: each case is to count once",
    linesOf(groups.flat(), lineOf),
  );
}

const namesOf = (items: readonly Item[]): string => items.map(({ case: { id } }) => id).join(" = ");

/** All that is asked, by its words; of an agent's case its folder. */
function askedBy({ case: one }: Item): string {
  if (!("vars" in one)) return canonical(one.folder);
  const answer = "answer" in one ? one.answer : null;
  return canonical({ texts: askedTexts(one), others: textless(one.vars), answer });
}

/** What of the variables is no text. */
const textless = (vars: Readonly<Record<string, unknown>>): unknown =>
  JSON.parse(JSON.stringify(vars, (_, value: unknown) => (typeof value === "string" ? "" : value)));

/** Shorter texts (`formal`, `de-AT`) are the same in many cases and give nothing away. */
const leastLetters = 40;

/** No longer text of a variable is in two clusters: what is held out would be known from what is not, and errors hang together. */
export function checkLeakage({ items, lineOf }: SettledCases, split: SplitItems): Finding {
  const sides = new Map<Item, Side>([
    ...split.held_out.map((item) => [item, "held_out"] as const),
    ...split.train.map((item) => [item, "train"] as const),
  ]);
  const shared = sharedTexts(items);
  const [first] = shared;
  const searched = `texts of ${leastLetters} letters and more`;
  if (first === undefined) return holds("leakage", `no clusters share ${searched}`);
  const across = shared.filter((group) => new Set(group.map((item) => sides.get(item))).size > 1);
  const [worst = first] = across;
  const told = worst.map(({ case: { id }, cluster }) => `${id} (cluster ${cluster})`);
  const where = across.length > 0 ? "held-out cases and others" : "different clusters";
  return fails(
    "leakage",
    `${where} hold the same text: ${someOf(told)}${shared.length > 1 ? `; and ${shared.length - 1} more texts` : ""}`,
    "give cases that share it one cluster",
    linesOf([...new Set(shared.flat())], lineOf),
  );
}

/** Cases of several clusters with one text; what half of all clusters have is an instruction, no content. */
function sharedTexts(items: readonly Item[]): readonly (readonly Item[])[] {
  const byText = new Map<string, Set<Item>>();
  for (const item of items)
    for (const text of askedTexts(item.case))
      if (text.length >= leastLetters) byText.set(text, (byText.get(text) ?? new Set()).add(item));
  const clusters = new Set(items.map(({ cluster }) => cluster)).size;
  return [...byText.values()]
    .map((some) => [...some])
    .filter((some) => {
      const of = new Set(some.map(({ cluster }) => cluster)).size;
      return of > 1 && (of <= 2 || of < clusters / 2);
    });
}
