import type { Message, Part } from "../core/model.ts";

export type CallPart = Extract<Part, { type: "call" }>;
export type ResultPart = Extract<Part, { type: "result" }>;

/** What a model said and what it was told then: its calls have their results there, in order. */
export interface Turn {
  /** From 1. */
  readonly number: number;
  readonly said: Message;
  /** Empty while the turn is not answered. */
  readonly told: readonly Message[];
}

export interface Turns {
  /** What the thread began with. */
  readonly opening: readonly Message[];
  readonly turns: readonly Turn[];
}

/** The messages of a thread by turn. */
export function turnsOf(messages: readonly Message[]): Turns {
  const opening: Message[] = [];
  const turns: { number: number; said: Message; told: Message[] }[] = [];
  for (const message of messages) {
    if (message.role === "assistant") turns.push({ number: turns.length + 1, said: message, told: [] });
    else (turns.at(-1)?.told ?? opening).push(message);
  }
  return { opening, turns };
}

export const callsOf = ({ said }: Turn): readonly CallPart[] =>
  said.parts.filter((part) => part.type === "call");

/** In the order of the calls; those of an open turn are not there yet. */
export const resultsOf = ({ told }: Turn): readonly ResultPart[] =>
  told.flatMap(({ parts }) => parts.filter((part) => part.type === "result"));

/** More lines than these the harness never adds. */
const mostNotes = 4;

/** Lines below what a call printed, by which the harness says how it ended: `[exit 1]`. */
export function notesOf(result: string): readonly string[] {
  const notes: string[] = [];
  let text = result.trimEnd();
  while (notes.length < mostNotes) {
    const start = text.lastIndexOf("\n") + 1;
    const line = text.slice(start);
    if (!line.startsWith("[") || !line.endsWith("]")) break;
    notes.unshift(line);
    if (start === 0) break;
    text = text.slice(0, start - 1);
  }
  return notes;
}

/** What stands above those lines. */
export function bodyOf(result: string, notes: readonly string[]): string {
  const below = notes.reduce((sum, note) => sum + note.length + 1, 0);
  return result.slice(0, Math.max(0, result.trimEnd().length - below));
}
