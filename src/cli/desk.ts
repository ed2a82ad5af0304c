import type { Entry } from "../core/event.ts";
import type { Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import { answerCard } from "./approval/answer-card.ts";
import type { Io } from "./io.ts";
import type { Keyboard } from "./keyboard.ts";
import { reviewPlan } from "./review.ts";
import { chooseView } from "./view/choose.ts";
import { waitingList } from "./waiting.ts";

/** The terminal of a person who works with a run: a view of it, which gives way while they are asked. */
export interface Desk {
  see(entry: Entry, run: RunState): void;
  /** A line about this process rather than the run. */
  say(line: string): void;
  /** Whether the person here is being asked what the run stands at. */
  isAttended(run: RunState): boolean;
  close(): Promise<void>;
}

interface Question {
  /** `plan/VERSION`, or the id of an approval. */
  readonly subject: string;
  readonly over: AbortController;
  readonly done: Promise<void>;
}

/** `json`: the journal for machines, and nobody is asked. */
export function openDesk(io: Io, ports: Ports, run: RunState, json: boolean): Desk {
  const keyboard = json ? null : io.keyboard;
  let view = chooseView(io, ports, run, json);
  let asked: Question | null = null;
  /** What came while the person was asked, for the view that comes back. */
  let missed: Entry[] = [];
  /** Answered here or elsewhere: the run takes it in a moment. */
  const answered = new Set<string>();
  const putOff = new Set<string>();
  let hasLeft = false;

  const wanted = (state: RunState): string | null =>
    keyboard === null || hasLeft
      ? null
      : (subjects(state).find((subject) => !answered.has(subject) && !putOff.has(subject)) ?? null);

  const ask = (keys: Keyboard, subject: string): void => {
    const over = new AbortController();
    const done = putTo(keys, subject, over.signal).catch((error: unknown) => {
      hasLeft = true;
      come(run);
      io.err(`            this cannot be asked here: ${(error as Error).message}\n`);
    });
    asked = { subject, over, done };
  };
  const putTo = async (keys: Keyboard, subject: string, over: AbortSignal): Promise<void> => {
    await view.close();
    const how = await put({ io, ports, run }, keys, subject, over);
    (how === "answered" || how === "elsewhere" ? answered : putOff).add(subject);
    hasLeft = how === "left";
    // Whoever leaves the review leaves the run as it stands; it is told at its end.
    if (hasLeft && subject.startsWith("plan/")) return;
    come(run);
  };
  /** The view is back, with what was missed, or the next question. */
  const come = (state: RunState): void => {
    asked = null;
    view = chooseView(io, ports, state, json);
    for (const entry of missed.splice(0)) view.see(entry, state);
    askNext(state);
  };
  const askNext = (state: RunState): void => {
    const subject = wanted(state);
    if (keyboard !== null && subject !== null && asked === null) ask(keyboard, subject);
  };

  askNext(run);
  return {
    see: (entry, state) => {
      if (asked === null) {
        view.see(entry, state);
        askNext(state);
        return;
      }
      missed.push(entry);
      if (!subjects(state).includes(asked.subject)) asked.over.abort();
    },
    say: (line) => (asked === null ? view.say(line) : io.err(`${line}\n`)),
    isAttended: (state) => wanted(state) !== null || subjects(state).some((subject) => answered.has(subject)),
    close: async () => {
      asked?.over.abort();
      await asked?.done;
      await view.close();
    },
  };
}

/** What a person can be asked here, the plan first. */
const subjects = (run: RunState): readonly string[] => [
  ...(run.phase === "reviewing" ? [`plan/${run.planVersion}`] : []),
  ...[...run.approvals.values()].filter(({ status }) => status === "open").map(({ id }) => id),
];

interface At {
  readonly io: Io;
  readonly ports: Ports;
  readonly run: RunState;
}

async function put(
  { io, ports, run }: At,
  keys: Keyboard,
  subject: string,
  over: AbortSignal,
): Promise<string> {
  if (subject.startsWith("plan/")) return reviewPlan(io, keys, ports, run, over);
  const waiting = (await waitingList(ports, run)).find((one) => one.subject === subject);
  if (waiting === undefined) return "elsewhere";
  const assess = ports.policy.assess.bind(ports.policy);
  return answerCard(io, keys, { ...ports, assess }, run, waiting, over);
}
