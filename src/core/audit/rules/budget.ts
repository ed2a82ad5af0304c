import type { Body, Reservation } from "../../event.ts";
import { threadParts } from "../../id.ts";
import type { Rule, Sight } from "../finding.ts";

/**
 * P7: what is spent and reserved stays within the budget. Looked at where either grows; a call that outlives the wall
 * time, or a person who lowers the budget, breaks nothing until something new is started.
 */
export const budgetRule: Rule = {
  on: {
    "model-started": (body, sight) => {
      const { spent, budget } = sight.story;
      const { reserved } = body;
      checkCeiling("micros", spent.micros + spent.reservedMicros + (reserved.micros ?? 0), sight);
      checkCeiling("tokens", spent.tokens + spent.reservedTokens + reserved.input + reserved.output, sight);
      checkCeiling("turns", spent.turns + 1, sight);
      checkCeiling("wallMs", spent.wallMs, sight);
      checkTask(body, sight);
      if (typeof budget?.micros === "number" && reserved.micros === null) {
        sight.report("P7", `${body.thread} asks a model without a price, though there is a budget of money`);
      }
    },
    "attempt-started": (_body, sight) => {
      checkCeiling("attempts", sight.story.spent.attempts + 1, sight);
      checkCeiling("wallMs", sight.story.spent.wallMs, sight);
    },
    "model-ended": (body, sight) => {
      const reserved = sight.story.threads.get(body.thread)?.reserved ?? null;
      if (reserved !== null) checkCharge(body, reserved, sight);
    },
  },
};

function checkTask({ thread, reserved }: Body<"model-started">, { story, report }: Sight): void {
  const task = story.tasks.get(threadParts(thread).task ?? "");
  if (task === undefined) return;
  const { spent, budget } = task;
  const money = spent.micros + spent.reservedMicros + (reserved.micros ?? 0);
  const tokens = spent.tokens + spent.reservedTokens + reserved.input + reserved.output;
  if (budget.micros !== null && money > budget.micros)
    report(
      "P7",
      `task "${task.id}" has ${money} ${units.micros} spent or reserved, and may have ${budget.micros}`,
    );
  if (budget.tokens !== null && tokens > budget.tokens)
    report("P7", `task "${task.id}" has ${tokens} tokens spent or reserved, and may have ${budget.tokens}`);
  if (budget.wallMs !== null && spent.wallMs > budget.wallMs)
    report("P7", `task "${task.id}" goes on after ${spent.wallMs} ms at work, and may take ${budget.wallMs}`);
}

const units = {
  micros: "millionths of a dollar",
  tokens: "tokens",
  turns: "turns",
  attempts: "attempts",
  wallMs: "ms of wall time",
};

function checkCeiling(unit: keyof typeof units, used: number, { story, report }: Sight): void {
  const ceiling = story.budget?.[unit] ?? null;
  if (ceiling !== null && used > ceiling)
    report("P7", `${used} ${units[unit]} are spent or reserved, and the budget is ${ceiling}`);
}

function checkCharge(body: Body<"model-ended">, reserved: Reservation, { report }: Sight): void {
  const { charged } = body;
  const name = `turn ${body.turn} of ${body.thread}`;
  const same =
    charged.micros === reserved.micros &&
    charged.input === reserved.input &&
    charged.output === reserved.output;
  if (body.outcome === "cut") {
    if (!same) report("P7", `${name} was cut and is not charged what was reserved for it`);
    return;
  }
  const money = (charged.micros ?? 0) > (reserved.micros ?? 0);
  const tokens = charged.input + charged.output > reserved.input + reserved.output;
  if (money || tokens) report("P7", `${name} is charged more than was reserved for it`);
  if (charged.micros === null && reserved.micros !== null)
    report("P7", `${name} is not charged the money it cost`);
}
