import type { Assessment } from "../../core/assessment.ts";
import type { Json } from "../../core/canonical.ts";
import type { RunId } from "../../core/id.ts";
import type { AnswerValue } from "../../core/ports.ts";
import type { Io } from "../io.ts";
import type { Keyboard } from "../keyboard.ts";
import { textOf } from "../view/rows.ts";
import type { Waiting } from "../waiting.ts";
import { give } from "./give.ts";
import type { AnswerPorts } from "./give.ts";
import { answerText, firstAnswer } from "./past.ts";

/** How a question was left. `elsewhere`: somebody else answered, or nothing waits any more; `left`: the person goes. */
export type Answered = "answered" | "elsewhere" | "later" | "left";

/** `assess`: what a changed call would do; without it the card says that it is not judged yet. */
export type CardPorts = AnswerPorts & {
  readonly assess?: (tool: string, args: Json) => Assessment;
};

/** A question at a terminal. */
export interface Asking {
  readonly io: Io;
  readonly keyboard: Keyboard;
  readonly ports: CardPorts;
  readonly run: RunId;
  readonly waiting: Waiting;
  /** Aborted when it no longer waits. */
  readonly over: AbortSignal;
  /** What goes on meanwhile. */
  readonly aside: string;
  /** Other requests that are the same. */
  readonly alike: number;
  /** Keys that are not the question's: they end it, as they are. */
  readonly others: readonly string[];
}

/** In the column of what a person is told at a question. */
export const say = ({ io }: Pick<Asking, "io">, text: string): void => {
  for (const line of text.split("\n")) io.err(textOf([["", line]], io.columns));
};

/** Whether somebody has answered already; who and what is told. */
export async function isAnswered(asking: Asking): Promise<boolean> {
  const first = await firstAnswer(asking.ports, asking.run, asking.waiting.subject);
  if (first !== null) say(asking, `${asking.waiting.short}: ${answerText(first, asking.ports.clock.now())}`);
  return first !== null;
}

/** It no longer waits. */
export async function elsewhere(asking: Asking): Promise<Answered> {
  await isAnswered(asking);
  return "elsewhere";
}

export async function answerWith(asking: Asking, value: AnswerValue): Promise<Answered> {
  const first = await give(asking.ports, asking.run, asking.waiting.subject, value);
  if (first === null) return "answered";
  say(asking, `yours was not taken: ${first}`);
  return "elsewhere";
}

/** Nobody reads a question faster. */
const readingMs = 700;

/** Before a key is taken: what was pressed before the question could be read is none. `isNew`: it was drawn just now. */
export async function settle(asking: Asking, isNew: boolean): Promise<void> {
  if (await asking.keyboard.forget(isNew ? readingMs : 0))
    if (isNew) say(asking, "a key came before this could be read, and was not taken");
}

/** A key that means nothing here. */
export const sayNoKey = (asking: Asking, key: string): void =>
  say(
    asking,
    `${/^[!-~]$/.test(key) ? JSON.stringify(key) : "that"} is none of its keys; nothing was answered`,
  );
