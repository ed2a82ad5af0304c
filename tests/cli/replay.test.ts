import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Entry } from "../../src/core/event.ts";
import { threadParts } from "../../src/core/id.ts";
import { fill, fingerprint, folder, root } from "./ground.ts";
import { comesTo, edit, refusal, runGoal, told } from "./comparing.ts";
import { counting, journaled, mayPost, posts, project, runsBash, submits, task, writes } from "./errands.ts";

interface Replayed {
  readonly run: string;
  readonly events: number;
  readonly same: number;
  readonly taken: Readonly<Record<string, number>>;
  readonly deviations: readonly {
    readonly seq: number;
    readonly place: string;
    readonly recorded: { readonly type: string };
    readonly found: { readonly type: string; readonly body: Readonly<Record<string, unknown>> };
  }[];
}

const seqOf = (entries: readonly Entry[], is: (entry: Entry) => boolean): number =>
  entries.find(is)?.seq ?? -1;

test("a run is done again from what was recorded, without its server, and what differs is named", async () => {
  const server = await counting();
  const dir = await folder({
    ...project([task("a"), task("b"), task("c", ["a", "b"])], {
      "task/a/1": [runsBash("wc -l < input.csv"), writes("a.txt", "bad"), submits("a")],
      "task/a/2": [runsBash("sort input.csv > a.txt; echo good >> a.txt"), submits("a")],
      "task/b/1": [posts(`${server.url}/orders`), writes("b.txt", "good"), submits("b")],
      "task/c/1": [runsBash("cat a.txt b.txt > c.txt"), submits("c")],
    }),
    ...mayPost(server.url),
  });
  await mkdir(join(dir, "prompts"));
  await copyFile(join(root, "prompts", "worker.prompt"), join(dir, "prompts", "worker.prompt"));
  const run = await runGoal(dir);
  expect(server.asked).toEqual(["POST /orders"]);
  server.close();
  const { entries } = await journaled(dir, run);
  const before = [await fingerprint(dir), (await comesTo(0, dir, ["runs", "--json"])).out];

  const { out } = await comesTo(0, dir, ["replay"]);
  expect(out).toContain(`run ${run} · ${entries.length} events`);
  expect(out).toContain("calls that reach outside: 1");
  const same = await told<Replayed>(dir, ["replay", run, "--json"]);
  expect(same).toMatchObject({ run, events: entries.length, deviations: [], taken: { outside: 1 } });
  const taken = Object.values(same.taken).reduce((sum, count) => sum + count, 0);
  expect(same.same + taken).toBe(entries.length);

  await edit(dir, "prompts/worker.prompt", "You do one task of", "You do One task of");
  const byPrompt = await told<Replayed>(dir, ["replay", run, "--prompt", "worker=file", "--json"], 1);
  const asked = seqOf(
    entries,
    ({ type, body }) => type === "model-started" && threadParts(body.thread).role === "worker",
  );
  expect(byPrompt.deviations[0]).toMatchObject({ seq: asked, recorded: { type: "model-started" } });
  const words = (await comesTo(1, dir, ["replay", run, "--prompt", "worker=file"])).out;
  expect(words).toContain(`first at event ${asked}, task `);
  expect(words).toMatch(/the request to the model is another, in \w.+, line \d+/);
  expect(words).toContain("You do One task of");
  await edit(dir, "prompts/worker.prompt", "You do One task of", "You do one task of");

  await fill(dir, {
    "harness.yaml": JSON.stringify({
      approvals: {
        rules: [
          { bash: "cat *", then: "deny" },
          { http: `POST ${server.url}/*`, then: "allow" },
        ],
      },
    }),
  });
  const byRule = await told<Replayed>(dir, ["replay", run, "--policy", "now", "--json"], 1);
  const judged = seqOf(entries, ({ type, body }) => type === "call-judged" && body.call === "task/c/1/1/0");
  expect(byRule.deviations[0]).toMatchObject({
    seq: judged,
    place: "task c, attempt 1, turn 1",
    recorded: { type: "call-judged", body: { decision: "allow" } },
    found: { type: "call-judged", body: { decision: "refuse" } },
  });
  expect(await told<Replayed>(dir, ["replay", run, "--json"])).toMatchObject({ deviations: [] });
  await fill(dir, mayPost(server.url));

  expect([await fingerprint(dir), (await comesTo(0, dir, ["runs", "--json"])).out]).toEqual(before);
  expect(server.asked).toEqual(["POST /orders"]);
  await comesTo(0, dir, ["audit", run]);
  expect(await refusal(dir, ["replay", run, "--policy", "then"])).toContain("--policy then: there is now");
  expect(await refusal(dir, ["replay", run, "--prompt", "wroker=file"])).toContain('did you mean "worker"');
});
