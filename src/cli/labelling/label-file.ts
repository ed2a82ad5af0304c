import { mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { exclusively } from "../../edges/registry/exclusive.ts";
import { readFileThere } from "../../edges/registry/read-file.ts";
import { replaceFile } from "../../edges/registry/replace-file.ts";
import { places, prepareStateDir } from "../../edges/sqlite/state-dir.ts";
import type { JudgeCase } from "../../evals/suite/case.ts";
import { Refused } from "../exit.ts";
import { stateDir } from "../wire.ts";
import { labelled } from "./label-book.ts";
import type { Given } from "./label-book.ts";

export interface LabelFile {
  /** Of the project. */
  readonly dir: string;
  /** Absolute; a case a line. */
  readonly path: string;
  readonly shown: string;
}

/**
 * Writes what a person said of a case into its line; the other lines stay as they are. One that is not there yet comes at
 * the end. Whoever writes the file meanwhile is waited for. @throws Refused, RegistryRefused
 */
export async function putLabel(
  { dir, path, shown }: LabelFile,
  given: Given,
  newCase: JudgeCase | null,
): Promise<void> {
  await prepareStateDir(stateDir(dir));
  // The hyphen keeps it apart from the lock of any run; who adds cases holds it too.
  const lock = join(places(stateDir(dir)).locks, "suite-edit.db");
  const write = async (): Promise<void> => {
    const text = (await readFileThere(path)) ?? "";
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, withLabel(text, given, newCase, shown));
  };
  await exclusively(lock, write, `another process is changing ${shown} and does not end`);
}

/** The text of the file with the label in it. @throws Refused where the case is gone from it */
function withLabel(text: string, given: Given, newCase: JudgeCase | null, shown: string): string {
  const by = userInfo().username.slice(0, 200);
  const lines = text.split("\n");
  const at = lines.findIndex((line) => idOf(line) === given.id);
  if (at !== -1) {
    const found = JSON.parse(lines[at] ?? "") as JudgeCase;
    return lines.with(at, JSON.stringify(labelled(found, given, by))).join("\n");
  }
  if (newCase === null)
    throw new Refused(
      `${shown}: case ${given.id} is not there any more; somebody changed the file meanwhile`,
    );
  const ended = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${ended}${JSON.stringify(labelled(newCase, given, by))}\n`;
}

/** Of a line that holds a case; else null. */
function idOf(line: string): unknown {
  if (line.trim() === "") return null;
  try {
    return (JSON.parse(line) as { readonly id?: unknown } | null)?.id;
  } catch {
    // Whoever reads the file as a whole tells of the line that is broken.
    return null;
  }
}
