import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import { isReserved } from "../../core/reserved-name.ts";
import { isStep, staysInside } from "../../core/tree-path.ts";
import type { JudgeCase } from "../../evals/suite/case.ts";
import { Refused } from "../exit.ts";
import { statThere } from "../there.ts";
import type { Place } from "./place.ts";

/** A case of a judge suite as a run sees it. */
export interface JudgedWork {
  /** What the work was a part of. */
  readonly goal: string;
  /** What was to be done, as a task says it. */
  readonly instructions: string;
  /** Files before the work, by path. */
  readonly before: Readonly<Record<string, string>>;
  /** Files that the work wrote. */
  readonly after: Readonly<Record<string, string>>;
}

/** The variables that say by themselves what was asked. */
const askedAs = ["instructions", "question", "task", "input", "prompt"] as const;

/** Where an answer that is no files is put, for the judge to read. */
const answerFile = "answer.md";

/**
 * `vars.files`: the files there were; `vars.goal`: what the work was a part of. The other variables are what was asked: one
 * text alone as it is, else each under its name. An answer that is a text is the file `answer.md`.
 * @throws Refused for a path that cannot be in a workspace
 */
export function judgedWork({ id, vars, answer }: JudgeCase): JudgedWork {
  const { files = {}, goal, ...rest } = vars;
  if (!isFiles(files))
    throw new Refused(
      `case ${id}: vars.files is not texts by path; give the files there were like {"src/a.js": "…"}`,
    );
  const after = typeof answer === "string" ? { [answerFile]: answer } : answer;
  for (const path of [...Object.keys(files), ...Object.keys(after)])
    if (!isUsable(path))
      throw new Refused(
        `case ${id}: the file ${JSON.stringify(path)} cannot be in a workspace; rename it in the case`,
      );
  const asked = askedText(rest);
  const whole = goal === undefined ? asked : spelled(goal);
  const where = typeof answer === "string" ? `\n\nThe answer is in ${answerFile}.` : "";
  return {
    goal: whole === "" ? "The work that the rubric asks about." : whole,
    instructions: `${asked === "" ? whole || "Do what the rubric asks about." : asked}${where}`,
    before: files,
    after,
  };
}

const isFiles = (value: unknown): value is Record<string, string> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((content) => typeof content === "string");

const isUsable = (path: string): boolean =>
  staysInside(path) && path.split("/").every((step) => isStep(step)) && !isReserved(path);

function askedText(vars: Readonly<Record<string, Json>>): string {
  const entries = Object.entries(vars);
  const [first] = entries;
  const isAlone = entries.length === 1 && askedAs.some((name) => name === first?.[0]);
  return isAlone
    ? spelled(first?.[1] ?? "")
    : entries.map(([name, value]) => `${name}:\n${spelled(value)}`).join("\n\n");
}

const spelled = (value: Json): string => (typeof value === "string" ? value : canonical(value));

/** The directory that holds the files before the work: of the same files the same. */
export async function directoryOf({ dir }: Place, files: Readonly<Record<string, string>>): Promise<string> {
  const name = createHash("sha256").update(canonical(files)).digest("hex").slice(0, 32);
  const at = join(dir, "given", name);
  if ((await statThere(`${at}.whole`)) !== null) return at;
  await rm(at, { recursive: true, force: true });
  await mkdir(at, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(at, path)), { recursive: true });
    await writeFile(join(at, path), content);
  }
  await writeFile(`${at}.whole`, "");
  return at;
}
