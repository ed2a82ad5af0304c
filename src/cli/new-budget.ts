import type { Budget } from "../core/event.ts";
import type { Answer, Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import { Refused } from "./exit.ts";
import { person } from "./person.ts";

/**
 * A person sets a run's ceiling: `12.50` dollars, or `+5` for five more than what holds when this answer is taken. It
 * lies in the journal before the run goes on, behind the answers of others.
 * @returns the budget that holds once it is taken. @throws Refused for what is no money.
 */
export async function changeBudget(
  ports: Pick<Ports, "journal" | "clock">,
  run: RunState,
  text: string,
): Promise<Budget> {
  const amount = Number(text.replace(/^\+/, ""));
  if (!(amount > 0)) throw new Refused(`--budget ${text}: give dollars, like +5 or 12.50`);
  for (;;) {
    const answers = (await ports.journal.answers(run.id)).filter(({ value }) => value.type === "budget");
    const before = newest(run, answers);
    // A run without a ceiling has what it has spent: five dollars more are five from now on.
    const base = text.startsWith("+") ? (before.micros ?? run.spent.micros) : 0;
    const budget = { ...before, micros: base + Math.floor(amount * 1e6) };
    const answer: Answer = {
      run: run.id,
      subject: `budget/${answers.length + 1}`,
      at: ports.clock.now(),
      by: person(),
      value: { type: "budget", budget },
    };
    // Whoever was first meanwhile is read in the next round.
    if (await ports.journal.answer(answer)) return budget;
  }
}

/** The budget that holds when all that lies there has been taken. */
function newest(run: RunState, answers: readonly Answer[]): Budget {
  const waiting = answers.slice(run.budgetsTaken).at(-1)?.value;
  return waiting?.type === "budget" ? waiting.budget : run.budget;
}
