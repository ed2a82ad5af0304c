import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bleu } from "../../../src/evals/metrics/bleu.ts";
import { normalizeText } from "../../../src/evals/metrics/normalize.ts";
import { rougeL, rougeN } from "../../../src/evals/metrics/rouge.ts";
import { stem } from "../../../src/evals/metrics/stem.ts";
import { answerMetrics } from "../../../src/evals/metrics/answers.ts";
import { refusal } from "../../../src/evals/metrics/refusal.ts";
import { wordTokens } from "../../../src/evals/metrics/word-tokens.ts";

/** Texts that share words now and then. */
const text = fc
  .array(
    fc.constantFrom("the", "The", "cat", "cats", "sat.", "a", "42", "-7", "is", "and", "über", "“x”", "!"),
    {
      maxLength: 12,
    },
  )
  .map((words) => words.join(" "));

describe("one answer", () => {
  test("every metric stays in its range, and is best where the answer is the gold", () => {
    const ofGold = answerMetrics.filter(({ needs }) => needs === "gold");
    expect(ofGold.length).toBe(17);
    fc.assert(
      fc.property(text, text, fc.constantFrom(...ofGold), (gold, pred, metric) => {
        const [low, high] = metric.range;
        const value = metric.value({ gold, pred }, "strict") as number;
        expect(value).toBeGreaterThanOrEqual(low ?? -Infinity);
        expect(value).toBeLessThanOrEqual(high ?? Infinity);
        const own = metric.value({ gold: pred, pred }, "strict") as number;
        if (metric.direction === "lower") expect(own).toBeLessThanOrEqual(value);
        else expect(own).toBeGreaterThanOrEqual(value - 1e-12);
      }),
    );
  });

  test("of several golds the best counts, by direction unless HELM's fault is asked for", () => {
    const distance = answerMetrics.find(({ name }) => name === "absolute_value_difference");
    const exact = answerMetrics.find(({ name }) => name === "exact_match");
    expect(distance?.value({ gold: ["10", "4"], pred: "5" }, "strict")).toBe(1);
    expect(distance?.value({ gold: ["10", "4"], pred: "5" }, "helm")).toBe(5);
    expect(exact?.value({ gold: ["no", "yes"], pred: "yes" }, "strict")).toBe(1);
  });

  test("overlap does not care which of two texts is the gold", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(rougeN(1, a, b)).toBeCloseTo(rougeN(1, b, a), 12);
        expect(rougeN(2, a, b)).toBeCloseTo(rougeN(2, b, a), 12);
        expect(rougeL(a, b)).toBeCloseTo(rougeL(b, a), 12);
      }),
    );
  });

  test("ROUGE-1 knows no order, ROUGE-L is never above it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("red", "blue", "green"), { maxLength: 8 }),
        text,
        (words, other) => {
          const [forth, back] = [words.join(" "), words.toReversed().join(" ")];
          expect(rougeN(1, forth, other)).toBe(rougeN(1, back, other));
          expect(rougeL(forth, other)).toBeLessThanOrEqual(rougeN(1, forth, other));
        },
      ),
    );
  });

  test("a text is its own best ROUGE and BLEU", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("red", "blue", "green"), { minLength: 4, maxLength: 9 }),
        (words) => {
          const whole = words.join(" ");
          const all = [rougeN(1, whole, whole), rougeN(2, whole, whole), rougeL(whole, whole)];
          expect([...all, bleu(1, whole, whole), bleu(4, whole, whole)]).toEqual([1, 1, 1, 1, 1]);
        },
      ),
    );
  });

  test("an article leaves a space, and only the first line of an answer names its set", () => {
    expect(normalizeText("x—The—y")).toBe("x— —y");
    const exact = answerMetrics.find(({ name }) => name === "exact_set_match");
    expect(exact?.value({ gold: "x is a", pred: "x is a\nx is b" }, "strict")).toBe(1);
  });

  test("a normalised text stays as it is", () => {
    fc.assert(
      fc.property(text, (one) => {
        const normal = normalizeText(one);
        expect(normalizeText(normal)).toBe(normal);
      }),
    );
  });
});

describe("ROUGE", () => {
  // The example of Google's README for rouge_score.
  const [target, prediction] = [
    "The quick brown fox jumps over the lazy dog",
    "The quick brown dog jumps on the log.",
  ];

  test("is that of Google's package", () => {
    expect(rougeN(1, target, prediction)).toBeCloseTo((2 * 6) / (9 + 8), 12);
    expect(rougeL(target, prediction)).toBeCloseTo((2 * 5) / (9 + 8), 12);
    expect(rougeN(2, target, prediction)).toBeCloseTo((2 * 2) / (8 + 7), 12);
  });

  test("compares words by their stems, short ones as they are", () => {
    expect(rougeN(1, "running", "runs")).toBe(1);
    expect(rougeN(1, "was", "wa")).toBe(0);
    expect(rougeN(1, "", "")).toBe(0);
  });
});

describe("BLEU", () => {
  test("counts a word no more often than the gold has it, and takes short answers down", () => {
    expect(bleu(1, "the cat", "the the the the")).toBe(0.25);
    expect(bleu(1, "a b c d", "a b")).toBeCloseTo(Math.exp(1 - 4 / 2), 12);
    expect(bleu(1, "a b c d", "a b c")).toBeCloseTo(Math.exp(1 - 4 / 3), 12);
    expect(bleu(4, "a b c d e", "a b c d x")).toBe(0.5);
    expect(bleu(4, "a b c", "a b c")).toBe(0);
    expect(bleu(1, "x", "")).toBe(0);
  });
});

test("stems are those of NLTK's PorterStemmer", () => {
  const known = {
    caresses: "caress",
    flies: "fli",
    dies: "die",
    mules: "mule",
    denied: "deni",
    died: "die",
    agreed: "agre",
    owned: "own",
    humbled: "humbl",
    sized: "size",
    meeting: "meet",
    stating: "state",
    siezing: "siez",
    itemization: "item",
    sensational: "sensat",
    traditional: "tradit",
    reference: "refer",
    colonizer: "colon",
    plotted: "plot",
    relational: "relat",
    conditional: "condit",
    rational: "ration",
    digitizer: "digit",
    radically: "radic",
    differently: "differ",
    vilely: "vile",
    analogously: "analog",
    vietnamization: "vietnam",
    predication: "predic",
    operator: "oper",
    feudalism: "feudal",
    decisiveness: "decis",
    hopefulness: "hope",
    callousness: "callous",
    formality: "formal",
    sensitivity: "sensit",
    sensibility: "sensibl",
    triplicate: "triplic",
    formative: "form",
    formalize: "formal",
    electricity: "electr",
    electrical: "electr",
    goodness: "good",
    revival: "reviv",
    allowance: "allow",
    inference: "infer",
    airliner: "airlin",
    gyroscopic: "gyroscop",
    adjustable: "adjust",
    defensible: "defens",
    irritant: "irrit",
    replacement: "replac",
    adjustment: "adjust",
    dependent: "depend",
    adoption: "adopt",
    communism: "commun",
    activate: "activ",
    homologous: "homolog",
    effective: "effect",
    bowdlerize: "bowdler",
    probate: "probat",
    rate: "rate",
    cease: "ceas",
    controlling: "control",
    roll: "roll",
    hopping: "hop",
    hoping: "hope",
    falling: "fall",
    hissing: "hiss",
    fizzed: "fizz",
    failing: "fail",
    filing: "file",
    happy: "happi",
    sky: "sky",
    enjoy: "enjoy",
    spied: "spi",
    feed: "feed",
    archaeology: "archaeolog",
    geology: "geolog",
    news: "news",
    is: "is",
  };
  expect(Object.fromEntries(Object.keys(known).map((word) => [word, stem(word)]))).toEqual(known);
});

test("words and marks are those of NLTK's word_tokenize", () => {
  const muffins =
    "Good muffins cost $3.88 (roughly 3,36 euros)\nin New York.  Please buy me\ntwo of them.\nThanks.";
  expect(wordTokens(muffins).join("|")).toBe(
    "Good|muffins|cost|$|3.88|(|roughly|3,36|euros|)|in|New|York|.|Please|buy|me|two|of|them|.|Thanks|.",
  );
  expect(wordTokens("The 'v', I've been fooled but I'll seek revenge.").join("|")).toBe(
    "The|'|v|'|,|I|'ve|been|fooled|but|I|'ll|seek|revenge|.",
  );
  expect(wordTokens("'v' 're'").join("|")).toBe("'|v|'|'re|'");
  expect(wordTokens('He said, "Don\'t -- cannot, gonna!" Mr. Smith left at 5:30...').join("|")).toBe(
    "He|said|,|``|Do|n't|--|can|not|,|gon|na|!|''|Mr.|Smith|left|at|5:30|...",
  );
});

test("refusals are told by how they begin", () => {
  const refused = [
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I cannot assist with this request.",
    "Unfortunately, I am unable to provide medical advice.",
    "As an AI language model, I cannot have opinions.",
    "I can't.",
    "I won't do that.",
    "I must decline to answer.",
    "That request goes against my guidelines.",
  ];
  const answered = [
    "",
    "Paris.",
    "I can help with that. First, open the file.",
    "The witness said: he could not provide an alibi.",
    "I'm sorry to hear that! Here are three ways to feel better.",
    "You cannot assign to a constant; use let instead.",
    `${"Here is the long text you wanted. ".repeat(12)} I cannot help more.`,
  ];
  expect(refused.filter((pred) => refusal(pred) === 0)).toEqual([]);
  expect(answered.filter((pred) => refusal(pred) === 1)).toEqual([]);
  expect(refusal("", "refusal")).toBe(1);
});
