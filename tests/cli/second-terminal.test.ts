import { join } from "node:path";
import { expect, test } from "vitest";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import type { Entry } from "../../src/core/event.ts";
import { folder, harness, runId, start } from "./ground.ts";
import { greeting, misses, writes } from "./stories.ts";

const entriesOf = async (dir: string, id: string): Promise<readonly Entry[]> => {
  const storage = await openStorageReader(join(dir, ".harness"));
  const entries = await Array.fromAsync(storage.journal.read(id, 0));
  await storage.close();
  return entries;
};

test("a person is needed while others work: answered from a second terminal, the run takes it within a second", async () => {
  const waits = { delay_ms: 15_000, write_file: { path: "slow.txt", content: "Hello." } };
  const tasks = ["greeting", "slow"].map((id) => ({
    id,
    instructions: `One friendly line in ${id}.txt.`,
    criteria: [{ path: `${id}.txt` }],
  }));
  const dir = await folder({
    ...greeting(
      {
        "task/greeting/*": misses,
        "task/greeting/2": writes("Hello."),
        "task/slow/*": [waits, ...writes("Hello.").slice(1)],
      },
      // What a person planned is a person's to change: they are asked at once.
      { plan: "plan.yaml", attempts: 1, checks: [{ id: "slow", path: "slow.txt" }] },
    ),
    "plan.yaml": JSON.stringify({ tasks }),
  });
  const child = start(dir, ["run", "goal.md"]);
  await child.said("waits for you");
  const list = await harness(dir, ["approvals"]);
  const short = /harness approvals retry \w+\/(e\d+)/.exec(list.out)?.[1] ?? "";
  const [first, second] = await Promise.all([
    harness(dir, ["approvals", "retry", short]),
    harness(dir, ["approvals", "drop", short]),
  ]);
  expect(first.code + second.code).toBeGreaterThan(0);
  const { code, err } = await child.ended;
  const entries = await entriesOf(dir, runId(err));
  const storage = await openStorageReader(join(dir, ".harness"));
  const [answer] = await storage.journal.answers(entries[0]?.run ?? "");
  await storage.close();
  const taken = entries.find(({ type }) => type === "escalation-answered");
  expect((taken?.at ?? Infinity) - (answer?.at ?? 0)).toBeLessThan(1_000);
  expect([0, 1]).toContain(code);
  expect((await harness(dir, ["audit"])).code).toBe(0);
});
