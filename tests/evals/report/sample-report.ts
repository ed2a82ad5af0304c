import { createHash } from "node:crypto";
import type { Answered, Arm, ScoredAnswer } from "../../../src/evals/answer.ts";
import type { GateText } from "../../../src/evals/gate/spec.ts";
import { gateSpec } from "../../../src/evals/gate/spec.ts";
import type { Measure } from "../../../src/evals/measure.ts";
import type { Side } from "../../../src/evals/receipt/receipt.ts";
import { decided } from "../../../src/evals/report/decided.ts";
import { report } from "../../../src/evals/report/report.ts";
import type { Report, StoredReport } from "../../../src/evals/report/report.ts";
import { fixed, random } from "../../simulation/random.ts";
import type { Random } from "../../simulation/random.ts";

/** True rates of one arm. */
interface Conduct {
  readonly right: number;
  readonly refused: number;
  /** US dollars, milliseconds: medians. */
  readonly dollars: number;
  readonly ms: number;
}

export interface Sample {
  readonly seed?: number;
  readonly cases?: number;
  /** Cases to a cluster. */
  readonly clustered?: number;
  /** Looks taken. */
  readonly looks?: readonly number[];
  readonly candidate?: Partial<Conduct>;
  readonly baseline?: Partial<Conduct> | null;
  readonly best?: Partial<Conduct> | null;
  readonly gate?: GateText;
  readonly mode?: StoredReport["mode"];
  readonly groups?: readonly string[];
  readonly forms?: readonly string[];
  readonly errors?: number;
  readonly outages?: number;
  readonly judge?: StoredReport["judge"];
  readonly confidence?: StoredReport["confidence"];
  readonly reported?: readonly string[];
  readonly wholes?: StoredReport["wholes"];
  /** What answers, variables, groups and reasons say. */
  readonly words?: (place: string) => string;
}

const usual: Conduct = { right: 0.84, refused: 0.012, dollars: 0.004, ms: 3_000 };

export const threeGuards: GateText = {
  guards: {
    quality: { kind: "rate", metric: "quasi_exact_match", better: "higher", margin: 0.05 },
    refusals: { kind: "rate", metric: "refusal", better: "lower", margin: 0.02 },
    cost: { kind: "ratio", metric: "cost", better: "lower", ratio: 1.15 },
  },
};

const amount = { kind: "ratio" as const, better: "lower" as const, judged: false };
const unbound = (): Measure["range"] => [0, null];
const measures: readonly Measure[] = [
  { name: "quasi_exact_match", kind: "rate", better: "higher", range: [0, 1], judged: false },
  { name: "refusal", kind: "rate", better: "lower", range: [0, 1], judged: false },
  { name: "invalid", kind: "rate", better: "lower", range: [0, 1], judged: false },
  { name: "cost", ...amount, range: unbound() },
  { name: "latency", ...amount, range: unbound() },
  { name: "tokens", ...amount, range: unbound() },
];

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A report that could have been, of any size: the same for the same options. */
export const sampleReport = (sample: Sample = {}): Report => decided(storedSample(sample));

export function storedSample(sample: Sample = {}): StoredReport {
  const { cases = 60, clustered = 1, looks = [2], groups = ["en", "de-AT"], words = plain } = sample;
  const { baseline = {}, best = null } = sample;
  const made = Array.from({ length: cases }, (_, i) => ({
    cluster: `doc${Math.floor(i / clustered)}`,
    case: {
      id: `c${i + 1}`,
      groups: groups.length === 0 ? [] : [groups[i % groups.length] ?? ""],
      vars: { question: words(`question ${i + 1}`) },
      expect: words(`expected ${i + 1}`),
    },
  }));
  const arms = [
    ["candidate", sample.candidate ?? {}],
    ["baseline", baseline],
    ["best", best],
  ] as const;
  const answers = arms.flatMap(([arm, conduct]) =>
    conduct === null ? [] : answersOf(sample, arm, { ...usual, ...conduct }, made),
  );
  return report.parse({
    report: 1,
    id: `e${sample.seed ?? 1}`,
    at: 1_790_000_000_000,
    suite: { name: "core", version: 3, digest: sha256("suite") },
    kind: "prompt",
    mode: sample.mode ?? "gate",
    side: "held_out",
    candidates: 8,
    candidate: sideOf("worker", 6),
    baseline: baseline === null ? null : sideOf("worker", 5),
    best: best === null ? null : sideOf("worker", 3),
    gate: gateSpec.parse(sample.gate ?? threeGuards),
    looks: sample.mode === "smoke" ? [] : looks.map((samples) => lookOf(samples, cases, answers)),
    measures,
    wholes: sample.wholes ?? [],
    reported: sample.reported ?? ["robustness", "calibration", "latency", "tokens"],
    quality: "quasi_exact_match",
    confidence: sample.confidence ?? "agreement",
    judge: sample.judge ?? null,
    cases: made,
    answers,
  });
}

const plain = (place: string): string => `the ${place}`;

const sideOf = (name: string, version: number): Side => ({
  kind: "prompt",
  name,
  version,
  digest: sha256(`${name}@${version}`),
  model: "openai/some-model",
  served: ["some-model-2026-05-01"],
});

function lookOf(
  samples: number,
  cases: number,
  answers: readonly ScoredAnswer[],
): StoredReport["looks"][number] {
  const taken = answers.filter(({ sample, form }) => form === null && sample <= samples);
  const count = (outcome: Answered["outcome"]): number =>
    taken.filter(({ answered }) => answered.outcome === outcome).length;
  return {
    samples,
    answers: taken.length,
    micros: taken.reduce((sum, { answered }) => sum + (answered.micros ?? 0), 0),
    wallMs: samples * cases * 1_400,
    errors: count("error"),
    repeated: 2 * count("outage"),
    outages: count("outage"),
  };
}

function answersOf(
  sample: Sample,
  arm: Arm,
  conduct: Conduct,
  cases: StoredReport["cases"],
): readonly ScoredAnswer[] {
  const { seed = 1, looks = [2], forms = [] } = sample;
  return cases.flatMap(({ case: { id } }) => {
    const dice = random(seed * 1_000_003 + Math.floor(fixed(arm, id) * 2 ** 31));
    // A case is easy or hard for every arm alike.
    const hard = fixed(seed, id);
    const asks = [
      ...Array.from({ length: looks.at(-1) ?? 1 }, (_, k) => ({ form: null, sample: k + 1 })),
      ...forms.map((form) => ({ form, sample: 1 })),
    ];
    return asks.map((ask) => {
      const right = conduct.right - (ask.form === null ? 0 : 0.1);
      return answerOf({ ...sample, seed }, { ...conduct, right }, { arm, id, ...ask }, dice, hard);
    });
  });
}

const normal = (dice: Random): number =>
  Math.sqrt(-2 * Math.log(1 - dice.next())) * Math.cos(2 * Math.PI * dice.next());

function answerOf(
  { errors = 0, outages = 0, words = plain }: Sample,
  conduct: Conduct,
  ask: {
    readonly arm: Arm;
    readonly id: string;
    readonly form: string | null;
    readonly sample: number;
  },
  dice: Random,
  hard: number,
): ScoredAnswer {
  const chance = dice.next();
  const outcome = chance < outages ? "outage" : chance < outages + errors ? "error" : "complete";
  const isRight = dice.chance((conduct.right + (hard < conduct.right ? 1 : 0)) / 2);
  const isRefused = dice.chance(conduct.refused);
  const micros = Math.round(1e6 * conduct.dollars * Math.exp(0.15 * normal(dice)));
  const latencyMs = Math.round(conduct.ms * Math.exp(0.5 * normal(dice)));
  const tokens = { input: 300 + dice.below(200), output: 40 + dice.below(120) };
  const place = `${isRight ? "right" : "wrong"} answer to ${ask.id}`;
  const scores = {
    quasi_exact_match: isRight ? 1 : 0,
    refusal: isRefused ? 1 : 0,
    invalid: 0,
    cost: micros / 1e6,
    latency: latencyMs,
    tokens: tokens.input + tokens.output,
  };
  const { arm, id, form, sample } = ask;
  return {
    case: id,
    arm,
    sample,
    form,
    key: sha256(`${arm} ${id} ${form} ${sample}`),
    reused: arm === "baseline" && dice.chance(0.5),
    answered: {
      outcome,
      why: outcome === "complete" ? null : words(`${outcome} of ${id}`),
      text: outcome === "complete" ? words(isRight ? place : `${place}, sample ${sample}`) : "",
      output: null,
      stop: outcome === "complete" ? "end" : null,
      usage: { ...tokens, cacheRead: 0, cacheWrite: 0 },
      micros,
      latencyMs,
      turns: 1,
      served: "some-model-2026-05-01",
      logprobs: [Math.log(0.3 + 0.6 * (isRight ? 0.9 : 0.4))],
      confidence: Math.round(100 * (isRight ? 0.6 + 0.4 * dice.next() : 0.3 + 0.6 * dice.next())) / 100,
      measured: {},
    },
    scores:
      outcome === "complete"
        ? scores
        : Object.fromEntries(Object.keys(scores).map((name) => [name, outcome])),
  };
}
