import { table } from "./figures.ts";
import type { Bench, Figure } from "./figures.ts";

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  step: async () => (await import("./step.ts")).step,
  scheduling: async () => (await import("./scheduling.ts")).scheduling,
  resume: async () => (await import("./step.ts")).resume,
  turns: async () => (await import("./turns.ts")).turns,
  workspace: async () => (await import("./workspace.ts")).workspace,
  slot: async () => (await import("./slot.ts")).slot,
  traces: async () => (await import("./traces.ts")).traces,
  evaluation: async () => (await import("./evaluation.ts")).evaluation,
  start: async () => (await import("./start.ts")).start,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => benches[name] === undefined);
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
const figures: Figure[] = [];
for (const [name, load] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`${name} …`);
  const bench = await load();
  figures.push(...(await bench((line) => console.error(`  ${line}`))));
}
console.log(table(figures));
