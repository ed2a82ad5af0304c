import type { Assumption, Cases, Level } from "../../evals/gate/plan/assumption.ts";
import { scoreOfLoss } from "../../evals/gate/losses.ts";
import type { GateSpec, GuardSpec } from "../../evals/gate/spec.ts";
import type { AssumedGuard, Ground } from "../../evals/suite/plan/assumed.ts";
import type { Measured } from "../../evals/suite/plan/measured.ts";
import type { PlannedAgainst, SuitePlan } from "../../evals/suite/plan/plan-suite.ts";
import { standingText } from "../../evals/suite/plan/standing.ts";
import { valueText } from "../report/figures.ts";
import { textOf } from "../view/rows.ts";
import type { Rows } from "../view/rows.ts";
import { dollars, plural } from "../view/words.ts";

/** A plan with all that it is made from. */
export interface ToldPlan {
  readonly name: string;
  readonly gate: GateSpec;
  readonly cases: Cases;
  readonly guards: Readonly<Record<string, AssumedGuard>>;
  readonly measured: Measured;
  readonly against: PlannedAgainst;
  /** `sort@2`: the best version ever, which is not in production; null: none that is known. */
  readonly best: string | null;
  /** Nothing is in production. */
  readonly isFirst: boolean;
  readonly saidAlike: boolean;
  readonly plan: SuitePlan;
}

export const planText = (told: ToldPlan, columns: number): string => textOf(rowsOf(told), columns);

const rowsOf = (told: ToldPlan): Rows => [
  ["suite", `${told.name}, held out: ${casesWords(told.cases)}`],
  ["gate", gateWords(told)],
  ...againstRows(told),
  ...assumedRows(told),
  ...lookRows(told),
  told.against === "floors" ? ["hardest", hardestWords(told)] : ["smallest", smallestWords(told)],
  [`for ${percent(told.gate.power)}`, enoughWords(told)],
  ...noteRows(told),
];

function againstRows({ against, best }: ToldPlan): Rows {
  if (against === "production") return [];
  if (against === "floors")
    return [["against", "nothing is in production: a first version must reach the floors"]];
  const ever = best ?? "another version, as you say";
  return [["against", `what is in production, and the best ever, ${ever}`]];
}

const casesWords = ({ items, clusters }: Cases): string =>
  `${plural(items, "case")} in ${plural(Math.round(clusters), "cluster")}`;

const gateWords = ({ gate, against }: ToldPlan): string =>
  [
    ...Object.entries(gate.guards).map(([name, guard]) =>
      against === "floors" ? floorWords(name, guard) : `${name} ${marginText(guard, marginOf(guard))}`,
    ),
    `planned ${gate.looks.length === 1 ? "look" : "looks"} at K = ${gate.looks.join(", ")}`,
  ].join(" · ");

const floorWords = (name: string, guard: GuardSpec): string =>
  guard.floor === undefined ? `${name} has no floor` : `${name} ${floorText(guard, guard.floor)}`;

const floorText = (guard: GuardSpec, floor: number): string =>
  `at ${guard.better === "higher" ? "least" : "most"} ${valueText(guard, floor)}`;

const marginOf = (guard: GuardSpec): number => (guard.kind === "ratio" ? guard.ratio : guard.margin);

/** `−5 pts`, `+2 pts`, `×1.15`: how much worse. */
function marginText(guard: GuardSpec, margin: number): string {
  if (guard.kind === "ratio") return guard.better === "lower" ? `×${round(margin)}` : `÷${round(margin)}`;
  const sign = guard.better === "higher" ? "−" : "+";
  const isUnit = guard.kind === "rate" || (guard.range[0] === 0 && guard.range[1] === 1);
  return isUnit ? `${sign}${round(margin * 100)} pts` : `${sign}${round(margin)}`;
}

const round = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string =>
  `${Number((100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0))} %`;

const grounds: Readonly<Record<Ground, string>> = {
  said: "as you say",
  measured: "measured",
  default: "nothing is measured yet: a guess",
};

function assumedRows(told: ToldPlan): Rows {
  const { cases, measured, saidAlike, against } = told;
  const alike = saidAlike ? "said" : measured.alike === null ? "default" : "measured";
  const what = against === "floors" ? "losses" : "differences";
  const rows = [
    ...decidingGuards(told).map(
      ([name, { assumption, level, ground }]) =>
        `${name}: ${levelWords(told, name, assumption, level)}${assumptionWords(assumption)} (${groundWords(ground, measured)})`,
    ),
    ...(cases.clusters === cases.items
      ? []
      : [`cases of a cluster: ${what} are alike by ${round(cases.alike)} (${groundWords(alike, measured)})`]),
  ];
  return rows.map((row, index) => [index === 0 ? "assumed" : "", row]);
}

/** Against floors, those that have one. */
const decidingGuards = ({ guards, against }: ToldPlan): readonly (readonly [string, AssumedGuard])[] =>
  Object.entries(guards).filter(([, { level }]) => against !== "floors" || level !== null);

const groundWords = (ground: Ground, { answers, of }: Measured): string =>
  ground === "measured" ? `measured, ${plural(answers, "answer")} of ${standingText(of)}` : grounds[ground];

/** How good a first version is; the share of a rate is said anyway. */
function levelWords(
  { gate, against }: ToldPlan,
  name: string,
  { kind }: Assumption,
  level: Level | null,
): string {
  const guard = gate.guards[name];
  if (against !== "floors" || guard === undefined || level === null || kind === "rate") return "";
  const value = valueText(guard, scoreOfLoss(guard, level.loss));
  return kind === "ratio"
    ? `${value} in the middle of the cases, which vary by a factor of ${round(Math.exp(level.between))}; `
    : `${value} on average over cases, which vary by ${round(level.between)}; `;
}

function assumptionWords(assumed: Assumption): string {
  const gain = assumed.gain === 0 ? "" : `; the candidate is truly better by ${round(assumed.gain)}`;
  if (assumed.kind === "rate")
    return `${percent(assumed.rate)} score 1, two answers to a case differ in ${percent(assumed.discordance)}${gain}`;
  if (assumed.kind === "score") return `answers to a case vary by ${round(assumed.sd)}${gain}`;
  return `answers to a case vary by a factor of ${round(Math.exp(assumed.sd))}${gain}`;
}

/** How many versions are asked, the candidate among them. */
const armsAgainst: Readonly<Record<PlannedAgainst, number>> = { floors: 1, production: 2, best: 3 };

/** The chance of PROMOTE by each look, of each guard to hold at it, and what is paid by then. */
function lookRows(told: ToldPlan): Rows {
  const { guards, cases, plan, measured, against } = told;
  const isEqual = Object.values(guards).every(({ assumption }) => assumption.gain === 0);
  const arms = armsAgainst[against];
  const label = against !== "floors" && isEqual ? "if equal" : "if so";
  return plan.looks.map(({ answers, chance, guards: chances }, index) => {
    const each = decidingGuards(told).map(([name]) => `${name} ${percent(chances[name] ?? 0)}`);
    const asked = arms * answers * cases.items;
    const money = measured.micros === null ? "" : `, about ${dollars(asked * measured.micros)}`;
    const words = `K = ${answers}: ${percent(chance)} PROMOTE · ${each.join(", ")} · ${asked} answers${money}`;
    return [index > 0 ? "" : label, words];
  });
}

function hardestWords({ gate, plan }: ToldPlan): string {
  const each = Object.entries(plan.finest).flatMap(([name, floor]) => {
    const guard = gate.guards[name];
    if (guard === undefined) return [];
    return [`${name} ${floor === null ? "none" : floorText(guard, floor)}`];
  });
  return `floors that such a version reaches by K = ${gate.looks.at(-1)}, each guard alone: ${each.join(" · ")}`;
}

function smallestWords({ gate, plan }: ToldPlan): string {
  const each = Object.entries(gate.guards).map(([name, guard]) => {
    const finest = plan.finest[name] ?? null;
    return `${name} ${finest === null ? "none" : marginText(guard, finest)}`;
  });
  return `differences that can be ruled out by K = ${gate.looks.at(-1)}, each guard alone: ${each.join(" · ")}`;
}

function enoughWords({ plan, cases, gate }: ToldPlan): string {
  const more = plan.cases === null ? null : Math.max(0, plan.cases - cases.items);
  const looks = gate.looks.join(", ");
  const byCases =
    plan.cases === null
      ? "no number of cases is enough"
      : `${plural(plan.cases, "case")} at K = ${looks}${more === 0 ? ", which are there" : `, ${more} more`}`;
  const byAnswers =
    plan.answers === null
      ? "no number of answers to these cases is enough"
      : `one look at K = ${plan.answers} with these cases`;
  return `${beyondWords(plan)}${byCases}; or ${byAnswers}`;
}

/** More of what is not good enough promotes nothing. */
const beyondWords = ({ beyond }: SuitePlan): string =>
  beyond.length === 0
    ? ""
    : `${beyond.join(" and ")} assumed not to reach ${beyond.length === 1 ? "its floor" : "their floors"}; to find that out (REJECT): `;

function noteRows({ gate, plan, cases, isFirst, against }: ToldPlan): Rows {
  const notes = [
    ...(isFirst && against !== "floors"
      ? [
          "nothing is in production, and no guard has a floor that a first version must reach, so harness eval refuses; write floor: in guards. This plan is for versions after it",
        ]
      : []),
    ...(plan.tooFewClusters
      ? [
          `${Math.round(cases.clusters)} clusters are too few to promote anything: at least ${Math.ceil(gate.least_df) + 1}, of equal sizes`,
        ]
      : []),
    ...(gate.primary === undefined || against === "floors"
      ? []
      : [
          `${gate.primary.guard} must get better, too: equal arms are promoted in ${percent(gate.alpha)} at most; these chances are of the guards alone`,
        ]),
  ];
  return notes.map((note) => ["note", note]);
}
