import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { harness, runId } from "./ground.ts";
import type { Done, Seat } from "./ground.ts";

/** A command line that must come to this code. */
export async function comesTo(
  code: number,
  dir: string,
  argv: readonly string[],
  seat: Seat = {},
): Promise<Done> {
  const done = await harness(dir, argv, seat);
  if (done.code !== code)
    throw new Error(`harness ${argv.join(" ")} came to ${done.code}, not ${code}:\n${done.err}${done.out}`);
  return done;
}

/** Runs the goal of a project until it is met. @returns the id of the run */
export const runGoal = async (
  dir: string,
  more: readonly string[] = [],
  env: Seat["env"] = {},
): Promise<string> => begun((await comesTo(0, dir, ["run", "goal.md", ...more], { env })).err);

/** The run a command began, whichever others it speaks of before. */
export const begun = (text: string): string => runId(/^ run .*$/m.exec(text)?.[0] ?? text);

/** What a command tells as JSON. */
export async function told<T>(dir: string, argv: readonly string[], code = 0): Promise<T> {
  return JSON.parse((await comesTo(code, dir, argv)).out) as T;
}

/** A command line that is refused in one line. @returns it */
export async function refusal(dir: string, argv: readonly string[], code = 2): Promise<string> {
  const { out, err } = await comesTo(code, dir, argv);
  if (out !== "" || !/^harness: [^\n]+\n$/.test(err))
    throw new Error(`not one line of refusal:\n${out}${err}`);
  return err.slice("harness: ".length, -1);
}

/** Puts `to` where `from` stands, which is once, in a file. */
export async function edit(dir: string, file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(dir, file), "utf8");
  if (text.split(from).length !== 2) throw new Error(`${file} does not hold ${from} once`);
  await writeFile(
    join(dir, file),
    text.replace(from, () => to),
  );
}
