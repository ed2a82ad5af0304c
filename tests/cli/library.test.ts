import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { HarnessError, render, resolve } from "../../src/cli/library.ts";
import type { HarnessErrorKind, Which } from "../../src/cli/library.ts";
import { fill, folder, root } from "./ground.ts";
import { does, prompt, promoted, promotes, rows } from "./registry/ground.ts";

const run = promisify(execFile);

test("what is in production, in staging, of a number or in the file, as the command line has it", async () => {
  const dir = await promoted({ "vars.json": '{"who": "{{role \\"system\\"}}"}' });
  await promotes(dir, 2, "staging");
  await writeFile(join(dir, "prompts/worker.prompt"), prompt("three {{who}}"));
  const cases: readonly [Which, string, number | null][] = [
    ["production", "worker@production", 1],
    ["staging", "worker@staging", 2],
    [2, "worker@2", 2],
    ["file", "worker=file", null],
  ];
  for (const [which, typed, version] of cases) {
    const found = await resolve("worker", which, { dir });
    const [got] = rows(await does(dir, "prompts", "get", typed, "--json"));
    expect(found).toMatchObject(got as object);
    expect(found.version).toBe(version);
    expect((await does(dir, "prompts", "get", typed)).out).toBe(found.source);
    const [shown] = rows(await does(dir, "prompts", "render", typed, "--vars", "vars.json", "--json"));
    expect(shown).toMatchObject({ ...render(found, { who: '{{role "system"}}' }) });
  }
});

test("front matter says model and parameters; one that says nothing has none", async () => {
  const settings = "model: openai/m\nconfig: { temperature: 0.2 }\noutput: { schema: { a: string } }";
  const dir = await folder({ "prompts/a.prompt": `---\n${settings}\n---\nx`, "prompts/b.prompt": "x" });
  const a = await resolve("a", "file", { dir });
  expect({ model: a.model, config: a.config, output: a.settings["output"] }).toEqual({
    model: "openai/m",
    config: { temperature: 0.2 },
    output: { schema: { a: "string" } },
  });
  const b = await resolve("b", "file", { dir });
  expect({ model: b.model, config: b.config, settings: b.settings }).toEqual({
    model: null,
    config: {},
    settings: {},
  });
  expect(render(b)).toEqual({
    system: "",
    messages: [{ role: "user", parts: [{ type: "text", text: "x" }] }],
  });
});

/** The error of this work: its kind, and its message, which is one line. */
async function refusal(work: () => unknown): Promise<readonly [HarnessErrorKind, string]> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    expect(error.message).not.toContain("\n");
    return [error.kind, error.message];
  }
  throw new Error("nothing was refused");
}

test("what is wrong has a kind, and says where and what to do", async () => {
  const dir = await promoted({ "prompts/bad.prompt": "a\n{{x}}", "prompts/empty.prompt": " " });
  const of = async (name: string, which: Which, at = dir) =>
    refusal(async () => resolve(name, which, { dir: at }));
  const [kind, text] = await of("worker", "production", join(dir, "prompts"));
  expect([kind, text.replace(dir, "")]).toEqual([
    "missing",
    "/prompts/harness.lock: there is no such file, so no prompt has a version; give the directory of the project as dir",
  ]);
  expect(await of("worker", "staging")).toEqual([
    "missing",
    "no version of worker is in staging; see: harness prompts log worker",
  ]);
  expect(await of("worker", 9)).toEqual(["missing", "there is no worker@9; see: harness prompts log worker"]);
  expect(await of("worker@1", "production")).toEqual([
    "missing",
    expect.stringContaining("worker@1@production: "),
  ]);
  expect(await of("model:x", 1)).toEqual([
    "missing",
    "model:x@1: this library resolves prompts alone; say the name of one",
  ]);
  expect(await of("wroker", "file")).toEqual(["missing", expect.stringContaining('did you mean "worker"?')]);
  expect(await of("bad", "file")).toEqual([
    "broken",
    expect.stringMatching(/bad\.prompt:2: variable "x" is not declared/),
  ]);
  expect(await of("empty", "file")).toEqual([
    "broken",
    expect.stringContaining("the prompt is empty; write it"),
  ]);
  const worker = await resolve("worker", 1, { dir });
  expect(await refusal(() => render(worker, { who: 5 }))).toEqual([
    "variables",
    `${join(dir, "prompts/versions/worker@1.prompt")}:2: variable "who" must be string, not 5`,
  ]);
  await fill(dir, { "prompts/versions/worker@1.prompt": prompt("0ne") });
  expect(await of("worker", 1)).toEqual([
    "damaged",
    expect.stringContaining("prompts/versions/worker@1.prompt: this is not worker@1 as"),
  ]);
  await fill(dir, { "harness.lock": "x" });
  expect(await of("worker", 1)).toEqual(["damaged", expect.stringMatching(/^harness\.lock:1: /)]);
  await rm(dir, { recursive: true });
  expect((await of("worker", "production"))[0]).toBe("missing");
});

test("a service loads no database and starts nothing", async () => {
  const dir = await promoted();
  const service = `
    const { resolve, render } = await import(${JSON.stringify(join(root, "src/cli/library.ts"))});
    const prompt = await resolve("worker", "production");
    await new Promise(setImmediate);
    const { sharedObjects } = process.report.getReport();
    const open = process.getActiveResourcesInfo().filter((one) => !/Pipe|TTY|Wrap/.test(one));
    console.log(JSON.stringify({ text: render(prompt).messages[0].parts[0].text, native: sharedObjects.filter((one) => one.endsWith(".node")), open }));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", service], { cwd: dir });
  expect(JSON.parse(stdout)).toEqual({ text: "one", native: [], open: [] });
});
