import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join, resolve } from "node:path";
import { meant } from "../../core/nearest.ts";
import type { RunRow } from "../../core/ports.ts";
import { openCursors } from "../../edges/traces/cursor.ts";
import { inOrder, since } from "../../edges/traces/follow.ts";
import { otlpLines } from "../../edges/traces/otlp-lines.ts";
import { neededVariables, targetsOf } from "../../edges/traces/targets.ts";
import type { Target } from "../../edges/traces/target.ts";
import type { Kept } from "../kept-secrets.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { readableKept, redactedIo } from "../kept-secrets.ts";
import { pickRun } from "../pick-run.ts";
import { existing, withState } from "../reader.ts";
import type { OpenState } from "../reader.ts";
import { cursorFile, fold, levelOf, openExporters } from "../traces/open-exporters.ts";
import { statusOf, statusText } from "../traces/status.ts";
import { ownVersion } from "../version.ts";
import { jsonLine } from "../view/json-line.ts";
import { textOf } from "../view/rows.ts";
import { plural } from "../view/words.ts";

export interface TracesOptions {
  readonly run?: string;
  readonly since?: string;
  readonly otlp?: string;
  readonly again?: boolean;
  readonly json?: boolean;
}

const actions = ["status", "push", "export"];
/** Failures in a row after which a push gives up: about half a minute. */
const patience = 6;

/** `harness traces [status | push | export]`. */
export async function traces(terminal: Io, action: string, options: TracesOptions): Promise<number> {
  if (!actions.includes(action))
    throw new Refused(
      `harness traces ${action}: there is no such thing${meant(action, actions) || ";"} there are ${actions.join(", ")}`,
    );
  const project = await existing(terminal);
  const kept = await readableKept(project.dir, project.spec, terminal.env);
  const io = redactedIo(terminal, kept);
  const { targets, faults } = targetsOf(io.env);
  for (const fault of faults) io.err(textOf([["traces", fault]], io.columns));
  const day = dayOf(options.since);
  return withState(io, async (stored) => {
    const rows = since(await chosen(stored, options.run), day);
    const at = { io, stored, rows, targets, kept, spec: project.spec };
    if (action === "status") return status(at, options.json === true);
    return action === "push" ? push(at, options.again === true) : exportTo(at, options.otlp);
  });
}

interface Asked {
  readonly io: Io;
  readonly stored: OpenState;
  readonly rows: readonly RunRow[];
  readonly targets: readonly Target[];
  readonly kept: Kept;
  readonly spec: Awaited<ReturnType<typeof existing>>["spec"];
}

async function chosen({ storage, state }: OpenState, named: string | undefined): Promise<readonly RunRow[]> {
  const rows = inOrder(await storage.journal.runs(), null);
  if (named === undefined) return rows;
  const id = await pickRun(storage.journal, named, state);
  return rows.filter((row) => row.id === id);
}

/** The beginning of a day where the person is. */
function dayOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // A 31st of February is read as a day of March.
  if (new Date(at).getUTCDate() !== Number(text.slice(8)))
    throw new Refused(`--since ${text} is not a day; give one like 2026-11-28`);
  return at;
}

async function status({ io, stored, rows, targets, spec }: Asked, isJson: boolean): Promise<number> {
  const path = cursorFile(stored.state);
  const cursors = existsSync(path) ? openCursors(path) : null;
  try {
    const source = { ...stored.storage, fold };
    const all = [];
    for (const target of targets) all.push(await statusOf(target, rows, source, cursors));
    const told = all.map((one) => ({ ...one, content: levelOf(spec, one.kind) }));
    if (isJson) io.out(jsonLine({ targets: told }));
    else for (const one of all) io.out(statusText(one, Date.now(), io.columns));
    if (targets.length === 0)
      io.err(textOf([["traces", `nothing is sent: set ${neededVariables}`]], io.columns));
    return exit.ok;
  } finally {
    cursors?.close();
  }
}

async function push({ io, stored, rows, targets, kept, spec }: Asked, isAgain: boolean): Promise<number> {
  if (targets.length === 0) throw new Refused(`there is no server to send traces to: set ${neededVariables}`);
  const never = new AbortController().signal;
  const { cursors, exporters } = openExporters({
    state: stored.state,
    project: spec,
    kept,
    stored: stored.storage,
    targets,
    say: (line) => io.err(textOf([["traces", line]], io.columns)),
    haste: never,
    halt: never,
    patience,
  });
  try {
    let code: number = exit.ok;
    for (const { target, exporter } of exporters) {
      const refused = new Set(isAgain ? cursors.dead(target.key).map(({ run }) => run) : []);
      for (const run of refused) cursors.restart(target.key, run);
      const behind = rows.filter(({ id, headSeq }) => exporter.isBehind(id, headSeq));
      if (behind.length === 0) io.err(textOf([["traces", `${target.name} has all`]], io.columns));
      for (const { id } of behind) {
        const waiting = await exporter.waiting(id);
        const ended = await exporter.send(id, never);
        exporter.forget(id);
        if (ended.type !== "done") {
          io.err(textOf([["not sent", `${ended.why}; try again: harness traces push`]], io.columns));
          code = exit.infrastructure;
          break;
        }
        io.err(textOf([["sent", `run ${id}: ${plural(waiting, "span")}`]], io.columns));
      }
    }
    return code;
  } finally {
    cursors.close();
  }
}

async function exportTo({ io, stored, rows, kept, spec }: Asked, file: string | undefined): Promise<number> {
  if (file === undefined) throw new Refused("harness traces export --otlp FILE: say where to, - for stdout");
  const lines = otlpLines(
    rows.map(({ id }) => id),
    {
      source: { ...stored.storage, fold },
      secrets: kept.all,
      level: levelOf(spec, "otlp"),
      version: ownVersion(),
    },
  );
  if (file === "-") {
    for await (const line of lines) io.out(`${line}\n`);
    return exit.ok;
  }
  const handle = await newFile(resolve(io.cwd, file), file);
  try {
    for await (const line of lines) await handle.write(`${line}\n`);
  } finally {
    await handle.close();
  }
  io.err(textOf([["written", `${plural(rows.length, "run")} to ${file}`]], io.columns));
  return exit.ok;
}

async function newFile(path: string, named: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new Refused(`${named} is there already; name a new file`);
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new Refused(`${named} cannot be made: ${join(path, "..")} is not a directory; make it first`);
    if (code === "EACCES" || code === "EROFS")
      throw new Refused(`${named} cannot be written; name another place`);
    throw error;
  }
}
