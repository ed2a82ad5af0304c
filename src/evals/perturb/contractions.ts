import list from "./contractions.json" with { type: "json" };
import { literally, wordEnd, wordStart } from "../python-text.ts";
import { matchCase } from "./match-case.ts";
import type { Change } from "./perturbation.ts";

const pairs = list.pairs.map(([short = "", long = ""]) => [short, long] as const);
const expansions: ReadonlyMap<string, string> = new Map(pairs);
const contractions: ReadonlyMap<string, string> = new Map(pairs.map(([short, long]) => [long, short]));

/** Without a sentence's last words: what is contracted is followed by a space. */
const long = new RegExp(`${oneOf(contractions.keys())}(?= )`, "giu");
const short = new RegExp(oneOf(expansions.keys()), "giu");

/** `it is` becomes `it's`. HELM: `ContractionPerturbation` (augmentations/contraction_expansion_perturbation.py). */
export const contraction: Change = (text) => text.replaceAll(long, (found) => inPlace(found, contractions));

/** `it's` becomes `it is`. HELM: `ExpansionPerturbation` in the same file. */
export const expansion: Change = (text) => text.replaceAll(short, (found) => inPlace(found, expansions));

const inPlace = (found: string, instead: ReadonlyMap<string, string>): string =>
  matchCase(found, instead.get(found) ?? instead.get(found.toLowerCase()) ?? found);

function oneOf(texts: Iterable<string>): string {
  return `${wordStart}(?:${[...texts].map(literally).join("|")})${wordEnd}`;
}
