import type { JudgeCase } from "../../evals/suite/case.ts";
import { showPages } from "../approval/pages.ts";
import { typeLine } from "../approval/type-line.ts";
import type { Io } from "../io.ts";
import type { Keyboard } from "../keyboard.ts";
import type { Label, LabelBook } from "./label-book.ts";
import { labelLines } from "./label-card.ts";
import { progressText } from "./progress.ts";

interface Session {
  readonly io: Io;
  readonly keyboard: Keyboard;
  readonly book: LabelBook;
  /** What a rubric asks, in its own words. */
  readonly ask: (rubric: string) => readonly string[];
  /** By id, as they are now. */
  readonly labels: Map<string, Label | null>;
  readonly notes: Map<string, string>;
  /** Ids that got a label here, the last one last. */
  readonly given: string[];
  readonly skipped: Set<string>;
}

const never = new AbortController().signal;

/** One answer after the other, one key each, until the person leaves or all have a label. @returns how many they gave */
export async function labelAtTerminal(
  io: Io,
  keyboard: Keyboard,
  book: LabelBook,
  ask: Session["ask"],
): Promise<number> {
  const labels = new Map(book.cases.map(({ id, label }) => [id, label ?? null]));
  const session = {
    io,
    keyboard,
    book,
    ask,
    labels,
    notes: new Map(),
    given: [],
    skipped: new Set<string>(),
  };
  for (let next = nextOf(session); next !== null; next = nextOf(session))
    if ((await labelOne(session, next)) === "left") break;
  return session.given.length;
}

/** The first without a label; those that were skipped come the next time. */
const nextOf = ({ book, labels, skipped }: Session): JudgeCase | null =>
  book.cases.find(({ id }) => labels.get(id) === null && !skipped.has(id)) ?? null;

/** @returns whether the person leaves */
async function labelOne(session: Session, found: JudgeCase): Promise<"left" | "next"> {
  const { io, keyboard, labels } = session;
  const lines = labelLines(noted(session, found), session.ask(found.rubric), io.columns);
  io.err("\n");
  if (await showPages(io, keyboard, lines, never)) return "left";
  io.err(`\n ${progressText([...labels.values()])}\n`);
  for (;;) {
    io.err("   [p]ass  [f]ail  [s]kip  [u]ndo  not[e]  [a]gain  [q]uit\n");
    await keyboard.forget();
    const done = await act(session, found, await keyboard.next(never));
    if (done !== "stay") return done;
  }
}

const noted = ({ notes }: Session, found: JudgeCase): JudgeCase => {
  const note = notes.get(found.id);
  return note === undefined ? found : { ...found, note };
};

async function act(session: Session, found: JudgeCase, key: string): Promise<"left" | "next" | "stay"> {
  switch (key) {
    case "p":
      return give(session, found, "pass");
    case "f":
      return give(session, found, "fail");
    case "s":
      session.skipped.add(found.id);
      return "next";
    case "u":
      return undo(session);
    case "e":
      return takeNote(session, found);
    case "a":
      return "next";
    case "q":
    case "ctrl-c":
    case "end":
      return "left";
    default:
      session.io.err("   no such key\n");
      return "stay";
  }
}

async function give(session: Session, { id }: JudgeCase, label: Label): Promise<"next"> {
  await session.book.put({ id, label, note: session.notes.get(id) ?? null });
  session.labels.set(id, label);
  session.given.push(id);
  return "next";
}

/** The last label that was given here is taken back, and its answer comes again. */
async function undo({ io, book, labels, given }: Session): Promise<"next" | "stay"> {
  const last = given.pop();
  if (last === undefined) {
    io.err("   nothing was labelled here yet\n");
    return "stay";
  }
  await book.put({ id: last, label: null, note: null });
  labels.set(last, null);
  io.err(`   the label of ${last} is taken back\n`);
  return "next";
}

async function takeNote({ io, keyboard, notes }: Session, { id }: JudgeCase): Promise<"left" | "stay"> {
  const typed = await typeLine(io, keyboard, "   note (esc: back): ", never, notes.get(id) ?? "");
  if (typed === "left") return "left";
  if (typed === "cancelled") return "stay";
  const note = typed.line.trim();
  if (note !== "") notes.set(id, note);
  else notes.delete(id);
  io.err("   kept with the label\n");
  return "stay";
}
