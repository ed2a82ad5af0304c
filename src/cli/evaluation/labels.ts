import { join } from "node:path";
import { z } from "zod";
import { canonical } from "../../core/canonical.ts";
import type { Digest } from "../../core/id.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { readFileThere } from "../../edges/registry/read-file.ts";
import { replaceFile } from "../../edges/registry/replace-file.ts";
import type { NoVerdict } from "../../evals/scoring/ask-judge.ts";
import type { Judging } from "../../evals/scoring/judge.ts";
import { judgedOf, judgeRow, labelRow, unjudged } from "../../evals/scoring/labels.ts";
import type { LabelRow } from "../../evals/scoring/labels.ts";

/** Where people's labels of a rubric lie, in the project. */
export const labelsPath = (dir: string, rubric: string): string =>
  join(dir, `rubrics/${rubric}.labels.jsonl`);

/** What people labelled of a rubric, a row a line; none where there is no file. @throws BadInput, RegistryRefused */
export async function readLabels(dir: string, rubric: string): Promise<readonly LabelRow[]> {
  const path = labelsPath(dir, rubric);
  const text = (await readFileThere(path)) ?? "";
  const lines = text
    .split("\n")
    .flatMap((line, at) => (line.trim() === "" ? [] : [{ line, number: at + 1 }]));
  const rows = lines.map(({ line, number }) => rowOf(path, number, line));
  const ids = new Set<string>();
  for (const [at, row] of rows.entries()) {
    const number = lines[at]?.number ?? 1;
    if (row.rubric !== rubric)
      throw new BadInput(
        path,
        number,
        `it is of the rubric ${row.rubric}: move it to rubrics/${row.rubric}.labels.jsonl`,
      );
    if (ids.size === ids.add(row.id).size)
      throw new BadInput(path, number, `${row.id} is there twice: keep one`);
  }
  return rows;
}

function rowOf(path: string, number: number, line: string): LabelRow {
  try {
    return labelRow.parse(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new BadInput(path, number, `not JSON (${error.message}): mend the line`);
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    const where = issue?.path.map(String).join(".") ?? "";
    throw new BadInput(
      path,
      number,
      `${where === "" ? "" : `${where}: `}${issue?.message ?? "wrong"}: mend the line`,
    );
  }
}

/** Writes them all, durably, whole or not at all. @throws RegistryRefused */
export const writeLabels = async (dir: string, rubric: string, rows: readonly LabelRow[]): Promise<void> =>
  replaceFile(labelsPath(dir, rubric), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

export interface JudgedLabels {
  readonly rows: readonly LabelRow[];
  /** Of those the judge came to no verdict about. */
  readonly failed: readonly NoVerdict[];
}

export interface LabelAsking {
  /** How many it is asked about at once. */
  readonly width: number;
  readonly signal: AbortSignal;
  /** Told how many it was asked about until now. */
  readonly onJudged?: (done: number) => void;
}

/** A judge that came so often in a row to no verdict is not there. */
const mostFailures = 8;

/**
 * Asks the judge of this digest about each labelled row it has said nothing of, `width` at a time, and writes down what
 * it says, also where it is stopped on the way. A judge that comes to no verdict time after time is asked about no more. Who labels meanwhile loses nothing.
 * @throws BadInput, RegistryRefused, the reason of `signal`
 */
export async function judgeLabels(
  place: { readonly dir: string; readonly rubric: string },
  judge: Judging,
  by: Digest,
  { width, signal, onJudged }: LabelAsking,
): Promise<JudgedLabels> {
  const open = [...unjudged(await readLabels(place.dir, place.rubric), by)];
  const judged = new Map<string, LabelRow>();
  const failed: NoVerdict[] = [];
  let inRow = 0;
  const work = async (): Promise<void> => {
    for (let row = open.shift(); row !== undefined && inRow < mostFailures; row = open.shift()) {
      const found = await judgeRow(judge, row, by, signal);
      inRow = "why" in found ? inRow + 1 : 0;
      if ("why" in found) failed.push(found);
      else judged.set(row.id, found);
      onJudged?.(judged.size + failed.length);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: width }, work));
  const rows = (await readLabels(place.dir, place.rubric)).map((row) => withVerdict(row, judged.get(row.id)));
  if (judged.size > 0) await writeLabels(place.dir, place.rubric, rows);
  const broken = ends.find((end) => end.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  return { rows, failed };
}

const withVerdict = (row: LabelRow, found: LabelRow | undefined): LabelRow =>
  found !== undefined && canonical(judgedOf(row)) === canonical(judgedOf(found))
    ? { ...row, judged: found.judged }
    : row;
