import { chargeFold } from "../../core/cost/charge.ts";
import type { Charge, Charges, Tokens } from "../../core/cost/charge.ts";
import { planOutcomeFold } from "../../core/cost/plan-outcome.ts";
import type { PlanOutcome } from "../../core/cost/plan-outcome.ts";
import { costRows, dayOf, keys } from "../../core/cost/rows.ts";
import type { Key, Row } from "../../core/cost/rows.ts";
import { knownMicros, sumOf, sumsByPurpose } from "../../core/cost/sum.ts";
import type { Sum } from "../../core/cost/sum.ts";
import type { RunConfig } from "../../core/goal.ts";
import type { Instant, RunId } from "../../core/id.ts";
import type { Ports } from "../../core/ports.ts";
import { readJson } from "../../loop/texts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { pickRun } from "../pick-run.ts";
import { withState } from "../reader.ts";
import { calibrationTexts, forecastTexts } from "../view/cost-forecast.ts";
import { costText } from "../view/cost-text.ts";
import { jsonLine } from "../view/json-line.ts";
import { stillVisible } from "../view/visible.ts";
import { oneLine, plural } from "../view/words.ts";

export interface CostOptions {
  readonly by?: string;
  readonly since?: string;
  readonly json?: boolean;
}

/** `harness cost [RUN]`: what was paid, and for what, over all runs of the project or one. */
export async function cost(io: Io, named: string | undefined, options: CostOptions): Promise<number> {
  const by = keyOf(options.by ?? (named === undefined ? "run" : "task"));
  const since = options.since === undefined ? null : sinceOf(options.since, Date.now());
  return withState(io, async ({ storage, state }) => {
    const { journal } = storage;
    const one = named === undefined ? null : await pickRun(journal, named, state);
    const ids = one === null ? await oldestFirst(journal) : [one];
    const runs = await Promise.all(ids.map(async (id) => readCosts(storage, id)));
    const report = reportOf(runs, { by, since, one });
    io.out(
      options.json === true ? jsonLine(asJson(report)) : costText(pageOf(report, io.columns), io.columns),
    );
    return exit.ok;
  });
}

function keyOf(text: string): Key {
  const found = keys.find((key) => key === text);
  if (found === undefined) throw new Refused(`--by ${text}: there are ${keys.join(", ")}`);
  return found;
}

const dayMs = 86_400_000;

/** `2027-01-31`, or how many days, with today: the beginning of the first, in UTC. @throws Refused */
function sinceOf(text: string, now: Instant): Instant {
  const today = Date.parse(dayOf(now));
  if (/^[1-9]\d{0,3}$/.test(text)) return today - (Number(text) - 1) * dayMs;
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  // A day that is in no calendar is read as another one, or as none.
  if (Number.isNaN(at) || dayOf(at) !== text || at > today)
    throw new Refused(`--since ${text}: give a day that has come, like ${dayOf(now)}, or days, like 7`);
  return at;
}

const oldestFirst = async (journal: Ports["journal"]): Promise<readonly RunId[]> =>
  (await journal.runs()).toSorted((a, b) => a.createdAt - b.createdAt).map(({ id }) => id);

interface RunCosts extends Charges {
  readonly id: RunId;
  readonly title: string;
  readonly plans: readonly PlanOutcome[];
}

async function readCosts({ journal, blobs }: Pick<Ports, "journal" | "blobs">, id: RunId): Promise<RunCosts> {
  const [charges, plans] = [chargeFold(), planOutcomeFold()];
  let title = "";
  for await (const entry of journal.read(id, 0)) {
    charges.see(entry);
    plans.see(entry);
    if (entry.type === "run-created") ({ title } = await readJson<RunConfig>(blobs, entry.body.config));
  }
  return { id, title, ...charges.told(), plans: plans.told() };
}

interface Asked {
  readonly by: Key;
  readonly since: Instant | null;
  /** null: all runs. */
  readonly one: RunId | null;
}

interface Report extends Asked {
  readonly runs: readonly RunCosts[];
  /** Of those that were asked about. */
  readonly charges: readonly Charge[];
  readonly rows: readonly Row[];
  readonly total: Sum;
}

function reportOf(runs: readonly RunCosts[], asked: Asked): Report {
  const charges = runs
    .flatMap((run) => run.charges)
    .filter(({ at }) => asked.since === null || at >= asked.since);
  return { ...asked, runs, charges, rows: costRows(charges, asked.by), total: sumOf(charges) };
}

function pageOf(report: Report, columns: number): Parameters<typeof costText>[0] {
  const { by, runs, charges, rows, total } = report;
  return {
    title: titleOf(report),
    by,
    rows: rows.map(({ key, sum }) => ({ key: rowName(key, report, columns), sum })),
    total,
    purposes: sumsByPurpose(charges),
    open: runs.flatMap(({ open }) => open),
    unpriced: [
      ...new Set(charges.filter(({ micros }) => micros === null).map(({ model }) => stillVisible(model))),
    ],
    forecasts: forecastsOf(report),
  };
}

/** A part of the calls says nothing of a plan. */
function forecastsOf({ since, one, runs }: Report): readonly string[] {
  if (since !== null) return [];
  const plans = runs.flatMap((run) => run.plans);
  return one === null ? calibrationTexts(plans) : forecastTexts(plans);
}

function titleOf({ one, runs, since, charges }: Report): string {
  const [first] = runs;
  const paid = new Set(charges.map(({ run }) => run)).size;
  const what =
    one === null
      ? `${plural(paid, "run")} of this project`
      : `run ${one} · ${oneLine(first?.title ?? "", 200)}`;
  return `${what}${since === null ? "" : ` · calls since ${dayOf(since)} (UTC)`}`;
}

/** Cells that a row takes besides the title of its run, with a short bar. */
const besideTitle = 64;

/** With the goal of a run; a task of the only run by its own name. */
function rowName(key: string, { by, one, runs }: Report, columns: number): string {
  if (by !== "run") return stillVisible(by === "task" && one !== null ? key.slice(one.length + 1) : key);
  const title = runs.find(({ id }) => id === key)?.title ?? "";
  return `${key}  ${oneLine(title, Math.min(40, Math.max(8, columns - besideTitle)))}`;
}

interface SumJson {
  readonly calls: number;
  readonly micros: number | null;
  readonly tokens: Tokens;
  readonly unpriced: Sum["unpriced"];
  readonly guessed: Sum["guessed"];
}

/** `micros` null: none of it is known. */
const sumJson = (sum: Sum): SumJson => ({ ...sum, micros: knownMicros(sum) });

function asJson({ by, one, since, runs, charges, rows, total }: Report): object {
  const spent = Object.entries(sumsByPurpose(charges)).map(([purpose, sum]) => [purpose, sumJson(sum)]);
  return {
    run: one,
    by,
    since: since === null ? null : dayOf(since),
    total: sumJson(total),
    purposes: Object.fromEntries(spent),
    rows: rows.map(({ key, sum }) => ({ key, ...sumJson(sum) })),
    runs: runs.map(({ id, title, open, plans }) => ({ id, title, open, plans })),
  };
}
