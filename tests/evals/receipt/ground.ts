import { createHash } from "node:crypto";
import { gateSpec } from "../../../src/evals/gate/spec.ts";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import { receiptOf } from "../../../src/evals/receipt/make-receipt.ts";
import type { Measured, Receipt, Side } from "../../../src/evals/receipt/receipt.ts";
import { random } from "../../simulation/random.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export const gate = gateSpec.parse({
  guards: {
    quality: { kind: "score", metric: "quality", better: "higher", margin: 0.1, judged: true, floor: 0.5 },
    refusals: { kind: "rate", metric: "refusal", better: "lower", margin: 0.1 },
    cost: { kind: "ratio", metric: "cost", better: "lower", ratio: 1.15 },
  },
  looks: [1, 2],
});

/** Average scores of an arm; 0.2 at most around it. */
export interface Worth {
  readonly quality: number;
  readonly money?: number;
}

/** Answers as arms of this worth give them. An arm that is not named answers nothing. */
export function itemsOf(
  arms: { readonly candidate: Worth; readonly baseline?: Worth; readonly best?: Worth },
  {
    seed = 1,
    n = 60,
    answers = 2,
  }: { readonly seed?: number; readonly n?: number; readonly answers?: number } = {},
): ScoredItem[] {
  const dice = random(seed);
  const row = (worth: Worth | undefined): Answer[] =>
    worth === undefined
      ? []
      : Array.from({ length: answers }, () => ({
          quality:
            Math.round(1000 * Math.min(1, Math.max(0, worth.quality + 0.4 * (dice.next() - 0.5)))) / 1000,
          refusal: 0,
          cost: (worth.money ?? 1) * (0.9 + 0.2 * dice.next()),
        }));
  return Array.from({ length: n }, (_, index) => ({
    id: `c${index + 1}`,
    cluster: `k${index + 1}`,
    candidate: row(arms.candidate),
    baseline: row(arms.baseline),
    best: row(arms.best),
  }));
}

export const sideOf = (version: number, over: Partial<Side> = {}): Side => ({
  kind: "prompt",
  name: "worker",
  version,
  digest: sha256(`closure ${version}`),
  model: "scripted",
  served: ["scripted-1"],
  ...over,
});

const keysOf = (items: readonly ScoredItem[]): Measured["items"] =>
  items.map((item) => {
    const keys = (arm: "candidate" | "baseline" | "best"): string[] =>
      item[arm].map((_, k) => sha256(`${item.id} ${arm} ${k}`));
    return {
      item,
      answers: { candidate: keys("candidate"), baseline: keys("baseline"), best: keys("best") },
    };
  });

/** An evaluation of worker@2 against worker@1, unless `over` says otherwise. */
export function evaluated(
  items: readonly ScoredItem[] = itemsOf({ candidate: { quality: 0.8 }, baseline: { quality: 0.8 } }),
  over: Partial<Omit<Measured, "items">> = {},
): Measured {
  const has = (arm: "baseline" | "best"): boolean => items.some((item) => item[arm].length > 0);
  return {
    evaluation: "e7k2",
    earlier: [],
    at: Date.UTC(2026, 6, 1, 10),
    candidate: sideOf(2),
    baseline: has("baseline") ? sideOf(1) : null,
    best: has("best") ? sideOf(9) : null,
    suite: { name: "core", version: null, digest: sha256("suite") },
    datasets: { "cases.jsonl": sha256("cases") },
    split: { side: "held_out", share: 0.8, candidates: 3 },
    gate,
    looks: [1, 2],
    accepted: null,
    judge: {
      digest: sha256("judge"),
      model: "scripted",
      rubrics: { helpful: sha256("helpful") },
      labels: { good: { right: 57, of: 60 }, bad: { right: 32, of: 40 } },
    },
    environment: { harness: "0.1.0", node: "v24.0.0", platform: "linux x64", renderer: 1 },
    spent: { answers: 240, micros: 1200, wallMs: 30_000 },
    ...over,
    items: keysOf(items),
  };
}

export const receiptFor = (...args: Parameters<typeof evaluated>): Receipt =>
  receiptOf(evaluated(...args), sha256);
