import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/cli/registry/prompt-text.ts";
import { joinPartials } from "../../../src/edges/prompts/partials.ts";
import { harness } from "../ground.ts";
import { does, prompt, promotes, refused, rows, withPrompt } from "./ground.ts";

const including = async (): Promise<string> =>
  withPrompt("{{> rules}}\nHello {{who}}", {
    "prompts/_rules.prompt": "Be short.\n{{> tone}}\n",
    "prompts/_tone.prompt": "Be kind.\n",
  });
const file = (dir: string, name: string): string => join(dir, "prompts", name);
const get = async (dir: string, ...args: readonly string[]): Promise<string> =>
  (await does(dir, "prompts", "get", ...args)).out;

test("a version holds its partials: the file of one may change or go, the version stays what it is", async () => {
  const dir = await including();
  await does(dir, "prompts", "commit", "worker", "-m", "first");
  await promotes(dir, 1, "production");
  const [made, shown] = [await get(dir, "worker@1"), (await does(dir, "prompts", "render", "worker@1")).out];
  expect(shown).toBe("--- user\nBe short.\nBe kind.\nHello \n");
  await writeFile(file(dir, "_tone.prompt"), "Be kind!\n");
  expect(await get(dir, "worker@1")).toBe(made);
  expect((await does(dir, "prompts", "render", "worker@1")).err).toContain(
    "prompts/worker.prompt differs from production worker@1",
  );
  expect((await does(dir, "prompts", "diff", "worker")).out).toContain("-Be kind.\n+Be kind!\n");
  await does(dir, "prompts", "commit", "worker", "-m", "second");
  await rm(file(dir, "_rules.prompt"));
  expect(await get(dir, "worker@1")).toBe(made);
  expect((await does(dir, "promote", "--check")).err).toContain(" ok  2 versions");
  const [listed] = rows(await does(dir, "prompts", "list", "--json")).filter(
    (one) => (one as { digest: unknown }).digest === null,
  );
  expect(listed).toMatchObject({ name: "worker", version: null });
});

test("the text of a version is a prompt that needs no other file, and is the same version", async () => {
  const dir = await including();
  await does(dir, "prompts", "commit", "worker", "-m", "first");
  await writeFile(file(dir, "worker.prompt"), await get(dir, "worker@1"));
  await Promise.all(["_rules.prompt", "_tone.prompt"].map(async (one) => rm(file(dir, one))));
  expect(await refused(dir, "prompts", "commit", "worker", "-m", "again")).toContain(
    "this is worker@1 already",
  );
});

test("a changed character of a partial in the file of a version is found and named", async () => {
  const dir = await including();
  await does(dir, "prompts", "commit", "worker", "-m", "first");
  const path = file(dir, "versions/worker@1.prompt");
  await writeFile(path, (await readFile(path, "utf8")).replace("Be kind.", "Be kinD."));
  expect(await refused(dir, "prompts", "get", "worker@1")).toContain(
    "prompts/versions/worker@1.prompt: this is not worker@1 as",
  );
  expect((await harness(dir, ["promote", "--check"])).code).toBe(1);
});

test("what is wrong is told by the file and line where it is written", async () => {
  const dir = await including();
  const told = async (text: string): Promise<string> => {
    await writeFile(file(dir, "_tone.prompt"), text);
    return refused(dir, "prompts", "commit", "worker", "-m", "x");
  };
  expect(await told("Be\n{{mood}}\n")).toContain(
    `${file(dir, "_tone.prompt")}:2: variable "mood" is not declared`,
  );
  expect(await told("{{> none}}\n")).toContain(
    `${file(dir, "_tone.prompt")}:1: there is no partial "none"; write it to prompts/_none.prompt`,
  );
  expect(await told("{{> rules}}\n")).toContain(
    `${file(dir, "_tone.prompt")}:1: partials include each other in a circle: rules > tone > rules`,
  );
  expect(await told("---\na: 1\n---\n")).toContain(
    `${file(dir, "_tone.prompt")}:1: a partial has no front matter`,
  );
  await writeFile(file(dir, "_tone.prompt.md"), "x");
  await rm(file(dir, "_tone.prompt"));
  expect(await refused(dir, "prompts", "get", "worker=file")).toContain("let its name end in .prompt");
});

test("render cases include partials; a partial is no prompt of its own", async () => {
  const dir = await including();
  await writeFile(file(dir, "../harness.yaml"), "");
  const cases = {
    "tasks/prompts/w.yaml": "prompt: worker\ncases: [{ id: a, expect: { contains: [Be kind., Be short.] } }]",
  };
  const other = await withPrompt("{{> rules}}", {
    ...cases,
    "prompts/_rules.prompt": "Be short.\nBe kind.\n",
  });
  expect((await does(other, "prompts", "test")).err).toContain("1 case of 1 file, all pass");
  expect((await does(dir, "prompts")).out).not.toContain("_rules");
  expect(await refused(dir, "prompts", "commit", "_rules", "-m", "x")).toContain("a name is 1 to 40 of");
  expect(await refused(dir, "prompts", "get", "wroker=file")).toContain('did you mean "worker"?');
});

test("every byte of a partial counts in the digest, and so does its name", () => {
  const of = (name: string, text: string): string =>
    digestOf(joinPartials(prompt(`{{> ${name}}}`), new Map([[name, text]])), "x");
  const text = "Be short,\n and é kind.\n";
  const variants = Array.from(text, (_, at) => [
    `${text.slice(0, at)}\u0001${text.slice(at)}`,
    `${text.slice(0, at)}\u0002${text.slice(at + 1)}`,
    text.slice(0, at) + text.slice(at + 1),
  ]).flat();
  const digests = new Set([text, ...variants].map((one) => of("a", one)));
  expect(digests.size).toBe(new Set([text, ...variants]).size);
  expect(digests).not.toContain(of("b", text));
  expect(of("a", text.replaceAll("\n", "\r\n"))).toBe(of("a", text));
});
