import PQueue from "p-queue";
import { threadParts } from "../src/core/id.ts";
import type { Json } from "../src/core/canonical.ts";
import type { Says } from "./project.ts";
import { call } from "./project.ts";
import { inMemory } from "./memory.ts";
import { inTurn, timed } from "./figures.ts";
import type { Bench, Figure } from "./figures.ts";

/** What each task needs, by the shape of the graph. */
const shapes: Readonly<Record<string, (index: number) => readonly number[]>> = {
  wide: () => [],
  chain: (index) => (index === 0 ? [] : [index - 1]),
  random: (index) => (index < 2 ? [] : [(index * 7919) % index, (index * 104_729) % index]),
};

const says =
  (count: number, needs: (index: number) => readonly number[]): Says =>
  ({ thread, turn }) => {
    const { role, task } = threadParts(thread);
    if (role === "planner")
      return [
        call("submit_plan", { tasks: Array.from({ length: count }, (_, index) => planned(index, needs)) }),
      ];
    return turn === 1
      ? [call("write_file", { path: `${task ?? ""}.txt`, content: "ok\n" }), submit]
      : [submit];
  };

const submit = call("submit", {
  summary: "done",
  artifacts: [],
  decisions: [],
  open_questions: [],
  confidence: 1,
});

const planned = (index: number, needs: (index: number) => readonly number[]): Json => ({
  id: `t${index}`,
  title: `t${index}`,
  instructions: `t${index}`,
  needs: [...new Set(needs(index))].map((need) => `t${need}`),
  criteria: [{ type: "file", path: `t${index}.txt` }],
});

/** One task through the real loop with everything outside it in memory, against one job through p-queue. */
export const scheduling: Bench = async (say) => {
  const figures: Figure[] = [];
  for (const [shape, needs] of Object.entries(shapes)) {
    for (const count of [1000, 10_000]) {
      say(`${count} tasks, ${shape}`);
      const { first, second } = await inTurn(
        count > 1000 ? 1 : 3,
        async () => timed(async () => inMemory(says(count, needs), count)),
        async () => timed(async () => jobs(count)),
      );
      figures.push({
        name: `task of ${count}, ${shape}`,
        value: (first * 1000) / count,
        floor: (second * 1000) / count,
        unit: "µs",
        aim: null,
      });
    }
  }
  return figures;
};

async function jobs(count: number): Promise<void> {
  const queue = new PQueue({ concurrency: 10 });
  for (let index = 0; index < count; index += 1) void queue.add(async () => index);
  await queue.onIdle();
}
