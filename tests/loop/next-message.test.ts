import { expect, test } from "vitest";
import type { ModelResponse, Stop } from "../../src/core/model.ts";
import { call, complete, ground, plan, simpleTask, submit } from "./ground.ts";
import type { GroundOptions } from "./ground.ts";

/** What the worker is told in its second turn, after an answer that ended so. */
async function told(stop: Stop | null, options: Partial<GroundOptions> = {}): Promise<string> {
  let heard = "";
  const made = await ground({
    ...options,
    says: () => [],
    sees: ({ thread, turn, messages }) => {
      if (thread.startsWith("plan/")) return [plan(simpleTask("a"))];
      const last = messages.at(-1)?.parts.at(-1);
      if (turn === 2) heard = last?.type === "text" ? last.text : "";
      if (turn > 2) return [submit()];
      const put = call("bash", { command: "put a.txt ok" });
      if (turn === 2 || stop === null) return [put];
      return { ...complete([{ type: "text", text: "hm" }]), stop } as ModelResponse;
    },
  });
  expect((await made.go()).run.outcome).toBe("met");
  return heard;
}

test("a worker hears what is left of turns, of room, and of the budgets of its task and of the run", async () => {
  const options = {
    limits: { compactAt: 200, task: { micros: 1_000_000, tokens: null, wallMs: 3_600_000 } },
    budget: { micros: 5_000_000 },
  };
  expect(await told(null, options)).toBe(
    "[turn 2 of at most 10; context 50% full; $1.00, 60 min left for this task; $5.00 left for the whole run]",
  );
  expect(await told(null)).toBe("[turn 2 of at most 10; context 0% full; no budget is set]");
});

test.each<[Stop, string]>([
  ["end", "called no tool, so nothing happened"],
  ["length", "was cut at its length limit"],
  ["refusal", "was a refusal. Do what you can"],
  ["pause", "Go on."],
])("an answer that ends with %s is answered in words of its own", async (stop, words) => {
  expect(await told(stop)).toContain(words);
});
