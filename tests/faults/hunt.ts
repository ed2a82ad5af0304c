import { different, inspect } from "../simulation/check.ts";
import { simulateOn } from "../simulation/simulate.ts";
import { machine } from "./machine.ts";
import type { Lie } from "./machine.ts";

/** What came of looking for a fault. */
export interface Hunt {
  /** Simulated runs with crashes that it took. */
  readonly seeds: number;
  /** `P4 at event 12: …`, or the error that stopped the run; null: nothing was looked for that turned up. */
  readonly caught: string | null;
  /** All other findings on the way. */
  readonly beside: readonly string[];
}

/** What one seed showed. */
export interface Look {
  readonly lines: readonly { readonly promise: string; readonly text: string }[];
  /** `name: message` of the error that stopped a run early. */
  readonly stop: string | null;
}

/** Runs seed after seed until one shows what `wanted` picks from it. `compares`: looks for P5 too, which takes two runs. */
export async function hunt(
  lie: Lie | null,
  compares: boolean,
  wanted: (look: Look) => string | null,
  most: number,
): Promise<Hunt> {
  const beside: string[] = [];
  for (let seed = 0; seed < most; seed += 1) {
    const found = await look(lie, compares, seed);
    const caught = wanted(found);
    beside.push(...found.lines.map(({ text }) => text).filter((text) => text !== caught));
    if (caught !== null) return { seeds: seed + 1, caught, beside };
  }
  return { seeds: most, caught: null, beside };
}

/** Two runs that both ended are compared; one that an error stopped is judged by what it left. */
async function look(lie: Lie | null, compares: boolean, seed: number): Promise<Look> {
  const crashed = await simulateOn(machine(lie, seed, false), seed, true);
  const calm = compares ? await simulateOn(machine(lie, seed, true), seed, false) : null;
  const bothEnded = crashed.stop === null && calm?.stop === null;
  const findings = [...(await inspect(crashed)), ...(bothEnded ? await different(crashed, calm) : [])];
  return {
    lines: findings.map(({ promise, seq, what }) => ({
      promise,
      text: seq === null ? `${promise}: ${what}` : `${promise} at event ${seq}: ${what}`,
    })),
    stop: said((crashed.stop ?? calm?.stop)?.error),
  };
}

const said = (error: unknown): string | null =>
  error instanceof Error ? `${error.name}: ${error.message}` : null;
