import { loadChanged } from "../faults/changed-source.ts";
import { weakenings } from "./weakenings.ts";

/**
 * A process of its own for each weak build, because a changed module stays changed. Arguments: its name, most seeds.
 * Prints the first finding it must show.
 */
const [name, most] = process.argv.slice(2);
const weakening = weakenings.find((one) => one.name === name);
if (weakening === undefined) throw new Error(`there is no weakening "${name}"`);
const unloaded = loadChanged(weakening.changes);
const { simulateOn } = await import("./simulate.ts");
const { inspectEnded, inWords } = await import("./check.ts");
const { tightScenario } = await import("./scenario.ts");

const sound = { ports: <T>(ports: T): T => ports, rest: async (): Promise<void> => undefined };
let caught: string | null = null;
let seed = 0;
for (; seed < Number(most) && caught === null; seed += 1) {
  const run = await simulateOn(sound, seed, true, tightScenario(seed));
  caught = inWords(await inspectEnded(run)).find((text) => weakening.shows.test(text)) ?? null;
}
if (unloaded().length > 0) throw new Error(`not loaded after it was to be changed: ${unloaded().join(", ")}`);
process.stdout.write(`${JSON.stringify({ seeds: seed, caught })}\n`);
