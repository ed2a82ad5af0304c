import type { Spending } from "../core/budget.ts";
import type { TaskBudget } from "../core/event.ts";
import type { Message, Part } from "../core/model.ts";
import { finishing } from "../core/tool.ts";
import type { Thread } from "../core/thread.ts";
import type { ResponseRecord } from "./conversation.ts";
import { readJson, readText } from "./texts.ts";
import type { Work } from "./work.ts";

/** What a thread is told after a turn: the results of its calls, and what is left of time and money. */
export async function nextMessage(work: Work, thread: Thread): Promise<Message> {
  const record = await responseOf(work, thread);
  const results = await resultParts(work, thread, record);
  const lines = [tooMany(thread, record), nudge(thread), whatIsLeft(work, thread)].filter(
    (line) => line !== "",
  );
  return { role: "user", parts: [...results, { type: "text", text: lines.join("\n\n") }] };
}

export const responseOf = async (work: Work, { response }: Thread): Promise<ResponseRecord> =>
  response === null ? { parts: [] } : readJson<ResponseRecord>(work.ports.blobs, response);

function tooMany({ calls }: Thread, { leftOut = 0 }: ResponseRecord): string {
  if (leftOut === 0) return "";
  return `Your last answer had ${calls.length + leftOut} calls; only the first ${calls.length} were run. Call the others again if you still need them, fewer at a time.`;
}

async function resultParts(work: Work, thread: Thread, { parts }: ResponseRecord): Promise<Part[]> {
  const ids = parts.flatMap((part) => (part.type === "call" ? [part.id] : []));
  return Promise.all(
    thread.calls.map(async (call, index): Promise<Part> => {
      if (call.result === null) throw new Error(`call ${index} of ${thread.id} has no result`);
      const text = await readText(work.ports.blobs, call.result);
      return { type: "result", id: ids[index] ?? `call-${index}`, text, error: call.failed };
    }),
  );
}

function nudge(thread: Thread): string {
  switch (thread.stop) {
    case "pause":
      return "Go on.";
    case "length":
      return "Your last answer was cut at its length limit. Go on in smaller steps.";
    case "context-full":
      return "Your last answer broke off because nothing more fitted; older turns were shortened. Go on.";
    case "refusal":
      return `Your last answer was a refusal. Do what you can of the work that you have no objection to, then call ${finishing[thread.role]} and say what you left undone and why.`;
    default:
      return thread.calls.length > 0 ? "" : silence(thread);
  }
}

const silence = (thread: Thread): string =>
  `Your answer called no tool, so nothing happened. Work goes on only through tools; when it is finished, call ${finishing[thread.role]}.`;

function whatIsLeft(work: Work, thread: Thread): string {
  const { run } = work;
  const task = thread.role === "worker" ? run.tasks.get(thread.task ?? "") : undefined;
  const parts = [
    `turn ${thread.turn + 1} of at most ${task?.turns ?? run.limits.turns}`,
    contextUsed(thread, run.limits.compactAt),
    task === undefined ? null : leftText(task.budget, task.spent, "this task"),
    budgetLeft(work),
  ];
  return `[${parts.filter((part) => part !== null).join("; ")}]`;
}

/** Of the room a thread has before its old turns are made short. null: the provider has not counted it yet. */
function contextUsed({ counted }: Thread, compactAt: number): string | null {
  if (counted === null || compactAt === 0) return null;
  return `context ${Math.min(100, Math.round((100 * counted.tokens) / compactAt))}% full`;
}

/** In words, for a model: what the run may still use. */
export const budgetLeft = ({ run }: Work): string =>
  leftText(run.budget, run.spent, "the whole run") ?? "no budget is set";

/** What `leftText` says in amounts: what was left when it was said. */
export const amountsLeft = /(?:(?:\$\d+\.\d\d|\d+ tokens|\d+ min)(?:, )?)+ left for/g;

type Spent = Pick<Spending, "micros" | "tokens" | "wallMs" | "reservedMicros" | "reservedTokens">;

/** What open calls may still cost is not left. null: nothing is limited. */
function leftText(budget: TaskBudget, spent: Spent, whose: string): string | null {
  const left = [
    budget.micros === null
      ? null
      : `$${(Math.max(0, budget.micros - spent.micros - spent.reservedMicros) / 1e6).toFixed(2)}`,
    budget.tokens === null
      ? null
      : `${Math.max(0, budget.tokens - spent.tokens - spent.reservedTokens)} tokens`,
    budget.wallMs === null ? null : `${Math.max(0, Math.round((budget.wallMs - spent.wallMs) / 60_000))} min`,
  ].filter((part) => part !== null);
  return left.length === 0 ? null : `${left.join(", ")} left for ${whose}`;
}
