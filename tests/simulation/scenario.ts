import type { Budget, Limits, TaskBudget } from "../../src/core/event.ts";
import { noBudget, noTaskBudget } from "../../src/core/budget.ts";
import { fixed, random } from "./random.ts";
import type { Random } from "./random.ts";

/** One task of a made-up goal. */
export interface TaskScenario {
  readonly id: string;
  readonly needs: readonly string[];
  /** Attempts whose result the checks reject before one passes. Infinity: hopeless. */
  readonly rejections: number;
  /** Lines it adds to files that other tasks write as well. */
  readonly shares: readonly string[];
  /** Calls of the tool that acts outside. */
  readonly publishes: number;
  /** Turns before it submits. */
  readonly turns: number;
  readonly hasRubric: boolean;
  /** What its plan says it may use, besides `limits.task`. */
  readonly budget: TaskBudget;
}

/** A time in which something is so, in ms after the run's start. */
export interface Window {
  readonly from: number;
  /** Infinity: for good. */
  readonly to: number;
}

/** Everything that is random about a run apart from crashes and timing: the same for every run of a seed. */
export interface Scenario {
  readonly seed: number;
  readonly tasks: readonly TaskScenario[];
  readonly limits: Limits;
  readonly budget: Budget;
  readonly badPlans: number;
  readonly asksFor: ReadonlySet<string>;
  readonly modelFaults: number;
  readonly sandboxFaults: number;
  readonly goalHasChecks: boolean;
  /** A call at which the process dies every time, until it is quarantined. */
  readonly poisoned: string | null;
  /** Longest time of a model call or command, in ms; 0: none takes time. Some commands never end by themselves. */
  readonly pace: number;
  readonly hasFallback: boolean;
  /** When the provider of a model does not answer. */
  readonly outages: readonly (Window & { readonly model: "own" | "fallback" })[];
  /** When another run on this machine was told to wait with the same key. */
  readonly holds: readonly Window[];
  readonly hasOwnPlan: boolean;
  /** How often a model says that nothing more fits, refuses, or pauses, of all turns. */
  readonly oddities: number;
  /** How often the person reviewing plans rejects or edits them, of all versions. */
  readonly disagrees: number;
  /** People say `stop` from another terminal, give notes to tasks and come back hours later. */
  readonly isBusy: boolean;
  /** A person sits at the terminal: the process waits while they review a plan. */
  readonly isAttended: boolean;
  /** How often a person gives more of a budget, or has a model asked again; then the task goes, or the run is stopped. */
  readonly patience: number;
  /** A person once gives the run less than it has. */
  readonly isLowered: boolean;
  /** The provider counts more than a call can take, of all calls. */
  readonly overcharges: number;
  /** Whether a run with crashes must end as one without. */
  readonly isComparable: boolean;
}

const baseLimits: Limits = {
  concurrency: 3,
  attempts: 3,
  turns: 12,
  replans: 1,
  rejections: 2,
  gradings: 3,
  tries: 4,
  collisions: 2,
  repeats: 4,
  stale: 8,
  breaker: 3,
  outageMs: 7_200_000,
  task: noTaskBudget,
  silences: 3,
  crashes: 3,
  outputTokens: 100,
  compactAt: 1_000_000,
  review: false,
};

/** Of any kind, so that how it ends does not depend on when what happens. */
export function scenario(seed: number): Scenario {
  const dice = random(seed * 7919 + 1);
  const count = 1 + dice.below(6);
  const shares = dice.chance(0.3) ? ["shared.txt"] : [];
  const hopeless = dice.chance(0.12) ? dice.below(count) : -1;
  const tasks = Array.from({ length: count }, (_, index): TaskScenario => {
    const needs = Array.from({ length: index }, (__, other) => `t${other}`).filter(() => dice.chance(0.3));
    return {
      id: `t${index}`,
      needs,
      rejections: index === hopeless ? Infinity : dice.chance(0.3) ? 1 + dice.below(2) : 0,
      shares: dice.chance(0.7) ? shares : [],
      publishes: dice.chance(0.35) ? 1 + dice.below(2) : 0,
      turns: dice.chance(0.1) ? 6 : 1 + dice.below(3),
      hasRubric: dice.chance(0.25),
      budget: noTaskBudget,
    };
  });
  const made: Omit<Scenario, keyof Weather> = {
    seed,
    tasks,
    limits: {
      ...baseLimits,
      concurrency: 1 + dice.below(4),
      review: dice.chance(0.2),
      replans: dice.below(2),
      compactAt: dice.chance(0.2) ? 1 : 1_000_000,
    },
    budget: dice.chance(0.2)
      ? { ...noBudget, tokens: 20_000 + dice.below(60_000), turns: 40 + dice.below(100) }
      : noBudget,
    badPlans: dice.chance(0.2) ? 1 + dice.below(2) : 0,
    asksFor: new Set(dice.chance(0.6) ? ["publish"] : []),
    modelFaults: dice.chance(0.3) ? 0.15 : 0,
    sandboxFaults: dice.chance(0.2) ? 0.08 : 0,
    goalHasChecks: dice.chance(0.8),
    poisoned: dice.chance(0.04) ? `task/t${dice.below(count)}/1` : null,
  };
  const sky = weather(random(seed * 104_729 + 7));
  const limits = { ...made.limits, outageMs: sky.pace === 0 ? 7_200_000 : 240_000 };
  return { ...made, ...sky, limits };
}

/** What may happen around a run, and what it does to time. */
type Weather = Pick<
  Scenario,
  | "pace"
  | "hasFallback"
  | "outages"
  | "holds"
  | "hasOwnPlan"
  | "oddities"
  | "disagrees"
  | "isBusy"
  | "isAttended"
  | "patience"
  | "isLowered"
  | "overcharges"
  | "isComparable"
>;

function weather(dice: Random): Weather {
  const pace = dice.chance(0.3) ? 500 + dice.below(15_000) : 0;
  const hasFallback = dice.chance(0.3);
  const start = dice.below(20_000);
  const isForGood = hasFallback && dice.chance(0.5);
  const made: Weather = {
    pace,
    hasFallback,
    outages: dice.chance(0.2)
      ? [{ model: "own", from: start, to: isForGood ? Infinity : start + 10_000 + dice.below(400_000) }]
      : [],
    holds: dice.chance(0.15) ? [hold(dice), hold(dice)] : [],
    hasOwnPlan: dice.chance(0.15),
    oddities: dice.chance(0.25) ? 0.1 : 0,
    disagrees: dice.chance(0.6) ? 0.5 : 0,
    isBusy: dice.chance(0.4),
    isAttended: dice.chance(0.2),
    patience: Infinity,
    isLowered: false,
    overcharges: 0,
    isComparable: true,
  };
  // Both are out for a while.
  const isWhollyOut = hasFallback && dice.chance(0.4);
  const also = { model: "fallback", from: start, to: start + 10_000 + dice.below(500_000) } as const;
  return isWhollyOut ? { ...made, outages: [...made.outages, also] } : made;
}

function hold(dice: Random): Window {
  const from = dice.below(10_000);
  return { from, to: from + 1000 + dice.below(90_000) };
}

/** The same with ceilings that are often too low, for the run and for its tasks, and people who lose patience. */
export function tightScenario(seed: number): Scenario {
  const made = scenario(seed);
  const dice = random(seed * 15_485_863 + 3);
  const pace = dice.chance(0.75) ? 300 + dice.below(20_000) : made.pace;
  const budget: Budget = {
    micros: dice.chance(0.45) ? 8_000 + dice.below(dice.chance(0.5) ? 30_000 : 200_000) : null,
    tokens: dice.chance(0.45) ? 8_000 + dice.below(dice.chance(0.5) ? 25_000 : 200_000) : null,
    wallMs: pace > 0 && dice.chance(0.4) ? 5_000 + dice.below(30 * pace) : null,
    turns: dice.chance(0.35) ? 1 + dice.below(40) : null,
    attempts: dice.chance(0.35) ? 1 + dice.below(8) : null,
  };
  const everyTask = dice.chance(0.3) ? taskCeilings(dice, pace) : noTaskBudget;
  const tasks = made.tasks.map((task) => ({
    ...task,
    budget: dice.chance(0.3) ? taskCeilings(dice, pace) : noTaskBudget,
  }));
  const isOut = dice.chance(0.15);
  return {
    ...made,
    tasks,
    budget,
    pace,
    limits: { ...made.limits, task: everyTask, concurrency: 1 + dice.below(5), outageMs: 240_000 },
    outages: isOut
      ? [...made.outages, { model: "own", from: dice.below(60_000), to: Infinity }, ...fallbackOut(dice)]
      : made.outages,
    patience: dice.below(5),
    isLowered: dice.chance(0.1),
    isComparable: false,
  };
}

const fallbackOut = (dice: Random): Scenario["outages"] =>
  dice.chance(0.5) ? [{ model: "fallback", from: dice.below(60_000), to: Infinity }] : [];

/** The first call of a task reserves some 4,500 tokens and 6,000 millionths of a dollar. */
const taskCeilings = (dice: Random, pace: number): TaskBudget => ({
  micros: dice.chance(0.4) ? 6_500 + dice.below(dice.chance(0.6) ? 10_000 : 60_000) : null,
  tokens: dice.chance(0.5) ? 4_800 + dice.below(dice.chance(0.6) ? 7_000 : 60_000) : null,
  wallMs: pace > 0 && dice.chance(0.3) ? 4_000 + dice.below(10 * pace) : null,
});

/** The same, with a provider that now and then counts more than a call can take. */
export const dearScenario = (seed: number): Scenario => ({ ...tightScenario(seed), overcharges: 0.15 });

/** Whether tasks write the same files: then runs are compared up to the order of lines. */
export const conflicts = (world: Scenario): boolean =>
  world.tasks.filter((task) => task.shares.length > 0).length > 1;

/** The content with which attempt `attempt` of a task leaves its file. */
export const contentOf = (task: TaskScenario, attempt: number): string =>
  attempt > task.rejections ? "ok" : `bad ${attempt}`;

/** A choice of the simulated person that depends only on what is asked. */
export const choosesToRefuse = (seed: number, call: string): boolean => fixed(seed, "refuse", call) < 0.15;
