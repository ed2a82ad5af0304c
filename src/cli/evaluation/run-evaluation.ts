import { durationMs } from "../../core/duration.ts";
import { arms as allArms } from "../../evals/answer.ts";
import type { Decision } from "../../evals/gate/decide.ts";
import { decided } from "../../evals/report/decided.ts";
import type { LookTaken, Report } from "../../evals/report/report.ts";
import { evaluate } from "../../evals/runner/evaluate.ts";
import type { Evaluated, EvaluationPlan } from "../../evals/runner/evaluate.ts";
import { SubjectRefused } from "../../evals/subject/subject.ts";
import { exit, Refused } from "../exit.ts";
import { writeReceipt } from "../receipts/project-receipts.ts";
import { lookLine } from "../report/look-line.ts";
import { sha256 } from "../sha256.ts";
import { listen } from "../signals.ts";
import { clock } from "../wire.ts";
import { receiptFor, reportOf, suiteVersionOf } from "./found.ts";
import { openingLines } from "./opening-lines.ts";
import type { EvalOptions } from "./options.ts";
import { progressLine } from "./progress.ts";
import type { ProgressLine } from "./progress.ts";
import { settle } from "./settle.ts";
import type { Settled } from "./settle.ts";
import { keepReport, readReport } from "./stored-reports.ts";
import type { KeptReport } from "./stored-reports.ts";
import type { World } from "./world.ts";

/** An evaluation that came to its end, or as far as it could. */
export interface Ended {
  readonly kept: KeptReport;
  readonly report: Report;
  /** Of the receipt in `receipts/`, relative to the project; null: none was written. */
  readonly file: string | null;
  readonly stopped: Evaluated["stopped"];
  readonly signal: "SIGINT" | "SIGTERM" | null;
}

/**
 * Evaluates, or goes on with what was begun: settles what is compared, asks, and keeps what was found.
 * @throws Refused, BadInput, … before anything is asked
 */
export async function runEvaluation(
  world: World,
  named: string | undefined,
  options: EvalOptions,
): Promise<Ended> {
  const settled = await settle(world, named, options);
  let isDone = false;
  try {
    const ended = await owned(world, settled, options);
    isDone = ended.stopped === null;
    return ended;
  } finally {
    await settled.close(isDone ? "removed" : "kept");
  }
}

async function owned(world: World, settled: Settled, options: EvalOptions): Promise<Ended> {
  const own = await world.evaluations.own(settled.id);
  if ("owner" in own)
    throw new Refused(
      `evaluation ${settled.id} is at work in process ${own.owner.pid} on ${own.owner.host}; wait for it, its answers are kept`,
      exit.infrastructure,
    );
  try {
    return await ask(world, settled, options);
  } finally {
    await own.owned.release();
  }
}

async function ask(world: World, settled: Settled, options: EvalOptions): Promise<Ended> {
  const { io, store, evaluations } = world;
  const candidates = countCandidates(world, settled);
  const before = await readReport(evaluations, settled.id);
  for (const line of await openingLines(world, settled, candidates)) io.err(line);
  const line = progressLine(io);
  const signals = listen((text) => line.say(`${text}\n`));
  try {
    const { subject, scorer, purse } = settled;
    const evaluated = await evaluate(
      { subject, scorer, store, clock, sha256, purse },
      { ...planOf(settled, options), workedMs: before?.report.looks.at(-1)?.wallMs ?? 0 },
      AbortSignal.any([signals.drain, signals.halt]),
      watching(line),
    );
    const kept =
      before !== null && isSame(before, evaluated) ? before : keptOf(world, settled, evaluated, candidates);
    const isWhole = evaluated.looks.length > 0;
    const report = isWhole ? decided(kept.report) : { ...kept.report, decision: null };
    if (isWhole) await keepReport(evaluations, kept, report);
    const file = report.decision?.verdict === "PROMOTE" ? await written(world, settled, kept) : null;
    return { kept, report, file, stopped: evaluated.stopped, signal: signals.received() };
  } catch (error) {
    if (!(error instanceof SubjectRefused)) throw error;
    throw new Refused(error.message, exit.infrastructure);
  } finally {
    line.end();
    signals.forget();
  }
}

async function written(
  { opened }: World,
  { arms }: Settled,
  { receipt }: KeptReport,
): Promise<string | null> {
  const { version } = arms.candidate;
  return receipt === null || version === null ? null : writeReceipt(opened.dir, receipt, version);
}

/** Nothing was asked for, and it came as far as before. */
const isSame = ({ report }: KeptReport, { asked, looks }: Evaluated): boolean =>
  asked === 0 && report.looks.length === looks.length;

function keptOf(world: World, settled: Settled, evaluated: Evaluated, candidates: number): KeptReport {
  const { name, digest } = settled.suite;
  const at = { at: clock.now(), candidates, suiteVersion: suiteVersionOf(world.opened, name, digest) };
  const report = reportOf(settled, evaluated, at);
  return { report, receipt: receiptFor(settled, evaluated, report, at) };
}

/** Looking at held-out cases is counted, whoever stops before the end. */
function countCandidates({ evaluations }: World, { id, suite, arms, mode }: Settled): number {
  const { digest } = arms.candidate;
  evaluations.begin({
    id,
    at: clock.now(),
    suite: suite.name,
    candidate: digest,
    isGated: mode === "gate",
  });
  const looked = evaluations.begun().filter((one) => one.suite === suite.name && one.isGated);
  return new Set(looked.map(({ candidate }) => candidate)).size;
}

function planOf(settled: Settled, options: EvalOptions): Omit<EvaluationPlan, "workedMs"> {
  const { id, arms, items, forms, gate, mode, judge, suite } = settled;
  const { concurrency, baseline, budget } = suite.spec;
  return {
    id,
    arms: allArms.filter((arm) => arms[arm] !== undefined),
    items,
    forms,
    gate: mode === "smoke" ? { ...gate, looks: [1] } : gate,
    isGated: mode === "gate",
    judge: judge?.labels ?? null,
    concurrency: options.concurrency === undefined ? concurrency : concurrencyOf(options.concurrency),
    freshMs: durationMs(baseline.fresh),
    until: budget.wall === undefined ? null : clock.now() + durationMs(budget.wall),
  };
}

function concurrencyOf(typed: string): number {
  if (/^\d{1,3}$/.test(typed) && Number(typed) >= 1 && Number(typed) <= 256) return Number(typed);
  throw new Refused(`--concurrency ${typed}: say how many answers are asked for at once, 1 to 256`);
}

const watching = (line: ProgressLine) => {
  let looks = 0;
  return {
    onProgress: line.onProgress,
    onNote: (note: string) => line.say(` note       ${note}\n`),
    onLook: (look: LookTaken, decision: Decision | null) => {
      looks += 1;
      line.say(`${lookLine(look, looks, noteOf(decision))}\n`);
    },
  };
};

function noteOf(decision: Decision | null): string | null {
  if (decision === null) return null;
  return decision.verdict === "INCONCLUSIVE" ? "not decided" : "decided";
}
