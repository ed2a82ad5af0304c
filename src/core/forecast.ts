import type { Forecast, PlannedTask } from "./event.ts";
import type { Price } from "./model.ts";

/** What a single task took, from low (a quarter took less) to high (a fifth took more). Units as in `Budget`. */
interface Spread {
  readonly micros: readonly [number, number] | null;
  readonly tokens: readonly [number, number];
  readonly ms: readonly [number, number];
}

/** What accepted tasks of earlier runs took, all their attempts and gradings included. */
export interface Experience extends Spread {
  /** How many tasks that is read off. */
  readonly tasks: number;
}

/** One accepted task of an earlier run. `micros` null: its price was unknown. */
export interface Sample {
  readonly micros: number | null;
  readonly tokens: number;
  readonly ms: number;
}

/** Fewer tasks than these say too little. */
const leastTasks = 5;

/** null: there are too few samples to say anything. */
export function experienceOf(samples: readonly Sample[]): Experience | null {
  if (samples.length < leastTasks) return null;
  const spread = (values: readonly number[]): [number, number] => [
    quantile(values, 0.25),
    quantile(values, 0.8),
  ];
  const priced = samples.flatMap(({ micros }) => micros ?? []);
  return {
    tasks: samples.length,
    micros: priced.length < leastTasks ? null : spread(priced),
    tokens: spread(samples.map(({ tokens }) => tokens)),
    ms: spread(samples.map(({ ms }) => ms)),
  };
}

/** The smallest value that at least this share of the values does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
}

/**
 * Where nothing is known yet: a task takes 8 to 40 turns of 10 s, each sending some 8,000 to 20,000 tokens of which a
 * provider's cache knows four in five, and 300 tokens are written a turn.
 */
const rough = { input: [60_000, 400_000], output: [2_400, 12_000], ms: [80_000, 400_000] } as const;

function roughSpread(price: Price | null): Spread {
  const at = (end: 0 | 1): { micros: number; tokens: number } => {
    const [input, output] = [rough.input[end], rough.output[end]];
    const dollars =
      price === null ? 0 : input * (0.2 * price.input + 0.8 * price.cacheRead) + output * price.output;
    return { micros: Math.round(dollars), tokens: input + output };
  };
  const [low, high] = [at(0), at(1)];
  return {
    micros: price === null ? null : [low.micros, high.micros],
    tokens: [low.tokens, high.tokens],
    ms: [...rough.ms],
  };
}

/**
 * What these tasks may take: each as much as those before it took, side by side as far as needs and `concurrency` allow.
 * A range, not a promise: a quarter of past tasks took less than its low end, a fifth more than its high end.
 */
export function forecastOf(
  tasks: readonly PlannedTask[],
  concurrency: number,
  experience: Experience | null,
  price: Price | null,
): Forecast {
  const roughly = roughSpread(price);
  const one = experience ?? roughly;
  const micros = price === null ? null : (one.micros ?? roughly.micros);
  const times = (range: readonly [number, number], by: number): [number, number] => [
    Math.ceil(range[0] * by),
    Math.ceil(range[1] * by),
  ];
  const rounds = Math.max(longestChain(tasks), tasks.length / Math.max(1, concurrency));
  return {
    micros: micros === null ? null : times(micros, tasks.length),
    tokens: times(one.tokens, tasks.length),
    ms: times(one.ms, rounds),
  };
}

/** Tasks on the longest path of needs. Tasks that the plan does not hold are done. Iterative: plans may be deep. */
function longestChain(tasks: readonly PlannedTask[]): number {
  const depth = new Map<string, number>();
  const waiting = new Map(tasks.map((task) => [task.id, task.needs.filter((need) => isIn(tasks, need))]));
  for (let open = waiting.size, before = -1; open > 0 && open !== before;) {
    before = open;
    for (const [id, needs] of waiting) {
      if (!needs.every((need) => depth.has(need))) continue;
      depth.set(id, 1 + Math.max(0, ...needs.map((need) => depth.get(need) ?? 0)));
      waiting.delete(id);
    }
    open = waiting.size;
  }
  return Math.max(0, ...depth.values());
}

const isIn = (tasks: readonly PlannedTask[], id: string): boolean => tasks.some((task) => task.id === id);
