import type { RunId } from "../../core/id.ts";
import type { AnswerValue, Clock, Ports } from "../../core/ports.ts";
import { person } from "../person.ts";
import { answerText, firstAnswer } from "./past.ts";

/** What answers are given with. */
export type AnswerPorts = Pick<Ports, "journal" | "blobs"> & { readonly clock: Pick<Clock, "now"> };

/** Leaves an answer of the person at this terminal. @returns null: it is taken; else who answered what before */
export async function give(
  ports: AnswerPorts,
  run: RunId,
  subject: string,
  value: AnswerValue,
): Promise<string | null> {
  const at = ports.clock.now();
  if (await ports.journal.answer({ run, subject, at, by: person(), value })) return null;
  const first = await firstAnswer(ports, run, subject);
  return first === null ? "it no longer waits" : answerText(first, at);
}

/** An answer nobody asked for, behind those of its kind that lie there. */
export async function giveUnasked(
  ports: AnswerPorts,
  run: RunId,
  kind: "note" | "stop",
  value: AnswerValue,
): Promise<void> {
  for (;;) {
    const before = (await ports.journal.answers(run)).filter((one) => one.value.type === kind).length;
    // Whoever was first meanwhile is counted in the next round.
    if ((await give(ports, run, `${kind}/${before + 1}`, value)) === null) return;
  }
}
