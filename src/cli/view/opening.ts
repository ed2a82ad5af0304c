import { relative } from "node:path";
import { readableBudget } from "./budget-text.ts";
import type { Io } from "../io.ts";
import type { Prepared } from "../prepare.ts";
import type { Request } from "../request.ts";
import { leftOutRow } from "./left-out.ts";
import { textOf } from "./rows.ts";
import type { Rows } from "./rows.ts";
import { oneLine, plural } from "./words.ts";

const clearLine = "\r\u001b[K";

/** Counts the files of a large workspace on a terminal, in one line that goes away again, whatever comes of it. */
export async function importing<T>(
  io: Io,
  work: (onProgress: (files: number) => void) => Promise<T>,
): Promise<T> {
  if (!io.isTerminal) return work(() => {});
  try {
    return await work((files) => io.err(`${clearLine} importing ${files} files …`));
  } finally {
    io.err(clearLine);
  }
}

/** What a run starts from, before the first event: goal, workspace, what was left out, sandbox, models, budget. */
export function opening(request: Request, prepared: Prepared, io: Io): string {
  const { imported, capabilities, body } = prepared;
  const width = Math.max(40, io.columns - 13);
  const git =
    imported.git === null
      ? ""
      : ` @ ${imported.git.commit?.slice(0, 7) ?? "no commit yet"}${dirt(imported.git.dirty)}`;
  const models = [...new Set(Object.values(request.models))].join(", ");
  const rows: Rows = [
    ["goal", oneLine(request.goal.title, width)],
    ["workspace", `${relative(io.cwd, request.workspace) || "."}${git}, ${plural(imported.files, "file")}`],
    ...leftOutRow(imported.leftOut, request.scratch, prepared.id),
    [
      "sandbox",
      `${request.sandbox} · ${plural(capabilities.programs.length, "program")} · network ${capabilities.network ? "declared hosts" : "none"}`,
    ],
    ["model", oneLine(models, width)],
    ["budget", readableBudget(body.budget)],
    ["run", `${prepared.id}   ctrl-c stops it, harness resume goes on`],
  ];
  return `\n${textOf(rows, io.columns)}\n`;
}

const dirt = (dirty: number): string => (dirty === 0 ? "" : ` + ${plural(dirty, "uncommitted file")}`);
