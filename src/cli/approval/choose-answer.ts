import { choice } from "../../core/event.ts";
import type { AnswerValue } from "../../core/ports.ts";
import { putText } from "../../loop/texts.ts";
import { frame } from "../view/frame.ts";
import { commandFor } from "../view/waiting-lines.ts";
import type { Waiting } from "../waiting.ts";
import { answerWith, elsewhere, isAnswered, say, sayNoKey, settle } from "./asking.ts";
import type { Answered, Asking } from "./asking.ts";
import { questionLines } from "./list-text.ts";
import { timeText } from "./past.ts";
import { typeLine } from "./type-line.ts";
import { foldWords } from "../view/fold.ts";

/** An answer under its key. `shown`: the word with its key, as people read it. */
interface Choice {
  readonly key: string;
  readonly shown: string;
  /** A word of the command line that gives it. */
  readonly word: string;
}

const choices: readonly Choice[] = [
  { key: "r", shown: "[r]etry", word: "retry" },
  { key: "a", shown: "[a]ccept as it is", word: "accept" },
  { key: "p", shown: "re[p]lan", word: "replan" },
  { key: "d", shown: "[d]rop", word: "drop" },
  { key: "m", shown: "[m]ore budget: says how", word: "raise" },
  { key: "s", shown: "[s]top the run", word: "stop" },
];
const findings: readonly Choice[] = [
  { key: "h", shown: "it [h]appened", word: "happened" },
  { key: "n", shown: "it did [n]ot", word: "did-not" },
  { key: "s", shown: "[s]kip: nobody knows", word: "skip" },
];
const plans: readonly Choice[] = [
  { key: "y", shown: "[y]es, start", word: "adopt" },
  { key: "n", shown: "[n]o, because…", word: "reject" },
];

const choicesOf = ({ kind, answers }: Waiting): readonly Choice[] => {
  if (kind === "effect") return findings;
  return kind === "plan" ? plans : choices.filter(({ word }) => answers.includes(word));
};

/** As `askOnCard`, for what is no approval: an escalation, an effect in doubt, a plan. */
export async function chooseAnswer(asking: Asking): Promise<string> {
  const { io, keyboard, waiting, over, others } = asking;
  if (await isAnswered(asking)) return "elsewhere";
  for (let [isNew, isFirst] = [true, true]; ; isFirst = false) {
    if (isNew) io.err(`\n${boxOf(asking).join("\n")}\n`);
    isNew = false;
    await settle(asking, isFirst);
    const key = await keyboard.next(over);
    if (over.aborted) return elsewhere(asking);
    if (others.includes(key)) return key;
    if (key === "l") return "later";
    if (["q", "ctrl-c", "end"].includes(key)) return "left";
    const chosen = choicesOf(waiting).find((one) => one.key === key);
    if (chosen === undefined) sayNoKey(asking, key);
    else if (chosen.word === "raise") say(asking, commandFor("raise", waiting, asking.run));
    else {
      const how = await confirm(asking, chosen);
      if (how !== null) return how;
      isNew = true;
    }
  }
}

function boxOf({ io, run, waiting, ports, aside }: Asking): readonly string[] {
  const now = ports.clock.now();
  const { short, kind, task, askedAt } = waiting;
  const name = { effect: "effect in doubt", escalation: "question", plan: "plan", approval: "approval" }[
    kind
  ];
  const of = task === null ? "" : ` · task ${task}`;
  const lines = (width: number): readonly string[] =>
    questionLines(waiting, now).flatMap((line) => foldWords(line, width));
  const keys = [...choicesOf(waiting).map(({ shown }) => shown), "[l]ater"];
  const title = `${name} ${short} · run ${run}${of} · asked ${timeText(askedAt, now)}`;
  return frame({ title, rows: [{ name: "asks", lines }], quoted: null, keys, aside }, io.columns);
}

/** A note goes with it, and is the time to think again. @returns null: back to the question */
async function confirm(asking: Asking, { word }: Choice): Promise<Answered | null> {
  const { io, keyboard, over, ports, waiting } = asking;
  const typed = await typeLine(io, keyboard, `   ${word}; a note with it (enter: none, esc: back): `, over);
  if (over.aborted) return elsewhere(asking);
  if (typed === "left") return "left";
  if (typed === "cancelled") return null;
  const note = typed.line.trim() === "" ? null : await putText(ports.blobs, typed.line.trim());
  return answerWith(asking, valueOf(waiting, word, note));
}

function valueOf({ kind }: Waiting, word: string, note: string | null): AnswerValue {
  if (kind === "effect")
    return { type: "effect", finding: word as "happened" | "did-not" | "skip", evidence: note };
  if (kind === "plan") return { type: "plan", answer: word as "adopt" | "reject", note, edited: null };
  return { type: "escalation", choice: choice.parse(word), note, budget: null };
}
