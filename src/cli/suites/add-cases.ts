import { join } from "node:path";
import type { Readable } from "node:stream";
import { readJsonLine } from "../../core/registry/json-line.ts";
import type { CaseLine } from "../../evals/suite/settle-cases.ts";
import { splitItems } from "../../evals/suite/split.ts";
import { exclusively } from "../../edges/registry/exclusive.ts";
import { readFileThere } from "../../edges/registry/read-file.ts";
import { replaceFile } from "../../edges/registry/replace-file.ts";
import { places, prepareStateDir } from "../../edges/sqlite/state-dir.ts";
import { textLines } from "../evaluating/text-lines.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { sha256 } from "../sha256.ts";
import { plural } from "../view/words.ts";
import { stateDir } from "../wire.ts";
import { readSuiteCases, settleLines } from "./suite-cases.ts";
import type { SuiteCases } from "./suite-cases.ts";
import { readSuiteFile } from "./suite-file.ts";
import type { SuiteFile } from "./suite-file.ts";

/** A case as somebody gave it. */
interface Given {
  /** How errors name it: `--case`, `line 3`. */
  readonly from: string;
  readonly text: string;
}

/** `harness suite add NAME --case JSON`, or one case a line on stdin: all of them, or none. */
export async function addCases(
  io: Io,
  dir: string,
  name: string,
  typed: string | undefined,
  input: Readable,
): Promise<number> {
  const given = typed === undefined ? await linesOf(io, name, input) : [{ from: "--case", text: typed }];
  await appendCases(dir, name, given, (file, all) => {
    const { held_out, train } = splitItems(sha256, all.items, file.spec.held_out.share);
    io.err(
      ` added ${plural(given.length, "case")} to tasks/${name}/${file.spec.cases}: ${held_out.length} held out, ${train.length} to train on\n`,
    );
  });
  return exit.ok;
}

async function linesOf(io: Io, name: string, input: Readable): Promise<readonly Given[]> {
  if (io.keyboard !== null)
    throw new Refused(`say which: harness suite add ${name} --case '{"id": …}', or one case a line on stdin`);
  const given: Given[] = [];
  for await (const { number, text } of textLines(input)) given.push({ from: `line ${number}`, text });
  if (given.length === 0) throw new Refused(`stdin holds no case; write one a line, like {"id": "c1", …}`);
  return given;
}

/**
 * Appends cases to the file of a suite, a line each: durable when it resolves, and nothing is changed where one of them is
 * not whole. @throws Refused naming the case, BadInput where the suite itself is broken
 */
export async function appendCases(
  dir: string,
  name: string,
  given: readonly Given[],
  done: (file: SuiteFile, all: SuiteCases) => void = () => {},
): Promise<void> {
  const values = given.map(valueOf);
  await prepareStateDir(stateDir(dir));
  // The hyphen keeps it apart from the lock of any run.
  const lock = join(places(stateDir(dir)).locks, "suite-edit.db");
  const busy = "another process is adding cases and does not end";
  const add = async (): Promise<void> => {
    const file = await readSuiteFile(dir, name);
    const before = await readSuiteCases(file, "empty");
    const last = before.lines.at(-1)?.line ?? 0;
    const more = values.map((value, index): CaseLine => ({ line: last + 1 + index, value }));
    const all = await settleLines(file, [...before.lines, ...more]);
    refuse(
      name,
      before,
      all.faults.find(({ line }) => line > last),
      last,
      given,
    );
    const text = (await readFileThere(before.path)) ?? "";
    const ended = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    await replaceFile(before.path, ended + values.map((value) => `${JSON.stringify(value)}\n`).join(""));
    done(file, { ...before, ...all });
  };
  await exclusively(lock, add, busy);
}

function valueOf({ from, text }: Given): CaseLine["value"] {
  const read = readJsonLine(text);
  if (typeof read === "string") throw new Refused(`${from}: ${read}`);
  return read.value;
}

/** @throws Refused for what is wrong with a new case, or with one that is there */
function refuse(
  name: string,
  { faults: [broken] }: SuiteCases,
  fault: { readonly line: number; readonly what: string } | undefined,
  last: number,
  given: readonly Given[],
): void {
  if (broken !== undefined)
    throw new Refused(
      `nothing was added: line ${broken.line} of the cases there are is broken: ${broken.what}; see: harness suite check ${name}`,
    );
  if (fault === undefined) return;
  const { from } = given[fault.line - last - 1] as Given;
  throw new Refused(`nothing was added: ${from}: ${fault.what}`);
}
