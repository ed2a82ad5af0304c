import type { Card } from "../../core/card.ts";
import type { Instant } from "../../core/id.ts";
import { dayIn, proposeRule } from "../../core/rule-proposal.ts";
import { ruleSpec } from "../../core/rule.ts";
import type { RuleSpec } from "../../core/rule.ts";
import { ruleLine } from "../../edges/project/add-rule.ts";
import type { Io } from "../io.ts";
import type { Keyboard } from "../keyboard.ts";
import { exact } from "../view/visible.ts";
import { typeLine } from "./type-line.ts";

/** Where a rule is talked about. */
interface RuleTable {
  readonly io: Io;
  readonly keyboard: Keyboard;
  readonly over: AbortSignal;
  readonly now: Instant;
  readonly say: (text: string) => void;
}

/** The narrowest rule that would let this through from now on, or why there is none. */
export function ruleFor(card: Card, now: Instant): RuleSpec | string {
  const instead = "answer with y or n";
  if (card.rule !== null)
    return `${exact(card.rule)} says ask and comes first: change it in harness.yaml, or ${instead}`;
  if (card.isTainted === true)
    return `its worker has read text from the network, so this is asked about whatever the rules say; ${instead}`;
  const about = "no rule of one line says exactly this; write one into approvals.rules of harness.yaml";
  return proposeRule(card, now) ?? `${about}, or ${instead}`;
}

/**
 * Shows the narrowest rule that allows what a card asks, as it would be written, and lets the person change its pattern
 * and how long it holds. @returns the rule they confirmed; null: none, `left`: they go
 */
export async function agreeOnRule(table: RuleTable, card: Card): Promise<RuleSpec | "left" | null> {
  const { io, keyboard, over, say } = table;
  const proposed = ruleFor(card, table.now);
  if (typeof proposed === "string") {
    say(proposed);
    return null;
  }
  let rule = proposed;
  for (;;) {
    say(`adds to approvals.rules of harness.yaml:\n  - ${exact(ruleLine(rule))}`);
    io.err("            [y]es, approve and write it   [p]attern…   [u]ntil…   [b]ack\n");
    await keyboard.forget();
    const key = await keyboard.next(over);
    if (over.aborted) return null;
    if (key === "y") return rule;
    if (key === "p") rule = await withPattern(table, rule);
    else if (key === "u") rule = await withDays(table, rule);
    else return key === "ctrl-c" || key === "end" ? "left" : null;
  }
}

const patterns = ["bash", "http", "tool", "path"] as const;

async function withPattern(table: RuleTable, rule: RuleSpec): Promise<RuleSpec> {
  const field = patterns.findLast((name) => rule[name] !== undefined) ?? "bash";
  const typed = await typeLine(table.io, table.keyboard, `            ${field}: `, table.over, rule[field]);
  return typeof typed === "string" ? rule : checked(table, rule, { [field]: typed.line });
}

async function withDays(table: RuleTable, rule: RuleSpec): Promise<RuleSpec> {
  const prompt = "            days, or its last day: ";
  const typed = await typeLine(table.io, table.keyboard, prompt, table.over);
  if (typeof typed === "string") return rule;
  const until = untilOf(typed.line, table.now);
  if (until !== null) return checked(table, rule, { until });
  table.say("give days from 1 to 3650, or a day to come, like 2027-01-31");
  return rule;
}

/** `30` or `2027-01-31`, which must be to come; else null. */
export function untilOf(text: string, now: Instant): string | null {
  const word = text.trim();
  if (/^\d{1,4}$/.test(word)) {
    const days = Number(word);
    return days >= 1 && days <= 3650 ? dayIn(now, days) : null;
  }
  return /^\d{4}-\d\d-\d\d$/.test(word) && Date.parse(word) + 86_400_000 > now ? word : null;
}

function checked({ say }: RuleTable, before: RuleSpec, change: Partial<RuleSpec>): RuleSpec {
  const found = ruleSpec.safeParse({ ...before, ...change });
  if (found.success) return found.data;
  say(`that is no rule: ${found.error.issues[0]?.message ?? "mend it"}`);
  return before;
}
