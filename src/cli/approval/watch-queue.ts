import type { Io } from "../io.ts";
import type { Keyboard } from "../keyboard.ts";
import { askedLine } from "../view/asked-line.ts";
import { fit } from "../view/cells.ts";
import { plural } from "../view/words.ts";
import { askOnCard } from "./answer-card.ts";
import { say } from "./asking.ts";
import type { Asking, CardPorts } from "./asking.ts";
import { chooseAnswer } from "./choose-answer.ts";
import { alikeOf, longName } from "./inbox.ts";
import type { Asked } from "./inbox.ts";
import { keepLooking, newLook } from "./look.ts";

/** A person at the queue. */
interface Queue {
  readonly io: Io;
  readonly keyboard: Keyboard;
  readonly ports: CardPorts;
  readonly look: () => Promise<readonly Asked[]>;
  readonly leave: AbortSignal;
  /** Long names of what the person was told of, or shown. */
  readonly told: Set<string>;
}

/**
 * What waits over all runs of a project, one after the other, the oldest first, until the person leaves (`q`, ctrl-c, end
 * of input). `j` and `l` go on to the next, `k` back; what comes meanwhile is said, and follows.
 */
export async function watchQueue(
  io: Io,
  keyboard: Keyboard,
  ports: CardPorts,
  leave: AbortSignal,
): Promise<void> {
  const queue = { io, keyboard, ports, look: newLook(ports), leave, told: new Set<string>() };
  let last: Place | null = null;
  let step = 0;
  while (!leave.aborted) {
    const asked = await queue.look();
    const one = placeOf(asked, last, step);
    if (one === null) {
      if (!(await untilAsked(queue))) return;
      [last, step] = [null, 0];
      continue;
    }
    const how = await askAbout(queue, one, asked);
    if (how === "left") return;
    last = { name: longName(one), index: asked.indexOf(one) };
    step = how === "k" ? -1 : 1;
  }
}

/** Where the person was: what they saw, and the how-manieth that was. */
interface Place {
  readonly name: string;
  readonly index: number;
}

/** `step` away from the last one, or, when that is gone, what stands where it stood; round at the ends. */
function placeOf(asked: readonly Asked[], last: Place | null, step: number): Asked | null {
  if (last === null || asked.length === 0) return asked[0] ?? null;
  const at = asked.findIndex((one) => longName(one) === last.name);
  const to = at === -1 ? last.index + Math.min(0, step) : at + step;
  return asked.at(((to % asked.length) + asked.length) % asked.length) ?? null;
}

/** One question, until it is answered or left, here or elsewhere. */
async function askAbout(queue: Queue, one: Asked, asked: readonly Asked[]): Promise<string> {
  const { io, keyboard, ports, leave } = queue;
  for (const other of asked) queue.told.add(longName(other));
  const over = new AbortController();
  const end = (): void => over.abort();
  leave.addEventListener("abort", end, { once: true });
  const done = new AbortController();
  const looking = keepLooking(async () => isGone(queue, one, over), done.signal);
  const others = asked.length - 1;
  const aside = others === 0 ? "" : `${plural(others, "more waits", "more wait")}: [j] next, [k] back`;
  const alike = alikeOf(asked, one).length;
  const asking: Asking = {
    io,
    keyboard,
    ports,
    run: one.run,
    waiting: one,
    over: over.signal,
    aside,
    alike,
    others: ["j", "k"],
  };
  try {
    return await (one.kind === "approval" ? askOnCard(asking) : chooseAnswer(asking));
  } finally {
    done.abort();
    leave.removeEventListener("abort", end);
    await looking;
  }
}

/** Says what came since; ends the question when it no longer waits. */
async function isGone({ io, look, told }: Queue, one: Asked, over: AbortController): Promise<boolean> {
  const now = await look();
  for (const other of now.filter((other) => !told.has(longName(other)))) {
    told.add(longName(other));
    io.err(` + ${longName(other)} waits too: ${fit(askedLine(other), Math.max(20, io.columns - 30))}\n`);
  }
  const isThere = now.some((other) => longName(other) === longName(one));
  if (!isThere) over.abort();
  return !isThere;
}

/** Nothing waits. @returns false: the person leaves */
async function untilAsked({ io, keyboard, look, leave }: Queue): Promise<boolean> {
  const come = new AbortController();
  const end = (): void => come.abort();
  leave.addEventListener("abort", end, { once: true });
  say({ io }, "nothing waits for a person; q leaves, what comes is shown");
  const looking = keepLooking(async () => {
    if ((await look()).length > 0) come.abort();
    return come.signal.aborted;
  }, come.signal);
  try {
    for (;;) {
      const key = await keyboard.next(come.signal);
      if (come.signal.aborted) return !leave.aborted;
      if (["q", "ctrl-c", "end"].includes(key)) return false;
    }
  } finally {
    come.abort();
    leave.removeEventListener("abort", end);
    await looking;
  }
}
