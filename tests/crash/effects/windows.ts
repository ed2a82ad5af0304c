import type { Entry } from "../../../src/core/event.ts";
import type { Answer } from "../../../src/core/ports.ts";
import type { Line } from "./ledger.ts";

/** Between which two moments of its life a call was. */
export const windows = {
  a: "asked, not answered",
  b: "answered, not imported",
  c: "granted, not started",
  d: "started, not done outside",
  e: "done outside, not written",
  f: "in doubt, not settled",
} as const;
export type Window = keyof typeof windows;

/** In which windows calls of a run are, as things lie there when nobody is at work on it. */
export function windowsOf(
  entries: readonly Entry[],
  answers: readonly Answer[],
  lines: readonly Line[],
): ReadonlySet<Window> {
  const answered = new Set(answers.map(({ subject }) => subject));
  const done = new Set(lines.map(({ key }) => key));
  const calls = new Map<string, Window>();
  const callOf = new Map<string, string>();
  for (const entry of entries) {
    switch (entry.type) {
      case "approval-requested":
        callOf.set(entry.body.approval, entry.body.call);
        calls.set(entry.body.call, answered.has(entry.body.approval) ? "b" : "a");
        break;
      case "approval-decided": {
        const call = callOf.get(entry.body.approval) ?? "";
        if (entry.body.answer.startsWith("grant")) calls.set(call, "c");
        else calls.delete(call);
        break;
      }
      case "call-started":
        if (entry.body.reach === "outside")
          calls.set(entry.body.call, done.has(entry.body.key ?? "") ? "e" : "d");
        break;
      case "effect-doubted":
        calls.set(entry.body.call, "f");
        break;
      case "call-ended":
      case "effect-settled":
        calls.delete(entry.body.call);
        break;
      default:
    }
  }
  return new Set(calls.values());
}
