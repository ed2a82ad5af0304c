import { relative } from "node:path";
import { readableBudget } from "./budget-text.ts";
import type { Io } from "../io.ts";
import type { Prepared, Request } from "../new-run.ts";
import { textOf } from "./rows.ts";
import { oneLine, plural } from "./words.ts";

const clearLine = "\r\u001b[K";

/** Counts the files of a large workspace on a terminal, in one line that goes away again. */
export const importing =
  (io: Io) =>
  (files: number): void => {
    if (io.isTerminal) io.err(`${clearLine} importing ${files} files …`);
  };

/** What a run starts from, before the first event: goal, workspace, what was left out, sandbox, models, budget. */
export function opening(request: Request, prepared: Prepared, io: Io): string {
  const { imported, capabilities, body } = prepared;
  const width = Math.max(40, io.columns - 13);
  const git =
    imported.git === null
      ? ""
      : ` @ ${imported.git.commit?.slice(0, 7) ?? "no commit yet"}${dirt(imported.git.dirty)}`;
  const models = [...new Set(Object.values(request.models))].join(", ");
  const rows: [string, string][] = [
    ["goal", oneLine(request.goal.title, width)],
    ["workspace", `${relative(io.cwd, request.workspace) || "."}${git}, ${plural(imported.files, "file")}`],
    ...(imported.leftOut.length === 0
      ? []
      : [["left out", leftOut(imported.leftOut, width)] as [string, string]]),
    [
      "sandbox",
      `${request.sandbox} · ${plural(capabilities.programs.length, "program")} · network ${capabilities.network ? "declared hosts" : "none"}`,
    ],
    ["model", oneLine(models, width)],
    ["budget", readableBudget(body.budget)],
    ["run", `${prepared.id}   ctrl-c stops it, harness resume goes on`],
  ];
  return `${io.isTerminal ? clearLine : ""}\n${textOf(rows, io.columns)}\n`;
}

const dirt = (dirty: number): string => (dirty === 0 ? "" : ` + ${plural(dirty, "uncommitted file")}`);

function leftOut(items: readonly { path: string; why: string }[], width: number): string {
  const names = items.slice(0, 6).map((item) => item.path);
  const more = items.length > 6 ? `  and ${items.length - 6} more` : "";
  return oneLine(`${names.join("  ")}${more}   (workspace.exclude)`, width);
}
