import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fakeLangfuse } from "../../edges/langfuse-prompts/server.ts";
import type { FakeLangfuse } from "../../edges/langfuse-prompts/server.ts";
import { harness } from "../ground.ts";
import type { Done } from "../ground.ts";
import { commits, does, prompt, promoted, promotes, rows, withPrompt } from "../registry/ground.ts";

const asks = async (fake: FakeLangfuse, dir: string, ...argv: readonly string[]): Promise<Done> => {
  const done = await harness(dir, ["prompts", ...argv], { env: fake.env });
  expect(`${done.out}${done.err}`).not.toMatch(/sk-lf-0|Basic |a bug/);
  return done;
};
const made = async (fake: FakeLangfuse, dir: string, ...argv: readonly string[]): Promise<Done> => {
  const done = await asks(fake, dir, ...argv);
  if (done.code !== 0) throw new Error(done.err);
  return done;
};
const labelsOf = ({ kept }: FakeLangfuse): unknown =>
  kept.map(({ version, labels }) => [version, labels.toSorted()]);
const workerFile = (dir: string): string => join(dir, "prompts/worker.prompt");

describe("push", () => {
  test("sends versions with why, front matter and digest; labels follow stages, also back", async () => {
    const [fake, dir] = [await fakeLangfuse(), await promoted()];
    await promotes(dir, 2, "staging");
    const { err } = await made(fake, dir, "push");
    expect(err).toBe(
      " worker@1 is version 1 there now\n worker@2 is version 2 there now\n worker@1 is labelled production there\n worker@2 is labelled staging there\n",
    );
    expect(labelsOf(fake)).toEqual([
      [1, ["production"]],
      [2, ["latest", "staging"]],
    ]);
    const [facts] = rows(await does(dir, "prompts", "get", "worker@2", "--json")) as {
      digest: string;
      source: string;
    }[];
    expect(fake.kept[1]).toMatchObject({
      name: "worker",
      type: "chat",
      prompt: [{ role: "user", content: "two" }],
      commitMessage: "say two",
      tags: ["harness"],
      config: {
        input: { schema: { "who?": "string" } },
        harness: { prompt: "worker@2", digest: facts?.digest, source: facts?.source, why: "say two" },
      },
    } satisfies object as never);
    await promotes(dir, 2, "production");
    await made(fake, dir, "push", "worker");
    expect(labelsOf(fake)).toEqual([
      [1, []],
      [2, ["latest", "production", "staging"]],
    ]);
    await does(dir, "rollback", "prompt:worker", "--why", "x");
    expect((await made(fake, dir, "push")).err).toContain(
      "version 2 of worker there is labelled staging, and no version is in staging here; take that label off there",
    );
    expect(labelsOf(fake)).toEqual([
      [1, ["production"]],
      [2, ["latest", "staging"]],
    ]);
  });

  test("twice makes nothing; of a version never promoted nothing is sent unless it is named", async () => {
    const [fake, dir] = [await fakeLangfuse(), await promoted()];
    await made(fake, dir, "push");
    await made(fake, dir, "push");
    expect(fake.kept.map(({ version }) => version)).toEqual([1]);
    expect(fake.asked.filter((one) => !one.startsWith("GET"))).toHaveLength(2);
    expect((await made(fake, dir, "push", "worker@2")).err).toContain("worker@2 is version 2 there now");
    expect(labelsOf(fake)).toEqual([
      [1, ["production"]],
      [2, ["latest"]],
    ]);
  });

  test("two at once make each version once", async () => {
    const [fake, dir] = [await fakeLangfuse(), await promoted()];
    await Promise.all([made(fake, dir, "push", "worker@2"), made(fake, dir, "push", "worker@2")]);
    expect(fake.kept.map(({ version }) => version)).toEqual([1, 2]);
  });

  test("what was made though no answer came is not made again; one that fails midway is gone on with", async () => {
    const [fake, dir] = [await fakeLangfuse(), await promoted()];
    fake.faults.push({ method: "POST", instead: "reset", isDone: true }, { method: "POST", status: 503 });
    await made(fake, dir, "push", "worker@2");
    expect(fake.kept.map(({ version }) => version)).toEqual([1, 2]);
    await commits(dir, "three");
    fake.faults.push({ method: "POST", status: 400, body: '{"message":"no"}' });
    const failed = await asks(fake, dir, "push", "worker@3");
    expect([failed.code, failed.err.includes("HTTP 400 (no)")]).toEqual([5, true]);
    await made(fake, dir, "push", "worker@3");
    expect(fake.kept.map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  test("a prompt with roles, blocks and partials is sent as it is written, whole in its config, and comes back the same", async () => {
    const [fake, dir] = [
      await fakeLangfuse(),
      await withPrompt('{{role "system"}}\nBe {{who}}.\n{{role "user"}}\n{{#if who}}{{> rules}}{{/if}}', {
        "prompts/_rules.prompt": "short\n",
      }),
    ];
    await does(dir, "prompts", "commit", "worker", "-m", "x".repeat(800));
    expect((await made(fake, dir, "push", "worker@1")).err).toContain(
      "worker@1 has blocks or partials: Langfuse shows it as it is written",
    );
    expect(fake.kept[0]?.prompt).toEqual([
      { role: "system", content: "Be {{who}}." },
      { role: "user", content: "{{#if who}}{{> rules}}{{/if}}" },
    ]);
    expect(fake.kept[0]?.commitMessage).toHaveLength(500);
    const [here] = rows(await does(dir, "prompts", "get", "worker@1", "--json")) as { digest: string }[];
    const other = await withPrompt("other");
    await rm(workerFile(other));
    expect((await made(fake, other, "pull", "worker")).err).toContain(
      " prompts/worker.prompt is version 1 of Langfuse\n",
    );
    const [there] = rows(await does(other, "prompts", "get", "worker=file", "--json")) as {
      digest: string;
    }[];
    expect(there?.digest).toBe(here?.digest);
  });

  test("what was made there by others, or changed, is not taken for ours; numbers that differ are said", async () => {
    const [fake, dir] = [await fakeLangfuse(), await promoted()];
    await made(fake, dir, "push");
    const [first] = fake.kept;
    if (first === undefined) throw new Error("nothing was pushed");
    fake.kept.push({
      ...first,
      version: 2,
      prompt: [{ role: "user", content: "edited there" }],
      labels: ["production", "latest"],
      tags: ["mine"],
    });
    first.labels = [];
    first.tags = ["mine"];
    const { err } = await made(fake, dir, "push", "worker@2");
    expect(err).toContain(
      " worker@2 is version 3 there now: somebody else made versions there, so traces of runs with worker@2 link to another text\n",
    );
    expect(labelsOf(fake)).toEqual([
      [1, ["production"]],
      [2, []],
      [3, ["latest"]],
    ]);
    expect(fake.kept[2]?.tags.toSorted()).toEqual(["harness", "mine"]);
  });

  test("a name whose versions there are texts gets texts", async () => {
    const [fake, dir] = [await fakeLangfuse(), await promoted()];
    fake.kept.push({
      name: "worker",
      version: 1,
      type: "text",
      prompt: "x",
      config: {},
      labels: [],
      tags: [],
      commitMessage: null,
      createdBy: "API",
      createdAt: "2026-11-02T10:00:00.000Z",
    });
    await made(fake, dir, "push");
    await made(fake, dir, "push");
    expect(fake.kept.map(({ type, prompt: text }) => [type, text])).toEqual([
      ["text", "x"],
      ["text", "one\n"],
    ]);
  });

  test.each<[readonly string[], Record<string, string> | null, string]>([
    [
      ["push"],
      {},
      "no Langfuse is named; set LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY and LANGFUSE_BASE_URL",
    ],
    [
      ["pull"],
      { LANGFUSE_PUBLIC_KEY: "x" },
      "LANGFUSE_SECRET_KEY is missing beside LANGFUSE_PUBLIC_KEY; set it",
    ],
    [
      ["push", "planner"],
      null,
      "no version of planner was ever in a stage; name one: harness prompts log planner",
    ],
    [["push", "worker@7"], null, "there is no worker@7: harness prompts log worker"],
    [["push", "worker=file"], null, "say a name or a version, like worker or worker@5"],
    [["pull", "worker@7"], null, "has no such version; see: harness prompts pull"],
    [["pull", "worker@production"], null, "say a name, or a version as Langfuse counts it, like worker@7"],
  ])("%j is refused in one line", async (argv, env, said) => {
    const [fake, dir] = [await fakeLangfuse(), await promoted()];
    const { code, err } = await harness(dir, ["prompts", ...argv], { env: env ?? fake.env });
    expect(err).toMatch(/^harness: [^\n]+\n$/);
    expect([code, err.includes(said)]).toEqual([2, true]);
  });

  test("a value of a secret is not sent, nor what Langfuse would put another prompt in place of", async () => {
    const fake = await fakeLangfuse();
    const secret = await withPrompt("token sk-lf-0123456789abcdef");
    await does(secret, "prompts", "commit", "worker", "-m", "x");
    expect((await asks(fake, secret, "push", "worker@1")).err).toContain(
      "worker@1 holds the value of a secret",
    );
    const link = await withPrompt("@@@langfusePrompt:name=x|label=production@@@");
    await does(link, "prompts", "commit", "worker", "-m", "x");
    expect((await asks(fake, link, "push", "worker@1")).err).toContain('worker@1 holds "@@@langfusePrompt:"');
    expect(fake.kept).toEqual([]);
  });
});

describe("pull", () => {
  const edited = async (prompt: unknown, config: unknown = {}, type: "chat" | "text" = "chat") => {
    const fake = await fakeLangfuse();
    fake.kept.push({
      name: "worker",
      version: 1,
      type,
      prompt,
      config,
      labels: ["production"],
      tags: [],
      commitMessage: 'say "$it"',
      createdBy: "ann",
      createdAt: "2026-11-02T10:00:00.000Z",
    });
    return fake;
  };

  test("lists what is not here; one becomes the working file, and is known once it is a version", async () => {
    const fake = await edited(
      [
        { role: "system", content: "Be {{ mood }}." },
        { role: "assistant", content: "ok" },
      ],
      { model: "openai/x", temperature: 0.5 },
    );
    const dir = await promoted();
    expect((await made(fake, dir, "pull")).out).toMatch(
      /^ worker@1 +production +ann 2026-11-02 +say "\$it"\n$/,
    );
    const { err } = await made(fake, dir, "pull", "worker");
    expect(err).toBe(
      " prompts/worker.prompt is version 1 of Langfuse; it was worker@2\n next: harness prompts commit worker -m \"say ''it' (Langfuse version 1, ann 2026-11-02)\"\n",
    );
    expect(await readFile(workerFile(dir), "utf8")).toBe(
      '---\nmodel: openai/x\ntemperature: 0.5\ninput:\n  schema:\n    mood: string\n---\n{{role "system"}}\nBe {{ mood }}.\n{{role "model"}}\nok\n',
    );
    await does(dir, "prompts", "commit", "worker", "-m", "from there");
    const after = await made(fake, dir, "pull");
    expect([after.out, after.err]).toEqual([
      "",
      ` Langfuse at ${fake.url} has no version that is not here\n`,
    ]);
  });

  test("a version of ours that was edited there keeps its front matter and partials", async () => {
    const [fake, dir] = [
      await fakeLangfuse(),
      await withPrompt("Hi {{who}} {{> rules}}", { "prompts/_rules.prompt": "short\n" }),
    ];
    await does(dir, "prompts", "commit", "worker", "-m", "x");
    await made(fake, dir, "push", "worker@1");
    const [first] = fake.kept;
    if (first === undefined) throw new Error("nothing was pushed");
    fake.kept.push({
      ...first,
      version: 2,
      prompt: [{ role: "user", content: "Hello {{who}} {{> rules}}" }],
    });
    await made(fake, dir, "pull", "worker");
    expect((await does(dir, "prompts", "render", "worker=file")).out).toBe("--- user\nHello  short\n");
  });

  test("a file that is no version is not lost unless a person says so", async () => {
    const [fake, dir] = [await edited("text {{who}}", {}, "text"), await promoted()];
    await writeFile(workerFile(dir), prompt("my work"));
    const refused = await asks(fake, dir, "pull", "worker");
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringContaining("prompts/worker.prompt is no version yet and would be lost; commit it"),
    ]);
    expect(await readFile(workerFile(dir), "utf8")).toBe(prompt("my work"));
    expect((await made(fake, dir, "pull", "worker", "--force")).err).toContain("; what it held is gone\n");
    expect((await made(fake, dir, "pull", "worker@1")).err).toContain(", as it was\n");
  });

  test.each<[unknown, string]>([
    [
      [{ type: "placeholder", name: "history" }],
      "message 1 is a placeholder for messages, and prompts here have none",
    ],
    [
      [{ role: "wizard", content: "x" }],
      'message 1 is by "wizard", and there are system, user and assistant',
    ],
    [[{ role: "user", content: "@@@langfusePrompt:name=a|version=1@@@" }], "includes another prompt"],
    [[{ role: "user", content: "{{#each x}}{{/each}}" }], 'variable "x" is not declared in input.schema'],
    [[{ role: "user", content: "{{> none}}" }], 'there is no partial "none"'],
    [[{ role: "user", content: "{{#if" }], "broken template"],
  ])("%j cannot be a prompt here, and is said to be", async (messages, said) => {
    const [fake, dir] = [await edited(messages), await promoted()];
    const { code, err } = await asks(fake, dir, "pull", "worker");
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
    expect(err).toContain("ersion 1 of worker in Langfuse");
    expect((await made(fake, dir, "pull")).out).toContain("worker@1");
  });

  test("names that cannot be prompts here are listed as that", async () => {
    const fake = await edited([]);
    fake.kept.push({ ...(fake.kept[0] as FakeLangfuse["kept"][number]), name: "Folder/My prompt" });
    expect((await made(fake, await promoted(), "pull")).out).toContain(
      "it cannot be pulled: a name is 1 to 40 of",
    );
  });
});
