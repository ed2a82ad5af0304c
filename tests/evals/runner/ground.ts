import { createHash } from "node:crypto";
import type { Digest } from "../../../src/core/id.ts";
import type { Clock } from "../../../src/core/ports.ts";
import type { Answered, Arm, Ask, ScoredAnswer } from "../../../src/evals/answer.ts";
import type { Score } from "../../../src/evals/gate/item.ts";
import { gateSpec } from "../../../src/evals/gate/spec.ts";
import type { GateText } from "../../../src/evals/gate/spec.ts";
import type { Decision } from "../../../src/evals/gate/decide.ts";
import type { LookTaken } from "../../../src/evals/report/report.ts";
import type { EvaluationPlan } from "../../../src/evals/runner/evaluate.ts";
import type { Progress } from "../../../src/evals/runner/tally.ts";
import type { GatherPorts, Gathering } from "../../../src/evals/runner/gather.ts";
import { purse } from "../../../src/evals/runner/purse.ts";
import { unanswered } from "../../../src/evals/subject/subject.ts";
import type { Subject } from "../../../src/evals/subject/subject.ts";
import type { Item } from "../../../src/evals/suite/case.ts";
import { MemoryAnswers } from "../../memory/answer-store.ts";
import { fixed } from "../../simulation/random.ts";
import { VirtualTime } from "../../simulation/time.ts";

export const sha256 = (text: string): Digest => createHash("sha256").update(text).digest("hex");
export const never = new AbortController().signal;

export const itemOf = (id: string): Item => ({ case: { id, groups: [], vars: { q: id } }, cluster: id });
export const itemsUpTo = (count: number): Item[] => Array.from({ length: count }, (_, n) => itemOf(`c${n}`));

export const complete = (text: string, given: Partial<Answered> = {}): Answered => ({
  ...unanswered("error", ""),
  outcome: "complete",
  why: null,
  text,
  micros: 10,
  turns: 1,
  served: "model-1",
  ...given,
});

export const nameOf = ({ arm, item, sample, form }: Ask): string =>
  `${arm} ${item.case.id} ${sample}${form === null ? "" : ` ${form}`}`;
export const nameOfAnswer = (one: ScoredAnswer): string =>
  `${one.arm} ${one.case} ${one.sample}${one.form === null ? "" : ` ${one.form}`}`;

/** Answers by what `says` says of an ask and how often it was asked before; takes as long as a hash says, up to `mostMs`. */
interface ScriptedOptions {
  readonly says?: (ask: Ask, times: number) => Answered | Error;
  readonly mostMs?: number;
  readonly identity?: (ask: Ask) => string;
  readonly ceiling?: number | null;
}

/** A subject that writes down what it was asked; it settles at once when it is aborted, as the port says. */
class ScriptedSubject implements Subject {
  readonly asked: string[] = [];
  readonly answered: string[] = [];
  /** Paid, of what has ended. */
  micros = 0;
  open = 0;
  mostOpen = 0;
  onAsk: (ask: Ask) => void = () => undefined;
  readonly #clock: Clock;
  readonly #options: ScriptedOptions;
  readonly #times = new Map<string, number>();

  constructor(clock: Clock, options: ScriptedOptions = {}) {
    this.#clock = clock;
    this.#options = options;
  }

  async identity(ask: Ask): Promise<string> {
    return this.#options.identity?.(ask) ?? nameOf({ ...ask, sample: 0 });
  }

  async ceiling(): Promise<number | null> {
    return this.#options.ceiling === undefined ? 10 : this.#options.ceiling;
  }

  async answer(ask: Ask, signal: AbortSignal): Promise<Answered> {
    const name = nameOf(ask);
    const times = this.#times.get(name) ?? 0;
    this.#times.set(name, times + 1);
    this.asked.push(name);
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    this.onAsk(ask);
    const ms = Math.ceil(fixed(name, times) * (this.#options.mostMs ?? 50));
    await this.#clock.sleepUntil(this.#clock.now() + ms, signal);
    this.open -= 1;
    if (signal.aborted) return unanswered("outage", "network: it was stopped");
    const said = this.#options.says?.(ask, times) ?? complete(name);
    if (said instanceof Error) throw said;
    this.answered.push(name);
    this.micros += said.micros ?? 0;
    return said;
  }
}

export interface World extends GatherPorts {
  readonly subject: ScriptedSubject;
  readonly store: MemoryAnswers;
}

export interface WorldOptions extends ScriptedOptions {
  readonly store?: MemoryAnswers;
  readonly budget?: number | null;
  readonly score?: (ask: Ask, answered: Answered) => Promise<Record<string, Score>>;
  readonly disk?: { now: number };
}

export function world(options: WorldOptions = {}): World {
  const clock = new VirtualTime(options.disk ?? { now: 1_000_000 }, async () => undefined);
  return {
    subject: new ScriptedSubject(clock, options),
    scorer: {
      score: async (ask, answered) => ({
        scores: await (options.score?.(ask, answered) ?? scoresOf(answered.outcome, answered.text)),
        whys: {},
        micros: 0,
      }),
    },
    store: options.store ?? new MemoryAnswers(),
    clock,
    sha256,
    purse: purse(options.budget ?? null),
  };
}

/** Right unless its text says otherwise. */
const scoresOf = (
  outcome: Answered["outcome"],
  text: string,
): Record<string, number | "error" | "outage"> => ({
  quality: outcome === "complete" ? (text.includes("wrong") ? 0 : 1) : outcome,
});

export const gathering = (given: Partial<Gathering> = {}): Gathering => ({
  evaluation: "eval1",
  arms: ["candidate", "baseline"],
  needed: new Set(["quality"]),
  isRepeat: false,
  concurrency: 8,
  freshMs: 1_000_000,
  until: null,
  isDoubted: false,
  paid: new Set(),
  ...given,
});

export const gateOf = (text: Partial<GateText> = {}): EvaluationPlan["gate"] =>
  gateSpec.parse({
    guards: { quality: { kind: "rate", metric: "quality", better: "higher", margin: 0.05 } },
    ...text,
  });

export const planOf = (given: Partial<EvaluationPlan> = {}): EvaluationPlan => ({
  id: "eval1",
  arms: ["candidate", "baseline"],
  items: itemsUpTo(12),
  forms: [],
  gate: gateOf(),
  isGated: true,
  judge: null,
  models: {},
  workedMs: 0,
  concurrency: 8,
  freshMs: 1_000_000,
  until: null,
  ...given,
});

export interface Watched {
  readonly progress: Progress[];
  readonly looks: { readonly look: LookTaken; readonly decision: Decision | null }[];
  readonly notes: string[];
}

export const watching = (): Watched & {
  onProgress: (progress: Progress) => void;
  onLook: (look: LookTaken, decision: Decision | null) => void;
  onNote: (note: string) => void;
} => {
  const seen: Watched = { progress: [], looks: [], notes: [] };
  return {
    ...seen,
    onProgress: (progress) => void seen.progress.push(progress),
    onLook: (look, decision) => void seen.looks.push({ look, decision }),
    onNote: (note) => void seen.notes.push(note),
  };
};

/** Every ask of these arms, items and samples, plainly. */
export const asksOf = (arms: readonly Arm[], items: readonly Item[], samples: number): Ask[] =>
  items.flatMap((item) =>
    Array.from({ length: samples }, (_, n) =>
      arms.map((arm) => ({ arm, item, sample: n + 1, form: null })),
    ).flat(),
  );
