import type { Action } from "../action.ts";
import type { Answer } from "../ports.ts";
import type { RunState } from "../run.ts";

/** The answers of people (and expiries) that the run still waits for. */
export function imports(run: RunState, answers: readonly Answer[]): readonly Action[] {
  const seen = { note: 0, budget: 0 };
  return answers.filter((answer) => isWanted(run, answer, seen)).map((answer) => ({ do: "import", answer }));
}

function isWanted(run: RunState, answer: Answer, seen: { note: number; budget: number }): boolean {
  switch (answer.value.type) {
    case "approval":
      return run.approvals.get(answer.subject)?.status === "open";
    case "escalation":
      return run.escalations.has(answer.subject);
    case "effect":
      return run.doubts.has(answer.subject);
    case "plan":
      return run.phase === "reviewing" && answer.subject === `plan/${run.planVersion}`;
    case "note":
      seen.note += 1;
      return seen.note === run.notesTaken + 1;
    case "budget":
      seen.budget += 1;
      return seen.budget === run.budgetsTaken + 1;
    case "stop":
      return false;
  }
}
