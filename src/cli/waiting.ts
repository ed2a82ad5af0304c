import type { Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import { fit } from "./view/cells.ts";
import { gist } from "./view/words.ts";

/** One thing that waits for a person, under a short name that lasts: the position of its event in the journal. */
export interface Waiting {
  readonly short: string;
  readonly kind: "approval" | "escalation" | "effect" | "plan";
  /** As `answers` knows it. */
  readonly subject: string;
  readonly task: string | null;
  readonly askedAt: number;
  readonly text: string;
  readonly answers: readonly string[];
}

/** What a run waits for, oldest first. */
export async function waitingList(
  ports: Pick<Ports, "journal" | "blobs">,
  run: RunState,
): Promise<readonly Waiting[]> {
  const found: Waiting[] = [];
  for await (const entry of ports.journal.read(run.id, 0)) {
    if (entry.type === "approval-requested" && run.approvals.get(entry.body.approval)?.status === "open") {
      const text = await read(ports, entry.body.card);
      const about = {
        kind: "approval",
        subject: entry.body.approval,
        task: taskOf(entry.body.call),
      } as const;
      found.push({
        short: `a${entry.seq}`,
        ...about,
        askedAt: entry.at,
        text,
        answers: ["approve", "reject"],
      });
    }
    if (entry.type === "escalation-raised" && run.escalations.has(entry.body.escalation)) {
      const { escalation: subject, task, card, options } = entry.body;
      const text = await read(ports, card);
      found.push({
        short: `e${entry.seq}`,
        kind: "escalation",
        subject,
        task,
        askedAt: entry.at,
        text,
        answers: options,
      });
    }
    if (entry.type === "effect-doubted" && run.doubts.has(entry.body.call)) {
      const about = { kind: "effect", subject: entry.body.call, task: taskOf(entry.body.call) } as const;
      const text = `in doubt: ${entry.body.call} was open when the harness ${entry.body.why === "crash" ? "died" : "lost it"}`;
      found.push({ short: `d${entry.seq}`, ...about, askedAt: entry.at, text, answers: ["settle"] });
    }
  }
  return found;
}

const taskOf = (call: string): string | null =>
  call.startsWith("task/") ? (call.split("/")[1] ?? null) : null;

const read = async (ports: Pick<Ports, "blobs">, digest: string): Promise<string> =>
  new TextDecoder().decode(await ports.blobs.get(digest));

/** The same as lines, each with the commands that answer it. */
export async function waiting(
  ports: Pick<Ports, "journal" | "blobs">,
  run: RunState,
  columns: number,
): Promise<string> {
  const list = await waitingList(ports, run);
  if (list.length === 0) return "";
  const lines = list.flatMap((one) => [
    fit(
      ` ${marks[one.kind]}  ${one.short}  ${one.task === null ? "" : `${one.task}  `}${gist(one.text, 400)}`,
      columns - 1,
    ),
    ...one.answers.map((answer) => `      ${commandFor(answer, one.short, run.id)}`),
  ]);
  return `\n${lines.join("\n")}\n`;
}

/** What a person sees first of each kind. */
export const marks: Readonly<Record<Waiting["kind"], string>> = {
  approval: "?",
  escalation: "↑",
  effect: "!",
  plan: "?",
};

/** The whole command that gives this answer. */
export function commandFor(answer: string, short: string, run: string): string {
  if (answer === "settle") return `harness approvals settle ${short} happened|not|skip`;
  if (answer === "raise") return `harness resume ${run} --budget +5`;
  return `harness approvals ${answer} ${short}`;
}
