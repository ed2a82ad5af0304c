import type { Mode } from "../mode.ts";
import { literally, wordEnd, wordLetters, wordStart } from "../python-text.ts";
import lists from "./gender-words.json" with { type: "json" };
import { matchCase } from "./match-case.ts";
import type { Change } from "./perturbation.ts";

/** In the order of the lists. */
export const genders = ["neutral", "female", "male"] as const;
type Gender = (typeof genders)[number];

export interface GenderSwap {
  readonly kind: "terms" | "pronouns";
  /** The chance that a word is swapped. */
  readonly prob: number;
  readonly from: Gender;
  readonly to: Gender;
  /** Words of `to` become words of `from` as well. */
  readonly isBothWays: boolean;
}

type Pair = readonly [word: string, instead: string];

/**
 * Words of one gender become those of another. HELM: `GenderPerturbation` (augmentations/gender_perturbation.py).
 *
 * HELM leaves out words at the beginning and end of a text and the second of two neighbours, swaps one pair after the
 * other (so that both ways swap some words back), always takes `her` for `him` and `his` for `her`, and makes one
 * grandfather of many grandmothers. `strict` goes through a text once, borders of words being borders, and tells the
 * uses of `her` and `his` apart by the next word. Verbs stay as they are: `he was` becomes `they was` in either.
 */
export const genderSwap = (swap: GenderSwap, mode: Mode): Change =>
  mode === "helm" ? oneAfterTheOther(swap) : inOnePass(swap);

function pairsOf(
  { from, to, isBothWays }: GenderSwap,
  rows: readonly (readonly string[])[],
): readonly Pair[] {
  const pairs = rows.map((row): Pair => [wordOf(row, from), wordOf(row, to)]);
  return isBothWays ? [...pairs, ...pairs.map(([word, instead]): Pair => [instead, word])] : pairs;
}

const wordOf = (row: readonly string[], gender: Gender): string => row[genders.indexOf(gender)] ?? "";

function oneAfterTheOther(swap: GenderSwap): Change {
  const pairs = pairsOf(swap, lists[swap.kind]);
  return (text, random) =>
    pairs.reduce((left, [word, instead]) => {
      const found = new RegExp(`([^${wordLetters}])(${word})([^${wordLetters}])`, "giu");
      return left.replaceAll(found, (whole, before: string, one: string, after: string) =>
        random.uniform(0, 1) < swap.prob ? before + matchCase(one, instead) + after : whole,
      );
    }, text);
}

function inOnePass(swap: GenderSwap): Change {
  const pairs = pairsOf(swap, swap.kind === "terms" ? mendedTerms : lists.pronouns);
  const byWord = Map.groupBy(pairs, ([word]) => word);
  const found = new RegExp(`${wordStart}(?:${[...byWord.keys()].map(literally).join("|")})${wordEnd}`, "giu");
  return (text, random) =>
    text.replaceAll(found, (word, at: number) => {
      const options = (byWord.get(word.toLowerCase()) ?? []).map(([, instead]) => instead);
      const instead = optionFor(word.toLowerCase(), options, text.slice(at + word.length));
      return random.uniform(0, 1) < swap.prob ? matchCase(word, instead) : word;
    });
}

const mendedTerms = lists.terms.map(
  (row) => lists.mended.find((mended) => mended[0] === row[0] && mended[1] === row[1]) ?? row,
);

/** `her` and `his` stand twice among the pronouns: before what is hers or his, and alone. */
function optionFor(word: string, options: readonly string[], after: string): string {
  const [first = word, second = first] = options;
  if (word === "her") return ownsNext(after) ? second : first;
  if (word === "his") return ownsNext(after) ? first : second;
  return first;
}

/** Words before which `her` and `his` own nothing. */
const unowned = new RegExp(
  `^(?:${"a an the and or but nor so yet to in on at by for from with of off up down out over under about into onto after before again away back that which who whom whose when where while if as than then because since until though although is are was were be been has have had do does did will would can could may might must shall should not it they she he we you i me him them us this these those here there now today yesterday tomorrow".replaceAll(" ", "|")})$`,
  "u",
);

function ownsNext(after: string): boolean {
  const next = /^\s+["'“‘(]*([\p{L}\p{N}][\p{L}\p{N}'’-]*)/u.exec(after)?.[1]?.toLowerCase();
  return next !== undefined && !unowned.test(next);
}
