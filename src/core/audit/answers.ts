import type { Budget, By } from "../event.ts";
import type { Digest } from "../id.ts";
import type { Answer, AnswerValue } from "../ports.ts";

/** What people said to a run, as found beside its journal. */
export interface AnswerBook {
  /** In the order they came. */
  readonly bySubject: ReadonlyMap<string, readonly Answer[]>;
  /** Notes and budgets, which have subjects of their own that no event names: how often each was given. */
  readonly unasked: ReadonlyMap<string, number>;
}

export function answerBook(answers: readonly Answer[]): AnswerBook {
  const bySubject = new Map<string, Answer[]>();
  const unasked = new Map<string, number>();
  for (const answer of answers) {
    const known = bySubject.get(answer.subject);
    if (known === undefined) bySubject.set(answer.subject, [answer]);
    else known.push(answer);
    const { by, value } = answer;
    if (value.type === "note") count(unasked, noteBy(by, value.text));
    if (value.type === "budget" || value.type === "escalation") count(unasked, budgetBy(by, value.budget));
  }
  return { bySubject, unasked };
}

/** Whether somebody gave that note or budget once more than it was taken. Only what persons give needs a row. */
export const isGiven = (
  { unasked }: AnswerBook,
  taken: ReadonlyMap<string, number>,
  by: By,
  name: string,
): boolean => by.type !== "person" || (unasked.get(name) ?? 0) > (taken.get(name) ?? 0);

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Names of what was given, by whom. */
export const noteBy = (by: By, text: Digest): string => JSON.stringify([nameOf(by), text]);

export function budgetBy(by: By, budget: Budget | null): string {
  if (budget === null) return "";
  const { micros, tokens, wallMs, turns, attempts } = budget;
  return JSON.stringify([nameOf(by), micros, tokens, wallMs, turns, attempts]);
}

/**
 * What is wrong with a decision a person is said to have made, null when it comes from exactly one row of `answers`
 * that was given by the same person and says the same. Decisions of others need no row.
 */
export function unanswered(
  { bySubject }: AnswerBook,
  subject: string,
  by: By,
  says: (value: AnswerValue) => boolean,
): string | null {
  if (by.type !== "person") return null;
  const rows = bySubject.get(subject) ?? [];
  const [row] = rows;
  if (row === undefined) return `nobody answered "${subject}"`;
  if (rows.length > 1) return `"${subject}" has ${rows.length} answers`;
  if (!sameBy(row.by, by)) return `"${subject}" was answered by ${nameOf(row.by)}, not by ${nameOf(by)}`;
  return says(row.value) ? null : `the answer to "${subject}" says something else`;
}

function sameBy(a: By, b: By): boolean {
  if (a.type === "person") return b.type === "person" && a.user === b.user && a.tty === b.tty;
  if (a.type === "rule") return b.type === "rule" && a.id === b.id;
  return b.type === "harness";
}

function nameOf(by: By): string {
  if (by.type === "person") return by.user;
  return by.type === "rule" ? `rule ${by.id}` : "the harness";
}
