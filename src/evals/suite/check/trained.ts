import { canonical } from "../../../core/canonical.ts";
import type { Json } from "../../../core/canonical.ts";
import { finderOf } from "../../../core/occurrences.ts";
import type { Finder } from "../../../core/occurrences.ts";
import { normalizeText } from "../../metrics/normalize.ts";
import type { Item } from "../case.ts";
import { askedTexts, textsIn } from "./case-texts.ts";

/** A text so long is looked for inside those of a row; a shorter one must be a whole text of it. */
const leastContained = 20;

/** Looks for cases in rows that a model was trained on, a row at a time. */
export interface TrainedOn {
  /** @returns cases whose texts are all in this row; or, of cases without texts, whose variables it is or holds */
  readonly inRow: (row: Json) => readonly Item[];
}

export function trainedOn(items: readonly Item[]): TrainedOn {
  const sought = items.map(soughtOf);
  const long = [
    ...Map.groupBy(
      sought.filter(({ key }) => key.length >= leastContained),
      keyOf,
    ),
  ];
  const short = Map.groupBy(
    sought.filter(({ key }) => key.length < leastContained && key !== ""),
    keyOf,
  );
  const bare = Map.groupBy(
    sought.filter(({ key }) => key === ""),
    ({ vars }) => vars,
  );
  const finder = finderOf(long.map(([key]) => unitsOf(key)));
  const longHits = contained(long);
  return {
    inRow: (row) => {
      const texts = textsIn(row).map((text) => normalizeText(text, "articles-too"));
      const whole = new Set(texts);
      const found = [
        ...hits(finder, texts).flatMap(longHits),
        ...[...whole].flatMap((text) => short.get(text) ?? []),
      ].filter((one) => one.texts.every((text) => isIn(text, texts, whole)));
      const same = bare.size === 0 ? [] : valuesOf(row).flatMap((value) => bare.get(value) ?? []);
      return [...new Set([...found, ...same].map(({ item }) => item))];
    },
  };
}

interface Sought {
  readonly item: Item;
  readonly texts: readonly string[];
  /** The longest of them. */
  readonly key: string;
  readonly vars: string;
}

function soughtOf(item: Item): Sought {
  const texts = askedTexts(item.case);
  const key = texts.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
  return { item, texts, key, vars: "vars" in item.case ? canonical(item.case.vars) : "" };
}

const keyOf = ({ key }: Sought): string => key;

const unitsOf = (text: string): Uint16Array =>
  Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));

const isIn = (text: string, texts: readonly string[], whole: ReadonlySet<string>): boolean =>
  text.length < leastContained ? whole.has(text) : texts.some((one) => one.includes(text));

/** Keys that end anywhere in the texts, by index. */
function hits(finder: Finder, texts: readonly string[]): readonly number[] {
  const found = new Set<number>();
  for (const text of texts) {
    let state = 0;
    for (let at = 0; at < text.length; at += 1) {
      state = finder.next(state, text.charCodeAt(at));
      const index = finder.longest(state);
      if (index >= 0) found.add(index);
    }
  }
  return [...found];
}

/** What is sought by a key, and by all keys inside it, which the finder passes over. */
function contained(
  long: readonly (readonly [string, readonly Sought[]])[],
): (index: number) => readonly Sought[] {
  const known = new Map<number, readonly Sought[]>();
  return (index) => {
    const [key = ""] = long[index] ?? [];
    const all = known.get(index) ?? long.flatMap(([other, some]) => (key.includes(other) ? some : []));
    known.set(index, all);
    return all;
  };
}

/** A row, and each of its members, in canonical form. */
const valuesOf = (row: Json): readonly string[] =>
  typeof row === "object" && row !== null
    ? [canonical(row), ...Object.values(row as Readonly<Record<string, Json>>).map(canonical)]
    : [canonical(row)];
