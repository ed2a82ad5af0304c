import { fold } from "../../src/core/apply.ts";
import type { Entry } from "../../src/core/event.ts";
import type { RunState } from "../../src/core/run.ts";
import { currentCall } from "../../src/core/thread.ts";
import type { Thread } from "../../src/core/thread.ts";

/** What was seen of a life when it was struck. */
export interface Sight {
  /** The journal as it lies there. */
  readonly entries: readonly Entry[];
  /** Slots that had a container. */
  readonly slots: readonly string[];
  /** How many events the journal had when this life began. */
  readonly before: number;
  readonly command: "run" | "resume";
}

/** This many events after a resume took its run over, it is still settling in. */
const settling = 4;

/** Everything that was open at that moment; tasks side by side have several things open at once. */
export function windowsOf({ entries, slots, before, command }: Sight): readonly string[] {
  if (entries.length === 0) return [beforeTheRun(slots)];
  if (entries.length === before) return [`${command}: not yet the owner`];
  const run = fold(entries);
  if (run.phase === "ended") return ["ended: clearing up"];
  const isNew = command === "resume" && entries.length - before <= settling;
  const open = new Set([...(isNew ? ["resume: just the owner"] : []), ...threadsOf(run), ...tasksOf(run)]);
  if (run.phase === "judging") open.add("the goal is judged");
  return open.size === 0 ? [`nothing open while ${run.phase}`] : [...open];
}

function beforeTheRun(slots: readonly string[]): string {
  if (slots.some((name) => name.endsWith("/setup"))) return "start: setup";
  return slots.some((name) => name.endsWith("/goal"))
    ? "start: the goal's checks tried"
    : "start: image, import";
}

const threadsOf = (run: RunState): readonly string[] =>
  [...run.threads.values()].flatMap((thread) => {
    const open = threadWindow(thread);
    return open === null ? [] : [open];
  });

function threadWindow(thread: Thread): string | null {
  if (thread.model === "open") return `${thread.role}: model call`;
  const call = currentCall(thread);
  if (call?.status === "started") return `${thread.role}: tool call or its snapshot`;
  if (call?.tool === "submit_plan") return "planner: the plan is tried";
  if (call?.tool === "submit") return "worker: candidate is taken";
  return call === null && thread.turn > 0 ? null : `${thread.role}: between turn and call`;
}

function tasksOf(run: RunState): readonly string[] {
  const attempts = [...run.tasks.values()].flatMap(({ attempt }) => attempt ?? []);
  return attempts.flatMap(({ status }) => {
    switch (status) {
      case "preparing":
        return ["attempt: preparing, criteria tried"];
      case "submitted":
        return ["attempt: submitted, not yet judged"];
      case "judging":
        return ["attempt: judging"];
      case "judged":
        return ["attempt: waits for integration"];
      case "integrating":
        return ["attempt: integrating"];
      case "working":
        return [];
    }
  });
}

/** Rows of `window  count of each kind`, the most frequent first. */
export function tableOf(
  hits: readonly { readonly kind: string; readonly windows: readonly string[] }[],
): string {
  const kinds = [...new Set(hits.map(({ kind }) => kind))].toSorted();
  const windows = [...new Set(hits.flatMap((hit) => hit.windows))];
  const count = (window: string, kind: string | null): number =>
    hits.filter((hit) => (kind === null || hit.kind === kind) && hit.windows.includes(window)).length;
  const total = (kind: string): number => hits.filter((hit) => hit.kind === kind).length;
  const width = Math.max(...windows.map((window) => window.length), 24);
  const row = (name: string, cells: readonly (string | number)[]): string =>
    `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(11)).join("")}`;
  const sorted = windows.toSorted((a, b) => count(b, null) - count(a, null));
  return [
    row("window (several at once)", ["all", ...kinds]),
    ...sorted.map((window) =>
      row(window, [count(window, null), ...kinds.map((kind) => count(window, kind))]),
    ),
    row("strikes", [hits.length, ...kinds.map(total)]),
    "",
  ].join("\n");
}
