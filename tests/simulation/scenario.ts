import type { Budget, Limits } from "../../src/core/event.ts";
import { noBudget } from "../../src/core/budget.ts";
import { fixed, random } from "./random.ts";

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
  silences: 3,
  crashes: 3,
  outputTokens: 100,
  compactAt: 1_000_000,
  review: false,
};

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
    };
  });
  return {
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
}

/** Whether tasks write the same files: then runs are compared up to the order of lines. */
export const conflicts = (world: Scenario): boolean =>
  world.tasks.filter((task) => task.shares.length > 0).length > 1;

/** The content with which attempt `attempt` of a task leaves its file. */
export const contentOf = (task: TaskScenario, attempt: number): string =>
  attempt > task.rejections ? "ok" : `bad ${attempt}`;

/** A choice of the simulated person that depends only on what is asked. */
export const choosesToRefuse = (seed: number, call: string): boolean => fixed(seed, "refuse", call) < 0.15;
