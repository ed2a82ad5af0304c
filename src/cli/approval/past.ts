import type { Entry } from "../../core/event.ts";
import type { Answer, Ports } from "../../core/ports.ts";
import { readText } from "../../loop/texts.ts";
import { inFrame } from "../view/visible.ts";
import { timeOfDay } from "../view/words.ts";

type Stored = Pick<Ports, "journal" | "blobs">;

/** Who answered what, and when: `root approved it, 14:22:31`. */
export const answerText = (answer: Pick<Answer, "at" | "by" | "value">, now: number): string =>
  `${whoText(answer.by)} ${whatText(answer.value)}, ${timeText(answer.at, now)}`;

export const timeText = (at: number, now: number): string =>
  `${timeOfDay(at, now)}:${String(new Date(at).getSeconds()).padStart(2, "0")}`;

function whoText(by: Answer["by"]): string {
  if (by.type === "person") return inFrame(by.user);
  return by.type === "rule" ? `rule ${inFrame(by.id)}` : "the harness";
}

function whatText(value: Answer["value"]): string {
  switch (value.type) {
    case "approval":
      return {
        grant: "approved it",
        "grant-edited": "approved it, edited",
        refuse: "rejected it",
        expire: "let it expire",
      }[value.answer];
    case "escalation":
      return `chose ${value.choice}`;
    case "effect":
      return `settled it: ${{ happened: "it happened", "did-not": "it did not happen", skip: "skipped" }[value.finding]}`;
    case "plan":
      return { adopt: "approved it", reject: "rejected it", edit: "approved it, edited" }[value.answer];
    case "note":
    case "budget":
    case "stop":
      return "answered";
  }
}

/** Who answered a subject of a run first; null: nobody did. */
export const firstAnswer = async (
  { journal }: Pick<Ports, "journal">,
  run: string,
  subject: string,
): Promise<Answer | null> =>
  (await journal.answers(run)).find((answer) => answer.subject === subject) ?? null;

/** What became of something that no longer waits. `isAnswered`: somebody was first; else it came to nothing. */
export interface Past {
  readonly isAnswered: boolean;
  readonly text: string;
}

/** As its journal has it; null: no run ever asked it under that name. */
export async function pastOf(ports: Stored, id: string, now: number): Promise<Past | null> {
  const [, named, kind = "", position = ""] = /^(?:([a-z0-9]{4,16})\/)?([aedp])(\d+)$/.exec(id) ?? [];
  if (position === "") return null;
  const told: Past[] = [];
  for (const row of await ports.journal.runs()) {
    if (named !== undefined && named !== row.id) continue;
    const said = await toldOf(ports, row.id, kind, Number(position), now);
    if (said !== null) told.push(said);
  }
  return told.length === 1 ? (told[0] ?? null) : null;
}

async function toldOf(
  ports: Stored,
  run: string,
  kind: string,
  position: number,
  now: number,
): Promise<Past | null> {
  const after: Entry[] = [];
  for await (const entry of ports.journal.read(run, position - 1)) after.push(entry);
  const [asking] = after;
  const subject = asking === undefined ? null : subjectOf(asking, kind);
  if (asking === undefined || subject === null) return null;
  const end = asking.type === "approval-requested" ? await voided(ports, asking, after) : null;
  if (end !== null) return { isAnswered: false, text: end };
  const answer = await firstAnswer(ports, run, subject);
  return answer === null ? null : { isAnswered: true, text: answerText(answer, now) };
}

function subjectOf(entry: Entry, kind: string): string | null {
  if (entry.type === "approval-requested" && kind === "a") return entry.body.approval;
  if (entry.type === "escalation-raised" && kind === "e") return entry.body.escalation;
  if (entry.type === "effect-doubted" && kind === "d") return entry.body.call;
  return entry.type === "plan-proposed" && kind === "p" ? `plan/${entry.body.version}` : null;
}

/** Why a request came to nothing, and which one asks again. */
async function voided(
  { blobs }: Pick<Ports, "blobs">,
  { body: { approval, call } }: Extract<Entry, { type: "approval-requested" }>,
  after: readonly Entry[],
): Promise<string | null> {
  const ended = after.find(
    (entry) =>
      entry.type === "approval-decided" &&
      entry.body.approval === approval &&
      (entry.body.answer === "void" || entry.body.answer === "expire"),
  );
  if (ended?.type !== "approval-decided") return null;
  const { note, answer } = ended.body;
  const why = answer === "expire" ? "nobody answered in time" : "what it was given for changed";
  const said = note === null ? why : inFrame(await readText(blobs, note));
  const again = after.find(
    (entry) => entry.type === "approval-requested" && entry.body.call === call && entry.seq > ended.seq,
  );
  return `${said}; nothing ran.${again === undefined ? "" : ` a${again.seq} asks again.`}`;
}
