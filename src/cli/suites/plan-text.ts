import type { Assumption, Cases } from "../../evals/gate/plan/assumption.ts";
import type { GateSpec, GuardSpec } from "../../evals/gate/spec.ts";
import type { AssumedGuard, Ground } from "../../evals/suite/plan/assumed.ts";
import type { Measured } from "../../evals/suite/plan/measured.ts";
import type { SuitePlan } from "../../evals/suite/plan/plan-suite.ts";
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
  readonly saidAlike: boolean;
  readonly plan: SuitePlan;
}

export const planText = (told: ToldPlan, columns: number): string => textOf(rowsOf(told), columns);

const rowsOf = (told: ToldPlan): Rows => [
  ["suite", `${told.name}, held out: ${casesWords(told.cases)}`],
  ["gate", gateWords(told.gate)],
  ...assumedRows(told),
  ...lookRows(told),
  ["smallest", smallestWords(told)],
  [`for ${percent(told.gate.power)}`, enoughWords(told)],
  ...noteRows(told),
];

const casesWords = ({ items, clusters }: Cases): string =>
  `${plural(items, "case")} in ${plural(Math.round(clusters), "cluster")}`;

const gateWords = ({ guards, looks }: GateSpec): string =>
  [
    ...Object.entries(guards).map(([name, guard]) => `${name} ${marginText(guard, marginOf(guard))}`),
    `planned ${looks.length === 1 ? "look" : "looks"} at K = ${looks.join(", ")}`,
  ].join(" · ");

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

function assumedRows({ guards, cases, measured, saidAlike }: ToldPlan): Rows {
  const alike = saidAlike ? "said" : measured.alike === null ? "default" : "measured";
  const rows = [
    ...Object.entries(guards).map(
      ([name, { assumption, ground }]) =>
        `${name}: ${assumptionWords(assumption)} (${groundWords(ground, measured)})`,
    ),
    ...(cases.clusters === cases.items
      ? []
      : [
          `cases of a cluster: differences are alike by ${round(cases.alike)} (${groundWords(alike, measured)})`,
        ]),
  ];
  return rows.map((row, index) => [index === 0 ? "assumed" : "", row]);
}

const groundWords = (ground: Ground, { answers }: Measured): string =>
  ground === "measured" ? `measured, ${plural(answers, "answer")} of production` : grounds[ground];

function assumptionWords(assumed: Assumption): string {
  const gain = assumed.gain === 0 ? "" : `; the candidate is truly better by ${round(assumed.gain)}`;
  if (assumed.kind === "rate")
    return `${percent(assumed.rate)} score 1, two answers to a case differ in ${percent(assumed.discordance)}${gain}`;
  if (assumed.kind === "score") return `answers to a case vary by ${round(assumed.sd)}${gain}`;
  return `answers to a case vary by a factor of ${round(Math.exp(assumed.sd))}${gain}`;
}

/** The chance of PROMOTE by each look, of each guard to hold at it, and what is paid by then. */
function lookRows({ gate, guards, cases, plan, measured }: ToldPlan): Rows {
  const isEqual = Object.values(guards).every(({ assumption }) => assumption.gain === 0);
  return plan.looks.map(({ answers, chance, guards: chances }, index) => {
    const each = Object.keys(gate.guards).map((name) => `${name} ${percent(chances[name] ?? 0)}`);
    const asked = 2 * answers * cases.items;
    const money = measured.micros === null ? "" : `, about ${dollars(asked * measured.micros)}`;
    const words = `K = ${answers}: ${percent(chance)} PROMOTE · ${each.join(", ")} · ${asked} answers${money}`;
    return [index > 0 ? "" : isEqual ? "if equal" : "if so", words];
  });
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
  return `${byCases}; or ${byAnswers}`;
}

function noteRows({ gate, plan, cases }: ToldPlan): Rows {
  const notes = [
    ...(plan.tooFewClusters
      ? [
          `${Math.round(cases.clusters)} clusters are too few to promote anything: at least ${Math.ceil(gate.least_df) + 1}, of equal sizes`,
        ]
      : []),
    ...(gate.primary === undefined
      ? []
      : [
          `${gate.primary.guard} must get better, too: equal arms are promoted in ${percent(gate.alpha)} at most; these chances are of the guards alone`,
        ]),
  ];
  return notes.map((note) => ["note", note]);
}
