import type { Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { waitingList } from "../waiting.ts";
import type { Waiting } from "../waiting.ts";
import { askedLine } from "./asked-line.ts";
import { fit } from "./cells.ts";

/** What a run waits for, each with the commands that answer it; empty when it waits for nobody. */
export async function waitingLines(
  ports: Pick<Ports, "journal" | "blobs">,
  run: RunState,
  columns: number,
): Promise<string> {
  const list = await waitingList(ports, run);
  if (list.length === 0) return "";
  const lines = list.flatMap((one) => [
    fit(
      ` ${marks[one.kind]}  ${one.short}  ${one.task === null ? "" : `${one.task}  `}${riskOf(one)}${askedLine(one)}`,
      columns - 1,
    ),
    ...one.answers.map((answer) => `      ${commandFor(answer, one, run.id)}`),
  ]);
  return `\n${lines.join("\n")}\n`;
}

const riskOf = ({ card }: Waiting): string => (card === null ? "" : `${card.risk}: `);

/** What a person sees first of each kind. */
export const marks: Readonly<Record<Waiting["kind"], string>> = {
  approval: "?",
  escalation: "↑",
  effect: "!",
  plan: "?",
};

/** The whole command that gives this answer, whatever else waits under the same short name in another run. */
export function commandFor(
  answer: string,
  { short, task, text }: Pick<Waiting, "short" | "task" | "text">,
  run: string,
): string {
  const id = `${run}/${short}`;
  if (answer === "settle") return `harness approvals settle ${id} happened|not|skip`;
  if (answer !== "raise") return `harness approvals ${answer} ${id}`;
  const more = moreOf(text);
  return task === null
    ? `harness resume ${run} --budget ${more}`
    : `harness approvals raise ${id} --budget ${more}`;
}

/** So much more of what is used up, as its question names it, that some calls like the next one fit. */
function moreOf(text: string): string {
  const money = /up to \$([\d.]+), \$([\d.]+) (is left|more)/.exec(text);
  if (money === null) return mores[/^(\w+): /m.exec(text)?.[1] ?? ""] ?? "+5";
  const [, next = "", amount = "", isLeft] = money;
  const lacking = Number(next) + (isLeft === "more" ? Number(amount) : -Number(amount));
  return `+${Math.max(5, Math.ceil(lacking * 4))}`;
}

const mores: Readonly<Record<string, string>> = {
  tokens: "+500000tokens",
  turns: "+50turns",
  attempts: "+5attempts",
  time: "+30m",
};
