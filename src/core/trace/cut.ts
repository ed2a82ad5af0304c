import type { Saying } from "./spans.ts";
import type { Telling } from "./telling.ts";

/** What was open and is closed without an outcome: its process died or stopped, or a ceiling of time was reached. */
export function cutOf({ recovering }: Telling): Saying {
  switch (recovering) {
    case "crash":
      return { level: "ERROR", status: "cut: the process died" };
    case "stop":
      return { level: "WARNING", status: "cut: the run was stopped" };
    case null:
      return { level: "WARNING", status: "cut: its time was over" };
  }
}
