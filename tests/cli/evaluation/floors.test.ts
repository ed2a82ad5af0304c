import { expect, test } from "vitest";
import { folder, harness } from "../ground.ts";
import { lockOf, prompt, rows } from "../registry/ground.ts";

/** A project whose one prompt was never in production. */
const unproven = async (guards: string): Promise<string> =>
  folder({
    "harness.yaml": "model: scripted/script.yaml\n",
    "script.yaml": "calls: [{ answer: Paris }]\n",
    "prompts/worker.prompt": prompt("Answer: {{who}}"),
    "tasks/core/suite.yaml": `suite: core\nkind: prompt\ntarget: prompt:worker\nheld_out: { share: 1 }\n${guards}`,
    "tasks/core/cases.jsonl": Array.from(
      { length: 12 },
      (_, n) => `{"id":"c${n}","vars":{"who":"n${n}"},"expect":"Paris"}\n`,
    ).join(""),
  });

test.each([
  ["", "tasks/core/suite.yaml", "quality, refusals, invalid, cost", "metric: quasi_exact_match"],
  [
    "guards:\n  cost: { metric: cost, ratio: 1.2 }\n  right: { metric: f1, margin: 0.1 }\n",
    "tasks/core/suite.yaml:5",
    "cost, right",
    "right: { metric: f1",
  ],
])(
  "a first version and no floor: refused before anything is asked, %j",
  async (guards, where, names, like) => {
    const dir = await unproven(guards);
    const { code, out, err } = await harness(dir, ["eval", "core"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^harness: [^\n]+\n$/);
    expect(err).toContain(where);
    expect(err).toContain(`no guard has one (${names}); write floor: in guards, like `);
    expect(err).toContain(like);
    expect(await lockOf(dir)).toBe("");
    expect((await harness(dir, ["report"])).out).not.toContain("worker");
    expect(rows(await harness(dir, ["report", "--json"]))).toEqual([]);
  },
);
