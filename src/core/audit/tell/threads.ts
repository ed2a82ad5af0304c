import type { Body, Reservation } from "../../event.ts";
import type { ThreadId } from "../../id.ts";
import { callOf, threadParts } from "../../id.ts";
import { treeAtStart } from "../story.ts";
import type { CallStory, Story, TaskStory, ThreadStory } from "../story.ts";
import type { Teller } from "./teller.ts";

export const tellThreads: Teller = {
  "model-started": (story, body, entry) => {
    const thread = story.threads.get(body.thread) ?? newThread(story, body.thread);
    if (body.turn !== thread.turn) {
      thread.calls = [];
      thread.next = 0;
    }
    thread.turn = body.turn;
    thread.try = body.try;
    thread.model = "open";
    thread.asked = body.model;
    thread.reserved = body.reserved;
    story.spent.turns += 1;
    for (const spent of spendingsOf(story, body.thread)) {
      spent.reservedMicros += body.reserved.micros ?? 0;
      spent.reservedTokens += tokensOf(body.reserved);
    }
    const bracket = { kind: "model call", name: body.thread, epoch: entry.epoch, outside: false } as const;
    story.brackets.set(modelBracket(body.thread), bracket);
  },
  "model-ended": (story, body) => {
    const thread = story.threads.get(body.thread);
    if (thread?.model !== "open") return;
    if (body.outcome === "failed") story.failedModels.add(thread.asked);
    endModelCall(story, thread, body.outcome, body.charged);
    thread.calls = body.calls.map((call) => newCall(thread, call));
    for (const call of thread.calls) story.calls.set(call.id, call);
  },
};

const tokensOf = (of: Reservation): number => of.input + of.output;

/** What a call is counted in: the run, and the task it works for. */
function spendingsOf(story: Story, thread: ThreadId): TaskStory["spent"][] {
  const task = story.tasks.get(threadParts(thread).task ?? "");
  return task === undefined ? [story.spent] : [story.spent, task.spent];
}

const modelBracket = (thread: ThreadId): string => `model ${thread}`;

function newThread(story: Story, id: ThreadId): ThreadStory {
  const thread: ThreadStory = {
    id,
    turn: 0,
    try: 0,
    model: "idle",
    asked: "",
    reserved: null,
    calls: [],
    next: 0,
    tree: treeAtStart(story, id),
  };
  story.threads.set(id, thread);
  return thread;
}

const newCall = (thread: ThreadStory, call: Body<"model-ended">["calls"][number]): CallStory => ({
  id: callOf(thread.id, thread.turn, call.index),
  thread: thread.id,
  turn: thread.turn,
  index: call.index,
  tool: call.tool,
  args: call.args,
  valid: call.valid,
  status: "proposed",
  try: 1,
  judged: null,
  approval: null,
  started: null,
  outcome: null,
  edited: null,
});

/** The reservation becomes a charge. */
export function endModelCall(
  story: Story,
  thread: ThreadStory,
  outcome: Body<"model-ended">["outcome"],
  charged: Reservation,
): void {
  const reserved = thread.reserved ?? { micros: 0, input: 0, output: 0 };
  for (const spent of spendingsOf(story, thread.id)) {
    spent.reservedMicros -= reserved.micros ?? 0;
    spent.reservedTokens -= tokensOf(reserved);
    spent.micros += charged.micros ?? 0;
    spent.tokens += tokensOf(charged);
  }
  thread.reserved = null;
  thread.model = outcome;
  story.brackets.delete(modelBracket(thread.id));
  if (outcome === "cut") story.recovered.add(thread.id);
  else story.crashes.delete(thread.id);
}
