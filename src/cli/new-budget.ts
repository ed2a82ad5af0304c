import type { Budget, TaskBudget } from "../core/event.ts";
import { durationMs } from "../core/duration.ts";
import { noBudget, nothingSpent } from "../core/budget.ts";
import type { Answer, Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import { Refused } from "./exit.ts";
import { person } from "./person.ts";
import { readableBudget } from "./view/budget-text.ts";

/** What a person wants of one ceiling: set to `amount`, or that much more. Units as in `Budget`. */
interface Wish {
  readonly ceiling: keyof Budget;
  readonly isMore: boolean;
  readonly amount: number;
}

const forms =
  "give dollars, like +5 or 12.50, or time, tokens, turns or attempts, like +30m, +200000tokens, +20turns";

/** `12.50` and `+5` are dollars; `2h` and `+30m` time at work; `+200000tokens`, `+20turns`, `+3attempts`. @throws Refused */
function wishOf(text: string): Wish {
  const found = /^(?<more>\+)?(?<number>\d+(?:\.\d+)?) ?(?<unit>s|m|h|tokens?|turns?|attempts?)?$/.exec(
    text.trim(),
  );
  const { more, number = "", unit = "" } = found?.groups ?? {};
  const wish = { isMore: more !== undefined, ...amountOf(Number(number), number + unit, unit) };
  if (found === null || !(wish.amount >= 1) || !Number.isSafeInteger(wish.amount))
    throw new Refused(`--budget ${text}: ${forms}`);
  return wish;
}

function amountOf(number: number, text: string, unit: string): Pick<Wish, "ceiling" | "amount"> {
  switch (unit.replace(/(?<=.)s$/, "")) {
    case "":
      return { ceiling: "micros", amount: Math.floor(number * 1e6) };
    case "token":
      return { ceiling: "tokens", amount: number };
    case "turn":
      return { ceiling: "turns", amount: number };
    case "attempt":
      return { ceiling: "attempts", amount: number };
    default:
      return { ceiling: "wallMs", amount: durationMs(text) };
  }
}

/** A run without that ceiling has what it has spent: five dollars more are five from now on. */
function granted(wish: Wish, before: Budget, spent: Readonly<Record<keyof Budget, number>>): Budget {
  const base = wish.isMore ? (before[wish.ceiling] ?? spent[wish.ceiling]) : 0;
  return { ...before, [wish.ceiling]: base + wish.amount };
}

/** A ceiling below what is spent would only stop the run: whoever writes it meant something else. */
function refuseSpent(
  { ceiling, isMore, amount }: Wish,
  spent: Readonly<Record<keyof Budget, number>>,
  text: string,
): void {
  if (!isMore && amount < spent[ceiling])
    throw new Refused(
      `--budget ${text}: more than that is spent already (${readableBudget({ ...noBudget, [ceiling]: spent[ceiling] })}); +${text} gives that much more`,
    );
}

/**
 * A person sets a ceiling of a run, or raises what holds when this answer is taken. It lies in the journal before the run
 * goes on, behind the answers of others. @returns the budget that holds once it is taken. @throws Refused
 */
export async function changeBudget(
  ports: Pick<Ports, "journal" | "clock">,
  run: RunState,
  text: string,
): Promise<Budget> {
  const wish = wishOf(text);
  refuseSpent(wish, run.spent, text);
  for (;;) {
    const answers = (await ports.journal.answers(run.id)).filter(({ value }) => value.type === "budget");
    const budget = granted(wish, newest(run, answers), run.spent);
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

/** What a task may use from now on: money, tokens or time. @throws Refused for what a task has no ceiling of */
export function taskBudget({ budget, spent }: Pick<Task, "budget" | "spent">, text: string): Budget {
  const wish = wishOf(text);
  if (wish.ceiling === "turns" || wish.ceiling === "attempts")
    throw new Refused(
      `--budget ${text}: a task gets more money, time or tokens, like +2, +20m or +200000tokens`,
    );
  const before: Budget = { ...noBudget, ...(budget satisfies TaskBudget) };
  refuseSpent(wish, { ...nothingSpent(), ...spent }, text);
  return granted(wish, before, { ...nothingSpent(), ...spent });
}
