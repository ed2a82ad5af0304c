import { wordLetters } from "../python-text.ts";
import { matchCase } from "./match-case.ts";
import list from "./misspellings.json" with { type: "json" };
import type { Change } from "./perturbation.ts";

const misspellings: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(list.misspellings));

const words = new RegExp(`[${wordLetters}]+`, "gu");
const wordLetter = new RegExp(`^[${wordLetters}]`, "u");

/** What is misspelt, by its first word, in the order of the list: the first that fits a text is taken. */
const byFirstWord = Map.groupBy(misspellings.keys(), (phrase) => phrase.match(words)?.[0] ?? phrase);

/**
 * Each word that people misspell becomes one of its misspellings with chance `prob`. Of a phrase and a word that begins
 * it (`about a`, `about`) the one that stands first in the list is found.
 * HELM: `MisspellingPerturbation` (augmentations/misspelling_perturbation.py), with its list.
 */
export const misspell =
  (prob: number): Change =>
  (text, random) => {
    let made = "";
    let [copied, seen] = [0, 0];
    for (const { 0: word, index } of text.matchAll(words)) {
      const phrase = index < seen ? undefined : byFirstWord.get(word)?.find((one) => isAt(text, index, one));
      if (phrase === undefined) continue;
      seen = index + phrase.length;
      if (random.random() >= prob) continue;
      const misspelt = random.choice(misspellings.get(phrase) ?? []);
      made += text.slice(copied, index) + matchCase(phrase, misspelt);
      copied = seen;
    }
    return made + text.slice(copied);
  };

/** There, and at a border of a word. */
function isAt(text: string, at: number, phrase: string): boolean {
  if (!text.startsWith(phrase, at)) return false;
  const end = at + phrase.length;
  return wordLetter.test(phrase.slice(-1)) !== wordLetter.test(text.slice(end, end + 2));
}
