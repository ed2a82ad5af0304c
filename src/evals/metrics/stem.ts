/**
 * The stem of an English word in small letters: Porter's algorithm (An algorithm for suffix stripping, Program 14.3,
 * 1980) with the departures of NLTK's `PorterStemmer`, which ROUGE of HELM uses.
 */
export function stem(word: string): string {
  const irregular = irregulars.get(word);
  if (irregular !== undefined) return irregular;
  return word.length <= 2 ? word : steps.reduce((left, step) => step(left), word);
}

const irregulars: ReadonlyMap<string, string> = new Map(
  Object.entries({
    skies: "sky",
    sky: "sky",
    dying: "die",
    lying: "lie",
    tying: "tie",
    news: "news",
    innings: "inning",
    inning: "inning",
    outings: "outing",
    outing: "outing",
    cannings: "canning",
    canning: "canning",
    howe: "howe",
    proceed: "proceed",
    exceed: "exceed",
    succeed: "succeed",
  }),
);

type Step = (word: string) => string;

const steps: readonly Step[] = [
  plural,
  pastOrProgressive,
  finalY,
  (word) => doubleSuffix(word),
  (word) => firstRule(word, simpleRules),
  (word) => firstRule(word, lastRules),
  finalE,
  (word) => (word.endsWith("ll") && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word),
];

/** A suffix, what takes its place, and what the stem before it must be. */
type Rule = readonly [suffix: string, instead: string, holds: (stem: string) => boolean];

/** The first rule whose suffix fits decides, even where it does not hold. */
function firstRule(word: string, rules: readonly Rule[]): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const [suffix, instead, holds] = rule;
  const stem = word.slice(0, word.length - suffix.length);
  return holds(stem) ? stem + instead : word;
}

const always = (): boolean => true;

function plural(word: string): string {
  if (word.endsWith("ies") && word.length === 4) return word.slice(0, -1);
  return firstRule(word, [
    ["sses", "ss", always],
    ["ies", "i", always],
    ["ss", "ss", always],
    ["s", "", always],
  ]);
}

function pastOrProgressive(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ["ed", "ing"].find((one) => word.endsWith(one) && hasVowel(word.slice(0, -one.length)));
  return suffix === undefined ? word : mended(word.slice(0, -suffix.length));
}

/** A stem that lost its ending, as a word again. */
function mended(stem: string): string {
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function finalY(word: string): string {
  const isFound = word.endsWith("y") && word.length > 2 && isConsonant(word, word.length - 2);
  return isFound ? `${word.slice(0, -1)}i` : word;
}

const long = (stem: string): boolean => measure(stem) > 0;
const longer = (stem: string): boolean => measure(stem) > 1;

const doubleRules: readonly Rule[] = [
  ["ational", "ate", long],
  ["tional", "tion", long],
  ["enci", "ence", long],
  ["anci", "ance", long],
  ["izer", "ize", long],
  ["bli", "ble", long],
  ["alli", "al", long],
  ["entli", "ent", long],
  ["eli", "e", long],
  ["ousli", "ous", long],
  ["ization", "ize", long],
  ["ation", "ate", long],
  ["ator", "ate", long],
  ["alism", "al", long],
  ["iveness", "ive", long],
  ["fulness", "ful", long],
  ["ousness", "ous", long],
  ["aliti", "al", long],
  ["iviti", "ive", long],
  ["biliti", "ble", long],
  ["fulli", "ful", long],
  ["logi", "log", (stem) => long(`${stem}l`)],
];

function doubleSuffix(word: string): string {
  if (word.endsWith("alli") && long(word.slice(0, -4))) return doubleSuffix(word.slice(0, -2));
  return firstRule(word, doubleRules);
}

const simpleRules: readonly Rule[] = [
  ["icate", "ic", long],
  ["ative", "", long],
  ["alize", "al", long],
  ["iciti", "ic", long],
  ["ical", "ic", long],
  ["ful", "", long],
  ["ness", "", long],
];

const lastRules: readonly Rule[] = [
  ...["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"].map((suffix): Rule => [
    suffix,
    "",
    longer,
  ]),
  ["ion", "", (stem) => longer(stem) && /[st]$/.test(stem)],
  ...["ou", "ism", "ate", "iti", "ous", "ive", "ize"].map((suffix): Rule => [suffix, "", longer]),
];

function finalE(word: string): string {
  if (!word.endsWith("e")) return word;
  const stem = word.slice(0, -1);
  const isDropped = measure(stem) > 1 || (measure(stem) === 1 && !endsShort(stem));
  return isDropped ? stem : word;
}

/** `y` is a consonant at the beginning and after a vowel. */
function isConsonant(word: string, at: number): boolean {
  const letter = word[at] ?? "";
  if ("aeiou".includes(letter)) return false;
  return letter !== "y" || at === 0 || !isConsonant(word, at - 1);
}

const shapeOf = (word: string): string =>
  Array.from({ length: word.length }, (_, at) => (isConsonant(word, at) ? "c" : "v")).join("");

/** How often vowels are followed by consonants. */
const measure = (stem: string): number => shapeOf(stem).match(/vc/g)?.length ?? 0;

const hasVowel = (stem: string): boolean => shapeOf(stem).includes("v");

const endsDouble = (word: string): boolean =>
  word.length >= 2 && word.at(-1) === word.at(-2) && isConsonant(word, word.length - 1);

/** Consonant, vowel, consonant other than w, x and y; or a vowel and a consonant alone. */
const endsShort = (word: string): boolean => {
  const shape = shapeOf(word);
  return shape === "vc" || (shape.endsWith("cvc") && !/[wxy]$/.test(word));
};
