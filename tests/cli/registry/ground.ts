import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { folder, harness } from "../ground.ts";
import type { Done, Files } from "../ground.ts";

export const prompt = (text: string): string => `---\ninput: { schema: { who?: string } }\n---\n${text}\n`;

/** A project with one prompt of its own. */
export const withPrompt = async (
  text = "Hello {{who}}",
  more: Files = {},
  isForTest = true,
): Promise<string> =>
  folder({ "harness.yaml": "", "prompts/worker.prompt": prompt(text), ...more }, isForTest);

/** A command line that must be taken. */
export async function does(dir: string, ...argv: readonly string[]): Promise<Done> {
  const done = await harness(dir, argv);
  if (done.code !== 0) throw new Error(`harness ${argv.join(" ")}: ${done.code} ${done.err}${done.out}`);
  return done;
}

/** One that must be refused, in one line, with nothing changed in the lock. @returns the line */
export async function refused(dir: string, ...argv: readonly string[]): Promise<string> {
  const before = await lockOf(dir);
  const { code, out, err } = await harness(dir, argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^harness: [^\n]+\n$/);
  expect(await lockOf(dir)).toBe(before);
  return err.slice("harness: ".length, -1);
}

export const lockOf = async (dir: string): Promise<string> =>
  readFile(join(dir, "harness.lock"), "utf8").catch(() => "");

/** Makes the next version of the worker's prompt say this. */
export async function commits(dir: string, text: string): Promise<void> {
  await writeFile(join(dir, "prompts/worker.prompt"), prompt(text));
  await does(dir, "prompts", "commit", "worker", "-m", `say ${text}`);
}

export const promotes = async (dir: string, version: number, to: "staging" | "production"): Promise<Done> =>
  does(dir, "promote", `prompt:worker@${version}`, "--to", to, "--why", `try ${version}`, "--unproven");

/** Two versions, the first in production; gone after the test, unless the caller removes it. */
export async function promoted(more: Files = {}, isForTest = true): Promise<string> {
  const dir = await withPrompt("one", more, isForTest);
  await does(dir, "prompts", "commit", "worker", "-m", "first");
  await promotes(dir, 1, "production");
  await commits(dir, "two");
  return dir;
}

export const rows = ({ out }: Done): unknown[] =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);

export const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync(
    "git",
    ["-c", "user.name=Ann", "-c", "user.email=ann@x", "-c", "init.defaultBranch=main", ...args],
    {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
