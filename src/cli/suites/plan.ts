import type { Digest } from "../../core/id.ts";
import type { Cases } from "../../evals/gate/plan/assumption.ts";
import type { GateSpec } from "../../evals/gate/spec.ts";
import { measuresOf } from "../../evals/scoring/measures.ts";
import { qualityName } from "../../evals/suite/guards.ts";
import { assumedGuards } from "../../evals/suite/plan/assumed.ts";
import type { Said } from "../../evals/suite/plan/assumed.ts";
import { assumptionsFrom } from "../../evals/suite/plan/measured.ts";
import { planSuite } from "../../evals/suite/plan/plan-suite.ts";
import type { PlannedAgainst } from "../../evals/suite/plan/plan-suite.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { bestVersion } from "../evaluation/best-version.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { refTyped } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { jsonLine } from "../view/json-line.ts";
import { productionOf } from "./in-production.ts";
import { planText } from "./plan-text.ts";
import type { ToldPlan } from "./plan-text.ts";
import { gateAt, readSuiteAt } from "./read-suite.ts";
import type { ReadSuite } from "./read-suite.ts";

export interface PlanOptions {
  readonly cases?: string;
  readonly clusters?: string;
  readonly alike?: string;
  readonly rate?: string;
  readonly discordance?: string;
  readonly sd?: string;
  readonly gain?: string;
  readonly looks?: string;
  readonly power?: string;
  readonly againstBest?: boolean;
  readonly json?: boolean;
}

/** `harness suite plan NAME`: what so many cases and answers can prove, before any money is spent. */
export async function plan(
  io: Io,
  opened: Opened,
  name: string,
  options: PlanOptions,
  reports: readonly StoredReport[],
): Promise<number> {
  const suite = await readSuiteAt(opened.dir, name);
  const told = await plannedFrom(opened, suite, options, reports);
  if (options.json === true) io.out(jsonLine({ suite: name, digest: suite.digest, ...told }));
  else io.out(planText(told, io.columns));
  return exit.ok;
}

async function plannedFrom(
  opened: Opened,
  suite: ReadSuite,
  options: PlanOptions,
  reports: readonly StoredReport[],
): Promise<ToldPlan> {
  const { name, spec } = suite;
  const gate = gateTyped(suite, options);
  const production = productionOf(opened, spec);
  const best = await bestOf(opened, suite, production);
  const against = againstOf(gate, production !== null, best !== null, options);
  const measured = assumptionsFrom(reports, gate, production);
  const standing = against === "floors" ? "floors" : "production";
  const guards = assumedGuards(gate, measured, saidTyped(options), qualityName(spec), standing);
  const alikeUnsaid = measured.alike ?? (against === "floors" ? firstAlike : equalAlike);
  const cases = casesTyped(suite, options, alikeUnsaid);
  return {
    name,
    gate,
    cases,
    guards,
    measured,
    against,
    best,
    isFirst: production === null,
    plan: planSuite(gate, cases, guards, against),
    saidAlike: options.alike !== undefined,
  };
}

/** What is typed wins over what the suite says. @throws Refused */
function gateTyped(suite: ReadSuite, { power, looks }: PlanOptions): GateSpec {
  const written = gateAt(suite, measuresOf(suite.spec));
  return {
    ...written,
    power: share("--power", power) ?? written.power,
    looks: looksTyped(looks) ?? written.looks,
  };
}

/** The best version ever, which `harness eval` asks beside what is in production; null: it is that, or nobody knows. */
async function bestOf(
  opened: Opened,
  { name, spec }: ReadSuite,
  production: Digest | null,
): Promise<string | null> {
  if (production === null) return null;
  const ref = refTyped("target", spec.target, null);
  return (await bestVersion(opened, name, { ref, digest: production }))?.label ?? null;
}

/** Of a first version its floors decide; where there are none, the plan is for what comes after it. @throws Refused */
function againstOf(
  { guards }: GateSpec,
  hasProduction: boolean,
  hasBest: boolean,
  { againstBest }: PlanOptions,
): PlannedAgainst {
  const isFloored = !hasProduction && Object.values(guards).some(({ floor }) => floor !== undefined);
  if (!isFloored) return hasBest || againstBest === true ? "best" : "production";
  if (againstBest !== true) return "floors";
  throw new Refused(
    "--against-best: nothing is in production, so a first version is held against floors alone",
  );
}

const saidTyped = ({ rate, discordance, sd, gain }: PlanOptions): Said => {
  const said = {
    rate: share("--rate", rate),
    discordance: share("--discordance", discordance),
    sd: numberTyped("--sd", sd, (value) => value > 0, "a number above 0"),
    gain: numberTyped("--gain", gain, () => true, "a number: 0.02 is two points better, -0.02 worse"),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
};

const share = (option: string, typed: string | undefined): number | null =>
  numberTyped(option, typed, (value) => value > 0 && value < 1, "a number between 0 and 1, like 0.85");

/** null: it was not said. @throws Refused */
function numberTyped(
  option: string,
  typed: string | undefined,
  isRight: (value: number) => boolean,
  wish: string,
): number | null {
  if (typed === undefined) return null;
  const value = typed.trim() === "" ? NaN : Number(typed);
  if (Number.isFinite(value) && isRight(value)) return value;
  throw new Refused(`${option} ${typed}: give ${wish}`);
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 2 && value <= 1_000_000;

/** Clusters grow with the cases, unless their number is said. */
function casesTyped({ items: { held_out } }: ReadSuite, options: PlanOptions, alikeUnsaid: number): Cases {
  const there = new Set(held_out.map(({ cluster }) => cluster)).size;
  const items =
    numberTyped("--cases", options.cases, isCount, "a whole number from 2 to 1000000") ?? held_out.length;
  const grown = held_out.length === 0 ? items : (items * there) / held_out.length;
  const said = numberTyped("--clusters", options.clusters, isCount, "a whole number from 2 to 1000000");
  if (items < 2)
    throw new Refused(
      `${items} ${items === 1 ? "case is" : "cases are"} held out; say how many there will be: --cases 200`,
    );
  if (said !== null && said > items) throw new Refused(`--clusters ${said}: there are ${items} cases only`);
  const clusters = Math.max(1, Math.min(items, said ?? grown));
  const isAlike = (value: number): boolean => value >= 0 && value <= 1;
  const alike = numberTyped("--alike", options.alike, isAlike, "a number from 0 to 1") ?? alikeUnsaid;
  return { items, clusters, alike: clusters === items ? 0 : alike };
}

/** Equal arms differ by chance alone, so differences of cases have nothing in common, whatever cluster they are in. */
const equalAlike = 0;
/** What one document, or one repository, makes hard is so in all of its cases. */
const firstAlike = 0.2;

/** @throws Refused */
function looksTyped(typed: string | undefined): number[] | null {
  if (typed === undefined) return null;
  const looks = typed.split(",").map(Number);
  const isRight = looks.every(
    (look, index) => Number.isInteger(look) && look > (looks[index - 1] ?? 0) && look <= 64,
  );
  if (isRight && looks.length <= 6) return looks;
  throw new Refused(`--looks ${typed}: give at most six growing whole numbers up to 64, like 2,4,8`);
}
