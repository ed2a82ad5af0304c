import type { Assessment } from "../../core/assessment.ts";
import { assessCommand } from "../../core/risk/assess.ts";
import { parseShell } from "./parse.ts";

/** What a shell command would do, by parsing it. Never throws, whatever the text. */
export function assessShell(command: string): Assessment {
  try {
    return assessCommand(parseShell(command), parseShell);
  } catch (error) {
    // The stack or a string grew past what the engine allows: what cannot be judged counts as the worst.
    if (!(error instanceof RangeError)) throw error;
    const problem = "it is too tangled to be judged";
    return assessCommand({ text: command, commands: [], problem }, parseShell);
  }
}
