import type { Message, Part } from "../core/model.ts";
import { finishing } from "../core/tool.ts";
import type { Thread } from "../core/thread.ts";
import type { ResponseRecord } from "./conversation.ts";
import { readJson, readText } from "./texts.ts";
import type { Work } from "./work.ts";

/** What a thread is told after a turn: the results of its calls, and what is left of time and money. */
export async function nextMessage(work: Work, thread: Thread): Promise<Message> {
  const results = await resultParts(work, thread);
  const lines = [nudge(thread), whatIsLeft(work, thread)].filter((line) => line !== "");
  return { role: "user", parts: [...results, { type: "text", text: lines.join("\n\n") }] };
}

async function resultParts(work: Work, thread: Thread): Promise<Part[]> {
  if (thread.response === null) return [];
  const { parts } = await readJson<ResponseRecord>(work.ports.blobs, thread.response);
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
  const finish = finishing[thread.role];
  if (thread.stop === "length")
    return `Your last answer was cut at its length limit. Go on in smaller steps.`;
  if (thread.calls.length > 0) return "";
  return `Your answer called no tool, so nothing happened. Work goes on only through tools; when it is finished, call ${finish}.`;
}

function whatIsLeft(work: Work, thread: Thread): string {
  const turns =
    thread.role === "worker" ? work.run.tasks.get(thread.task ?? "")?.turns : work.run.limits.turns;
  return `[turn ${thread.turn + 1} of at most ${turns ?? work.run.limits.turns}; ${budgetLeft(work)}]`;
}

/** In words, for a model: what the run may still use. */
export function budgetLeft(work: Work): string {
  const { budget, spent } = work.run;
  const left = [
    budget.micros === null
      ? null
      : `$${((budget.micros - spent.micros - spent.reservedMicros) / 1e6).toFixed(2)}`,
    budget.tokens === null ? null : `${budget.tokens - spent.tokens - spent.reservedTokens} tokens`,
    budget.wallMs === null ? null : `${Math.max(0, Math.round((budget.wallMs - spent.wallMs) / 60_000))} min`,
  ].filter((part) => part !== null);
  return left.length === 0 ? "no budget is set" : `${left.join(", ")} left for the whole run`;
}
