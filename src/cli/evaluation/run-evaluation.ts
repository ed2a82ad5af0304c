import { durationMs } from "../../core/duration.ts";
import { arms as allArms } from "../../evals/answer.ts";
import type { Decision } from "../../evals/gate/decide.ts";
import { decided } from "../../evals/report/decided.ts";
import type { LookTaken, Report } from "../../evals/report/report.ts";
import { evaluate } from "../../evals/runner/evaluate.ts";
import type { Evaluated, EvaluationPlan } from "../../evals/runner/evaluate.ts";
import { outlookOf } from "../../evals/runner/outlook.ts";
import { SubjectRefused } from "../../evals/subject/subject.ts";
import { exit, Refused } from "../exit.ts";
import { writeReceipt } from "../receipts/project-receipts.ts";
import { lookLine } from "../report/look-line.ts";
import { sha256 } from "../sha256.ts";
import { listen } from "../signals.ts";
import { clock } from "../wire.ts";
import { forecastOf } from "./forecast.ts";
import { receiptFor, reportOf, suiteVersionOf } from "./found.ts";
import { beginLook } from "./looks-before.ts";
import type { LooksBefore } from "./looks-before.ts";
import { openingLines } from "./opening-lines.ts";
import type { EvalOptions } from "./options.ts";
import { progressLine } from "./progress.ts";
import type { ProgressLine } from "./progress.ts";
import { settle } from "./settle.ts";
import type { Settled } from "./settle.ts";
import { keepReport, readReport, reportsOfSuite } from "./stored-reports.ts";
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
    const ended = await owned(world, settled);
    isDone = ended.stopped === null;
    return ended;
  } finally {
    await settled.close(isDone ? "removed" : "kept");
  }
}

async function owned(world: World, settled: Settled): Promise<Ended> {
  const own = await world.evaluations.own(settled.id);
  if ("owner" in own)
    throw new Refused(
      `evaluation ${settled.id} is at work in process ${own.owner.pid} on ${own.owner.host}; wait for it, its answers are kept`,
      exit.infrastructure,
    );
  try {
    return await ask(world, settled);
  } finally {
    await own.owned.release();
  }
}

async function ask(world: World, settled: Settled): Promise<Ended> {
  const { io, store, evaluations } = world;
  const plan = planOf(settled);
  const looked = await beginLook(world, settled);
  const before = await readReport(evaluations, settled.id);
  const outlook = await outlookOf({ ...settled, store, clock, sha256 }, plan);
  const forecast = forecastOf(
    settled,
    outlook,
    before === null ? null : decided(before.report),
    await reportsOfSuite(evaluations, settled.suite.name),
  );
  for (const line of await openingLines(world, settled, looked, forecast)) io.err(line);
  const line = progressLine(io);
  const signals = listen((text) => line.say(`${text}\n`));
  try {
    const { subject, scorer, purse } = settled;
    const evaluated = await evaluate(
      { subject, scorer, store, clock, sha256, purse },
      { ...plan, outlook, workedMs: before?.report.looks.at(-1)?.wallMs ?? 0 },
      AbortSignal.any([signals.drain, signals.halt]),
      watching(line),
    );
    const isKnown = before !== null && isFurther(before, evaluated);
    const kept = isKnown ? before : keptOf(world, settled, evaluated, looked);
    const isWhole = kept.report.looks.length > 0;
    const report = isWhole ? decided(kept.report) : { ...kept.report, decision: null };
    if (isWhole) await keepReport(evaluations, kept, report);
    const file = report.decision?.verdict === "PROMOTE" ? await written(world, settled, kept) : null;
    return {
      kept,
      report,
      file,
      stopped: isKnown ? stoppedAfter(before, evaluated) : evaluated.stopped,
      signal: signals.received(),
    };
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

/** Where it had come further before, it is not money that it lacks. */
const stoppedAfter = ({ report }: KeptReport, { looks, stopped }: Evaluated): Evaluated["stopped"] =>
  report.looks.length > looks.length && stopped !== "interrupted" ? null : stopped;

/** Nothing was asked for, and before it came as far, or further, with more money; a judge that answers again is news. */
const isFurther = ({ report }: KeptReport, { asked, looks, answers }: Evaluated): boolean =>
  asked === 0 && report.looks.length >= looks.length && unscored(report.answers) <= unscored(answers);

const unscored = (answers: Evaluated["answers"]): number =>
  answers.filter(({ scores }) => Object.values(scores).includes("outage")).length;

function keptOf(
  world: World,
  settled: Settled,
  evaluated: Evaluated,
  { count, earlier }: LooksBefore,
): KeptReport {
  const { name, digest } = settled.suite;
  const at = {
    at: clock.now(),
    candidates: count,
    earlier,
    suiteVersion: suiteVersionOf(world.opened, name, digest),
  };
  const report = reportOf(settled, evaluated, at);
  return { report, receipt: receiptFor(settled, evaluated, report, at) };
}

function planOf(settled: Settled): Omit<EvaluationPlan, "workedMs"> {
  const { id, arms, items, forms, gate, mode, judge, suite, concurrency } = settled;
  const { baseline, budget } = suite.spec;
  return {
    id,
    arms: allArms.filter((arm) => arms[arm] !== undefined),
    items,
    forms,
    gate: mode === "smoke" ? { ...gate, looks: [1] } : gate,
    isGated: mode === "gate",
    judge: judge?.labels ?? null,
    models: modelsOf(arms),
    concurrency,
    freshMs: durationMs(baseline.fresh),
    until: budget.wall === undefined ? null : clock.now() + durationMs(budget.wall),
  };
}

const modelsOf = (arms: Settled["arms"]): EvaluationPlan["models"] =>
  Object.fromEntries(
    Object.entries(arms).flatMap(([arm, { asked }]) => (asked.model === "" ? [] : [[arm, asked.model]])),
  );

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
