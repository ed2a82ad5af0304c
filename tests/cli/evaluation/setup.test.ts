import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { judgeBy, judgeOf } from "../../../src/cli/evaluation/judge.ts";
import { commandsIn, metricSchemas } from "../../../src/cli/evaluation/own-metrics.ts";
import { openedAt } from "../../../src/cli/registry/open-registry.ts";
import { sha256 } from "../../../src/cli/sha256.ts";
import { judgeDigest } from "../../../src/evals/scoring/verdict.ts";
import { scorerFor } from "../../../src/evals/scoring/scorer.ts";
import { answerOf, askOf, never, portsOf, suiteOf } from "../../evals/scoring/given.ts";
import { folder } from "../ground.ts";

describe("the judge of a suite", () => {
  const suite = suiteOf({
    guards: { quality: { rubric: "own", margin: 0.05 } },
    metrics: { help: { rubric: "helpful" } },
  });
  const model = { model: "openai/x", identity: null, timeoutMs: 60_000 };
  const own = "rubric: own\nthreshold: 0.5\ncriteria:\n  - { id: brief, ask: Is it short? }\n";

  test("has the prompt that comes with harness and the suite's rubrics, or the project's own", async () => {
    const dir = await folder({ "harness.yaml": "", "rubrics/own.yaml": own });
    const ours = await judgeOf(await openedAt(dir), suite, model);
    expect(await judgeBy(await openedAt(dir), ["own", "helpful"], model)).toEqual(ours);
    expect(Object.keys(ours.rubrics)).toEqual(["own", "helpful"]);
    expect(ours.rubrics["own"]?.spec.criteria).toEqual([{ id: "brief", weight: 1, ask: "Is it short?" }]);
    expect(ours.prompt.source).toContain("submit_verdict");
    await writeFile(join(dir, "rubrics/own.yaml"), own.replace("short", "brief"));
    const other = await judgeOf(await openedAt(dir), suite, model);
    expect(judgeDigest(other, sha256)).not.toBe(judgeDigest(ours, sha256));
    await mkdir(join(dir, "prompts"));
    await writeFile(join(dir, "prompts/judge.prompt"), "Judge it.\n");
    const mine = await judgeOf(await openedAt(dir), suite, model);
    expect(mine.prompt.source).toContain("Judge it.");
    expect(mine.prompt.digest).not.toBe(ours.prompt.digest);
  });

  test("of a rubric that is not there is told", async () => {
    const opened = await openedAt(await folder({ "harness.yaml": "" }));
    await expect(judgeOf(opened, suite, model)).rejects.toThrow(/own/);
  });
});

describe("a suite's own metrics", () => {
  test("a command runs in the suite's folder, without keys", async () => {
    const dir = await folder({
      "score.sh":
        'read -r line; [ -z "$OPENAI_API_KEY" ] && case "$line" in *delivery*) echo 1;; *) echo 0;; esac',
    });
    const commands = commandsIn(dir, { PATH: process.env["PATH"], OPENAI_API_KEY: "sk-1" });
    const suite = suiteOf({ metrics: { right: { command: "sh score.sh", rate: true } } });
    const { scores } = await scorerFor(suite, portsOf({ commands })).score(askOf(), answerOf(), never);
    expect(scores["right"]).toBe(1);
  });

  test("schemas are those of the suite, inline or as files of its folder", async () => {
    const dir = await folder({
      "tasks/core/shape.json": '{"type": "object"}',
      "tasks/core/broken.json": "{",
      "tasks/core/odd.json": '{"type": "wrong"}',
      "other.json": "{}",
    });
    const at = join(dir, "tasks/core");
    const schemaOf = (schema: unknown): object => ({ schema });
    const suite = suiteOf({
      metrics: {
        inline: schemaOf({ type: "string" }),
        file: schemaOf("shape.json"),
        broken: schemaOf("broken.json"),
        odd: schemaOf("odd.json"),
        gone: schemaOf("gone.json"),
        outside: schemaOf("../../other.json"),
      },
    });
    const { schemas, bad } = await metricSchemas(at, suite);
    expect(schemas).toEqual({ inline: { type: "string" }, file: { type: "object" } });
    expect(bad).toEqual({
      broken: expect.stringMatching(/^broken\.json is not JSON/),
      odd: expect.stringMatching(/wrong/),
      gone: expect.stringMatching(/gone\.json/),
      outside: "../../other.json lies outside the suite's folder: move it there",
    });
  });
});
