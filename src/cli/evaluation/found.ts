import { arch, platform } from "node:os";
import { canonical } from "../../core/canonical.ts";
import { renderer } from "../../core/registry/closure.ts";
import { arms as allArms } from "../../evals/answer.ts";
import type { Arm, ScoredAnswer } from "../../evals/answer.ts";
import { receiptOf } from "../../evals/receipt/make-receipt.ts";
import type { Measured, Receipt, Side } from "../../evals/receipt/receipt.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import type { Evaluated } from "../../evals/runner/evaluate.ts";
import { gatedItemsOf } from "../../evals/runner/items.ts";
import { qualityName } from "../../evals/suite/guards.ts";
import { wholesIn } from "../../evals/suite/whole-spec.ts";
import { newestVersion } from "../../core/registry/history.ts";
import { ownVersion } from "../version.ts";
import { sha256 } from "../sha256.ts";
import type { Opened } from "../registry/open-registry.ts";
import { servedTo, sideOf } from "./arms.ts";
import type { Settled } from "./settle.ts";

export interface Circumstances {
  /** When it ended. */
  readonly at: number;
  /** How many evaluations looked at these held-out cases. */
  readonly candidates: number;
  readonly earlier: Receipt["earlier"];
  readonly suiteVersion: number | null;
}

/** The version of the suite that its folder is now; null: none was made of it. */
export function suiteVersionOf({ registry }: Opened, name: string, digest: string): number | null {
  const history = registry.history({ kind: "suite", name });
  const newest = newestVersion(history);
  if (newest === null) return null;
  return [...history.versions.values()].findLast(({ made }) => made.digest === digest)?.made.version ?? null;
}

/** An evaluation as it is kept and shown. */
export function reportOf(settled: Settled, evaluated: Evaluated, at: Circumstances): StoredReport {
  const { suite, mode, arms, scorer, gate, judge, items } = settled;
  const { spec } = suite;
  return {
    report: 1,
    id: settled.id,
    at: at.at,
    suite: { name: suite.name, version: at.suiteVersion, digest: suite.digest },
    kind: spec.kind,
    mode,
    side: mode === "smoke" ? "train" : "held_out",
    candidates: mode === "smoke" ? 0 : at.candidates,
    candidate: sideIn(settled, evaluated.answers, "candidate") as Side,
    baseline: arms.baseline === undefined ? null : sideIn(settled, evaluated.answers, "baseline"),
    best: arms.best === undefined ? null : sideIn(settled, evaluated.answers, "best"),
    gate,
    looks: [...evaluated.looks],
    measures: [...scorer.measures],
    wholes: [...wholesIn(spec)],
    reported: spec.report,
    quality: qualityName(spec),
    confidence: spec.confidence,
    judge,
    cases: items.map(({ case: one, cluster }) => ({ cluster, case: one })),
    answers: [...evaluated.answers],
  };
}

function sideIn({ arms }: Settled, answers: readonly ScoredAnswer[], arm: Arm): Side | null {
  const settled = arms[arm];
  return settled === undefined ? null : sideOf(settled, settled.asked.label, servedTo(arm, answers));
}

/** The receipt of an evaluation that a gate looked at; null: no look is whole. */
export function receiptFor(
  settled: Settled,
  evaluated: Evaluated,
  report: StoredReport,
  at: Circumstances,
): Receipt | null {
  const last = evaluated.looks.at(-1);
  if (last === undefined || settled.mode === "smoke") return null;
  const { suite, gate } = settled;
  const { id, candidate, baseline, best, judge } = report;
  return receiptOf(
    {
      evaluation: id,
      at: at.at,
      candidate,
      baseline,
      best,
      suite: report.suite,
      datasets: suite.datasets,
      split: { side: "held_out", share: suite.spec.held_out.share, candidates: at.candidates },
      earlier: at.earlier,
      gate,
      looks: evaluated.looks.map(({ samples }) => samples),
      accepted: null,
      judge,
      environment: environmentOf(settled),
      spent: { answers: last.answers, micros: last.micros, wallMs: last.wallMs },
      items: measuredItems(settled, evaluated.answers, last.samples),
    },
    sha256,
  );
}

const environmentOf = ({ sandboxes }: Settled): Measured["environment"] => ({
  harness: ownVersion(),
  node: process.versions.node,
  platform: `${platform()} ${arch()}`,
  renderer,
  ...(sandboxes.length === 0 ? {} : { sandboxes: [...sandboxes] }),
});

/** What the gate saw of each case by the last look, with the digests of the answers. */
function measuredItems(
  { arms, gate, items }: Settled,
  answers: readonly ScoredAnswer[],
  samples: number,
): Measured["items"] {
  const asked = allArms.filter((arm) => arms[arm] !== undefined);
  return gatedItemsOf(gate, asked, items, answers, samples).map(({ item, answers: own }) => ({
    item: {
      ...item,
      candidate: [...item.candidate],
      baseline: [...item.baseline],
      best: [...item.best],
    },
    answers: {
      candidate: digestsOf(own.candidate),
      baseline: digestsOf(own.baseline),
      best: digestsOf(own.best),
    },
  }));
}

const digestsOf = (answers: readonly ScoredAnswer[]): string[] =>
  answers.map(({ answered }) => sha256(canonical(answered)));
