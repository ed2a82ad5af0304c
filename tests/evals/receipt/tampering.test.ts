import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headLink, nextLink } from "../../../src/evals/receipt/chain.ts";
import { receiptText } from "../../../src/evals/receipt/receipt-text.ts";
import type { Receipt } from "../../../src/evals/receipt/receipt.ts";
import { verifyReceipt } from "../../../src/evals/receipt/verify-receipt.ts";
import { evaluated, itemsOf, receiptFor, sha256, sideOf } from "./ground.ts";

const whole = receiptFor(
  itemsOf({ candidate: { quality: 0.8 }, baseline: { quality: 0.8 }, best: { quality: 0.8 } }),
);
const text = receiptText(whole);
const faultsOf = (changed: string): readonly string[] => verifyReceipt(changed, sha256).faults;

test("what was measured is a receipt that holds, and says what the gate says", () => {
  const { receipt, decision, faults } = verifyReceipt(text, sha256);
  expect(faults).toEqual([]);
  expect(receipt).toEqual(whole);
  expect(decision?.verdict).toBe("PROMOTE");
  expect(whole.verdict).toBe("PROMOTE");
});

/** As whoever edits the file does: any value anywhere. */
// oxlint-disable-next-line typescript/no-explicit-any -- a forger is bound by no type
type Any = any;
type Change = (receipt: Any) => unknown;

const item = (receipt: Any, at = 16): Any => receipt.items[at].item;

/** Each a single change to the file of a receipt that holds, and what is said of it. */
const edits: readonly (readonly [name: string, change: Change, said: RegExp])[] = [
  [
    "a better score",
    (r) => (item(r).candidate[0].quality = 1),
    /^item c17: a score or answer of it was changed/,
  ],
  ["a worse score of the baseline", (r) => (item(r).baseline[1].quality = 0), /^item c17: /],
  ["a worse score of the best ever", (r) => (item(r).best[0].quality = 0), /^item c17: /],
  ["a lower cost", (r) => (item(r).candidate[1].cost /= 2), /^item c17: /],
  ["an error as a score", (r) => (item(r).candidate[0].quality = "error"), /^item c17: /],
  ["an answer that became an outage", (r) => (item(r).candidate[0] = "outage"), /^item c17: /],
  ["a score as text", (r) => (item(r).candidate[0].quality = "0.9"), /^item c17: candidate\.0/],
  [
    "a score out of its range",
    (r) => (item(r).candidate[0].quality = 7),
    /quality is 7: it must lie between/,
  ],
  ["a metric that is gone", (r) => delete item(r).candidate[0].cost, /^item c17/],
  ["a metric more", (r) => (item(r).candidate[0].other = 1), /^item c17: /],
  ["an item dropped", (r) => r.items.splice(16, 1), /^item c18: .* it does not follow on item c16/],
  ["the last item dropped", (r) => r.items.pop(), /^chain: .*items are missing/],
  ["all items dropped", (r) => (r.items = []), /^items: /],
  ["an item doubled", (r) => r.items.splice(16, 0, r.items[16]), /^item c17: .* follow on item c17/],
  ["two items in another order", (r) => r.items.splice(16, 2, r.items[17], r.items[16]), /^item c18: /],
  ["all items in another order", (r) => (r.items = r.items.toReversed()), /^item c60: /],
  ["another name of an item", (r) => (item(r).id = "c99"), /^item c99: /],
  ["another cluster", (r) => (item(r).cluster = "k1"), /^item c17: /],
  ["an answer's digest", (r) => (r.items[16].answers.candidate[0] = sha256("x")), /^item c17: /],
  ["an answer dropped", (r) => item(r).candidate.pop(), /^item c17: /],
  ["an answer's digest dropped", (r) => r.items[16].answers.best.pop(), /^item c17: /],
  ["a link", (r) => (r.items[16].link = sha256("x")), /^item c17: /],
  ["the last link", (r) => (r.chain = sha256("x")), /^chain: /],
  ["the first link", (r) => (r.head = sha256("x")), /first link/],
  ["another version", (r) => (r.candidate.version = 3), /first link/],
  ["the digest of another version", (r) => (r.digest = sha256("closure 3")), /first link/],
  ["another candidate", (r) => (r.candidate = sideOf(3)), /first link/],
  ["another kind", (r) => (r.candidate.kind = "rubric"), /first link/],
  ["another model", (r) => (r.candidate.model = "dearer"), /first link/],
  ["another model that served", (r) => (r.candidate.served = []), /first link/],
  ["another baseline", (r) => (r.baseline = sideOf(7)), /first link/],
  ["no baseline", (r) => (r.baseline = null), /first link/],
  ["another best version", (r) => (r.best.version = 8), /first link/],
  ["no best version", (r) => (r.best = null), /first link/],
  ["another dataset", (r) => (r.datasets["cases.jsonl"] = sha256("others")), /first link/],
  ["a dataset more", (r) => (r.datasets["more.jsonl"] = sha256("more")), /first link/],
  ["no dataset", (r) => (r.datasets = {}), /first link/],
  ["another suite", (r) => (r.suite.digest = sha256("other suite")), /first link/],
  ["another name of a suite", (r) => (r.suite.name = "easy"), /first link/],
  ["a version of the suite", (r) => (r.suite.version = 4), /first link/],
  ["the other part of the split", (r) => (r.split.side = "train"), /first link/],
  ["another share", (r) => (r.split.share = 0.5), /first link/],
  ["fewer candidates", (r) => (r.split.candidates = 1), /first link/],
  ["a wider margin", (r) => (r.gate.guards.quality.margin = 0.2), /first link/],
  ["a dearer ratio", (r) => (r.gate.guards.cost.ratio = 2), /first link/],
  ["a guard dropped", (r) => delete r.gate.guards.cost, /first link/],
  ["the metric of a guard", (r) => (r.gate.guards.quality.metric = "cost"), /first link/],
  ["the direction of a guard", (r) => (r.gate.guards.quality.better = "lower"), /first link/],
  ["a guard that nobody judges", (r) => (r.gate.guards.quality.judged = false), /first link/],
  ["a lower floor", (r) => (r.gate.guards.quality.floor = 0.1), /first link/],
  ["the range of a guard", (r) => (r.gate.guards.quality.range = [0, 2]), /first link/],
  ["the kind of a guard", (r) => (r.gate.guards.refusals.kind = "score"), /^line \d+: |first link/],
  ["a greater alpha", (r) => (r.gate.alpha = 0.2), /first link/],
  ["another power", (r) => (r.gate.power = 0.5), /first link/],
  ["other planned looks", (r) => (r.gate.looks = [1, 2, 4]), /first link/],
  ["fewer degrees of freedom", (r) => (r.gate.least_df = 2), /first link/],
  ["another alpha of the best ever", (r) => (r.gate.best_ever.alpha = 0.2), /first link/],
  ["no guard against the best ever", (r) => (r.gate.best_ever.guards = []), /first link/],
  ["what an error counts for", (r) => (r.gate.on_error = "skip"), /^gate\.on_error: /],
  ["a primary dropped or added", (r) => (r.gate.primary = { guard: "cost", by: 0 }), /first link/],
  ["another verdict", (r) => (r.verdict = "REJECT"), /scores say PROMOTE/],
  ["no such verdict", (r) => (r.verdict = "FINE"), /^verdict: /],
  ["a look less", (r) => (r.looks = [2]), /first link/],
  ["the last look not taken", (r) => (r.looks = [1]), /first link/],
  ["no look", (r) => (r.looks = []), /^looks: /],
  [
    "a margin signed for",
    (r) => (r.accepted = { margins: { quality: 0.2 }, by: "Eve", why: "x", at: 1 }),
    /accepted: wider margins are for what is INCONCLUSIVE, and without them this is PROMOTE/,
  ],
  ["labels of the judge", (r) => (r.judge.labels.good.right = 60), /first link/],
  ["no labels", (r) => (r.judge.labels = null), /first link/],
  ["another judge", (r) => (r.judge.digest = sha256("another judge")), /first link/],
  ["another rubric", (r) => (r.judge.rubrics.helpful = sha256("lenient")), /first link/],
  ["no judge", (r) => (r.judge = null), /^judge: none is named/],
  ["another evaluation", (r) => (r.evaluation = "zzzz"), /first link/],
  ["another time", (r) => (r.at += 1), /first link/],
  ["another machine", (r) => (r.environment.harness = "9.9.9"), /first link/],
  ["less money", (r) => (r.spent.micros = 0), /first link/],
  ["a field that nobody knows", (r) => (r.note = "trust me"), /unrecognized key/],
  ["one in an item", (r) => (item(r).note = "trust me"), /^item c17: .*unrecognized key/],
  ["another form", (r) => (r.receipt = 2), /it is no receipt/],
];

test("every one of more than fifty single changes is refused, and named", () => {
  expect(edits.length).toBeGreaterThan(50);
  const wrong = edits.flatMap(([name, change, said]) => {
    const changed = structuredClone(whole) as Any;
    change(changed);
    const faults = faultsOf(receiptText(changed));
    return faults.some((fault) => said.test(fault)) ? [] : [{ name, faults }];
  });
  expect(wrong).toEqual([]);
});

describe("a spelling", () => {
  test.each<[name: string, edit: (text: string) => string]>([
    ["digits that say the same", (s) => s.replace(/"share": 0\.8/, '"share": 0.80')],
    ["digits beyond what a number holds", (s) => s.replace(/"share": 0\.8/, '"share": 0.80000000000000001')],
    ["a number as a power", (s) => s.replace('"alpha": 0.05', '"alpha": 5e-2')],
    ["less than nothing", (s) => s.replace('"refusal":0', '"refusal":-0')],
    [
      "a key twice, of which one is hidden",
      (s) => s.replace('"verdict"', '"verdict": "REJECT",\n  "verdict"'),
    ],
    ["a key of the object itself", (s) => s.replace('"refusal":0', '"__proto__":{},"refusal":0')],
    ["white space", (s) => s.replace('"accepted": null', '"accepted":  null')],
    ["a line less", (s) => s.replace(/\n$/, "")],
    [
      "keys in another order",
      (s) =>
        s.replace('"kind": "prompt",\n    "model": "scripted"', '"model": "scripted",\n    "kind": "prompt"'),
    ],
    ["a character as an escape", (s) => s.replace('"core"', '"\\u0063ore"')],
    ["what a default says", (s) => s.replace('"judged": false,\n', "")],
  ])("is no other: %s", (_, edit) => {
    const changed = edit(text);
    expect(changed).not.toBe(text);
    expect(faultsOf(changed)).not.toEqual([]);
  });

  test("but line ends and a byte order mark are git's and Windows' matter", () => {
    expect(faultsOf(`\uFEFF${text.replaceAll("\n", "\r\n")}`)).toEqual([]);
  });

  test("what does not show in a review is escaped", () => {
    const hidden = receiptFor(undefined, { evaluation: "a\u202Eb\u200B" });
    expect(receiptText(hidden)).toContain("a\\u202eb\\u200b");
    expect(faultsOf(receiptText(hidden))).toEqual([]);
  });
});

const bytes = Buffer.from(text);

test("any byte that is another one is refused", () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ by;
      fc.pre(!(bytes[at] === 0x0a && changed[at] === 0x0d));
      expect(faultsOf(changed.toString("latin1"))).not.toEqual([]);
    }),
    // A CR for an LF is the one byte that says the same.
    {
      numRuns: 300,
      examples: [
        [0, 1],
        [bytes.length - 2, 1],
        [bytes.length - 1, 2],
      ],
    },
  );
});

test("any byte that is gone or more is refused", () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 33, max: 126 }), (at, more) => {
      const [before, after] = [text.slice(0, at), text.slice(at)];
      expect(faultsOf(before + after.slice(1))).not.toEqual([]);
      expect(faultsOf(before + String.fromCodePoint(more) + after)).not.toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test("it says the same whatever the order in which whoever measured put things", () => {
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turned);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, one]) => [key, turned(one)]),
    );
  };
  expect(receiptText(turned(whole) as Receipt)).toBe(text);
  const measured = evaluated();
  const [a, b] = [measured, turned(measured) as typeof measured].map((one) =>
    receiptText(
      receiptFor(
        one.items.map(({ item }) => item),
        { ...one, items: undefined } as object,
      ),
    ),
  );
  expect(a).toBe(b);
});

/** Who knows how a chain is made can make one: it says only that nothing was changed since. */
function rechained(receipt: Receipt): Receipt {
  const head = headLink(receipt, sha256);
  let link = head;
  const items = receipt.items.map((one) => ({ ...one, link: (link = nextLink(link, one, sha256)) }));
  return { ...receipt, head, items, chain: link };
}

describe("a forger who makes the chain anew", () => {
  const forged: readonly (readonly [name: string, change: Change, said: RegExp])[] = [
    ["a verdict that the scores do not say", (r) => (r.verdict = "REJECT"), /its scores say PROMOTE/],
    ["the digest of another version", (r) => (r.digest = sha256("closure 3")), /^digest: /],
    ["an item doubled", (r) => r.items.push(r.items[0]), /item c1 is there twice/],
    [
      "answers that nobody gave",
      (r) => item(r).candidate.push("outage"),
      /3 scores and 2 answers of candidate/,
    ],
    ["an arm that is not named", (r) => (r.best = null), /answers of best, and none is named/],
    [
      "an arm without answers",
      (r) =>
        r.items.forEach((one: Any) => {
          one.item.best = [];
          one.answers.best = [];
        }),
      /0 answers of best, which is named/,
    ],
    ["a judge that is hidden", (r) => (r.judge = null), /^judge: none/],
    ["looks that were not planned", (r) => (r.looks = [2, 4]), /are not those planned/],
    [
      "a margin that nobody had to sign for",
      (r) => (r.accepted = { margins: { quality: 0.5 }, by: "x", why: "x", at: 1 }),
      /^accepted: /,
    ],
    [
      "a signature for no margin",
      (r) => (r.accepted = { margins: {}, by: "x", why: "x", at: 1 }),
      /^accepted: no margin/,
    ],
    [
      "a narrower margin",
      (r) => (r.accepted = { margins: { quality: 0.01 }, by: "x", why: "x", at: 1 }),
      /accept a margin from/,
    ],
    [
      "a guard without bound",
      (r) => (r.gate.guards.quality.margin = 1.5),
      /^gate\.guards\.quality: its margin must be narrower/,
    ],
  ];
  test.each(forged)("is refused: %s", (_, change, said) => {
    const changed = structuredClone(whole) as Any;
    change(changed);
    expect(faultsOf(receiptText(rechained(changed))).join("\n")).toMatch(new RegExp(said.source, "m"));
  });

  test("cannot be told by the text alone where scores are invented: the lock and a signature do", () => {
    const changed = structuredClone(whole) as Any;
    item(changed).candidate[0].quality = 1;
    const forgery = receiptText(rechained(changed));
    expect(faultsOf(forgery)).toEqual([]);
    expect(sha256(forgery)).not.toBe(sha256(text));
  });
});

test("no margin is accepted after a REJECT, and an evaluation ends at one", () => {
  const bad = receiptFor(itemsOf({ candidate: { quality: 0.5 }, baseline: { quality: 0.8 } }));
  expect(bad.verdict).toBe("REJECT");
  const accepted = { margins: { quality: 0.9 }, by: "Eve", why: "please", at: 1 };
  const forged = rechained({ ...bad, verdict: "PROMOTE", accepted });
  expect(faultsOf(receiptText(forged)).join("\n")).toMatch(/^accepted: .* without them this is REJECT$/m);
  // Bad at the first look, mended at the second.
  const first = structuredClone(whole) as Any;
  for (const one of first.items) one.item.candidate[0].quality = 0.3;
  for (const one of first.items) one.item.candidate[1].quality = 1;
  for (const one of first.items)
    one.item.baseline = [
      { quality: 0.7, refusal: 0, cost: 1 },
      { quality: 0.4, refusal: 0, cost: 1 },
    ];
  first.verdict = "PROMOTE";
  expect(faultsOf(receiptText(rechained(first))).join("\n")).toMatch(/^looks: by 1 answers .* REJECT/m);
});
