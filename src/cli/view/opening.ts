import { relative } from "node:path";
import { readableBudget } from "./budget-text.ts";
import type { ImportProgress } from "../../edges/files/import.ts";
import { isDetached } from "../detach.ts";
import type { Io } from "../io.ts";
import type { Prepared } from "../prepare.ts";
import type { Capabilities } from "../../core/sandbox.ts";
import type { SetupNote, StartingPoint } from "../starting-point.ts";
import type { Request } from "../request.ts";
import { freshnessRow } from "./freshness-row.ts";
import { leftOutRow } from "./left-out.ts";
import { textOf } from "./rows.ts";
import type { Rows } from "./rows.ts";
import { oneLine, plural } from "./words.ts";

const clearLine = "\r\u001b[K";

/**
 * Says how far the import of the workspace is: on a terminal in one line that goes away again, whatever comes of it;
 * elsewhere in a line for every ten thousand files.
 */
export async function importing<T>(
  io: Io,
  work: (onProgress: (progress: ImportProgress) => void) => Promise<T>,
): Promise<T> {
  if (!io.isTerminal) return work(everyTenThousand((text) => io.err(`${text}\n`)));
  try {
    return await work((progress) => io.err(`${clearLine} ${progressText(progress)} …`));
  } finally {
    io.err(clearLine);
  }
}

function everyTenThousand(say: (text: string) => void): (progress: ImportProgress) => void {
  let last = 0;
  return (progress) => {
    const step = Math.floor(progress.files / 10_000);
    if (step > last) say(progressText(progress));
    last = step;
  };
}

function progressText(progress: ImportProgress): string {
  if (progress.phase === "storing") return `importing: ${progress.files} of ${plural(progress.of, "file")}`;
  return progress.files === 0
    ? "looking at the workspace"
    : `looking at the workspace: ${plural(progress.files, "file")}`;
}

/** What a run starts from, before the first event: goal, workspace, what was left out, sandbox, models, budget. */
export function opening(request: Request, start: StartingPoint, prepared: Prepared, io: Io): string {
  const { imported, ground, history, id } = start;
  const { body, capabilities } = prepared;
  const width = Math.max(40, io.columns - 13);
  const git =
    imported.git === null
      ? ""
      : ` @ ${imported.git.commit?.slice(0, 7) ?? "no commit yet"}${dirt(imported.git.dirty)}`;
  const rows: Rows = [
    ["goal", oneLine(request.goal.title, width)],
    ["workspace", `${relative(io.cwd, request.workspace) || "."}${git}, ${plural(imported.files, "file")}`],
    ...leftOutRow(imported.leftOut, ground.scratch, id),
    ["sandbox", oneLine(sandboxText(request, start, capabilities), width)],
    ...(history === null ? [] : [["history", oneLine(history, width)] as const]),
    ...changedRow(start, width),
    ...treeRow(prepared, width),
    ...freshRows(prepared),
    ["model", oneLine(modelText(request.models), width)],
    ["budget", readableBudget(body.budget)],
    ["run", `${id}   ${isDetached(io) ? `harness stop ${id}` : "ctrl-c"} stops it, harness resume goes on`],
  ];
  return `\n${textOf(rows, io.columns)}\n`;
}

/** How the goal's own checks stand before any work: what fails is the work. */
function treeRow({ tried }: Prepared, width: number): Rows {
  const results = tried.flatMap(({ check, tried: one }) =>
    one === null ? [] : [`${one.result} ${check.id}`],
  );
  return results.length === 0 ? [] : [["your tree", oneLine(results.join(" · "), width)]];
}

/** What is kept of earlier runs, and what runs again; nothing where no task says what it depends on. */
const freshRows = ({ freshness }: Prepared): Rows =>
  freshness.map(freshnessRow).map(([task, words], index) => [index === 0 ? "plan" : "", `${task}  ${words}`]);

function modelText({ fallback, ...roles }: Request["models"]): string {
  const names = [...new Set(Object.values(roles))].join(", ");
  return fallback === null ? names : `${names} · if it does not answer: ${fallback}`;
}

function sandboxText(
  { sandbox: choice, network: hosts }: Request,
  { setup }: StartingPoint,
  { programs }: Capabilities,
): string {
  const network = `network ${hosts.length === 0 ? "none" : hosts.map(({ host }) => host).join(", ")}`;
  if (choice.kind === "embedded") {
    const why = choice.why === null ? "" : ` (${choice.why})`;
    return `embedded${why} · ${plural(programs.length, "program")} · ${network}`;
  }
  const parts = [`docker, ${choice.called}`, ...(setup === null ? [] : [setupText(setup)]), network];
  return parts.join(" · ");
}

const setupText = ({ run, cached }: SetupNote): string =>
  `setup \`${oneLine(run, 48)}\`${cached ? " from cache" : " done"}`;

/** What a setup changed of the user's own files is not kept, and so is said. */
function changedRow({ setup }: StartingPoint, width: number): Rows {
  if (setup === null || setup.changed.length === 0) return [];
  return [["setup", oneLine(`changed ${setup.changed.join(", ")}, left as before`, width)]];
}

const dirt = (dirty: number): string => (dirty === 0 ? "" : ` + ${plural(dirty, "uncommitted file")}`);
