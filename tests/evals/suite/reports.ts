import type { ScoredAnswer } from "../../../src/evals/answer.ts";
import type { Score } from "../../../src/evals/gate/item.ts";
import type { GateSpec } from "../../../src/evals/gate/spec.ts";
import type { StoredReport } from "../../../src/evals/report/report.ts";
import type { Item } from "../../../src/evals/suite/case.ts";
import { sha256 } from "../../core/registry/ground.ts";

/** What one arm answered to one case, sample by sample. */
export interface Given {
  readonly arm: ScoredAnswer["arm"];
  readonly case: string;
  readonly scores: readonly Readonly<Record<string, Score>>[];
  readonly texts?: readonly string[];
  readonly micros?: number;
}

const answersOf = ({ arm, case: id, scores, texts, micros = 1000 }: Given): ScoredAnswer[] =>
  scores.map((score, index) => ({
    case: id,
    arm,
    sample: index + 1,
    form: null,
    key: sha256(`${arm} ${id} ${index}`),
    reused: false,
    answered: {
      outcome: "complete",
      why: null,
      text: texts?.[index] ?? "",
      output: null,
      stop: null,
      usage: null,
      micros,
      latencyMs: 1,
      turns: 1,
      served: null,
      logprobs: null,
      confidence: null,
      measured: {},
    },
    scores: score,
  }));

const side = (name: string): StoredReport["candidate"] => ({
  kind: "prompt",
  name,
  version: 1,
  digest: sha256(name),
  model: "m",
  served: [],
});

/** A report of these answers; without any of a baseline it is of a first version. */
export const reportOf = (gate: GateSpec, items: readonly Item[], given: readonly Given[]): StoredReport => ({
  report: 1,
  id: "r1",
  at: 0,
  suite: { name: "core", version: null, digest: "d" },
  kind: "prompt",
  mode: "gate",
  side: "held_out",
  candidates: 1,
  candidate: side("new"),
  baseline: given.some(({ arm }) => arm === "baseline") ? side("old") : null,
  best: null,
  gate,
  looks: [],
  measures: [],
  wholes: [],
  reported: [],
  quality: "exact_match",
  confidence: "agreement",
  judge: null,
  cases: items.map(({ cluster, case: one }) => ({ cluster, case: one })),
  answers: given.flatMap(answersOf),
});
