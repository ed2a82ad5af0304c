import { fold } from "../../core/apply.ts";
import { chargeFold } from "../../core/cost/charge.ts";
import type { Charge } from "../../core/cost/charge.ts";
import type { Entry } from "../../core/event.ts";
import type { RunId } from "../../core/id.ts";
import { threadParts } from "../../core/id.ts";
import type { Role } from "../../core/id.ts";
import type { Usage } from "../../core/model.ts";
import type { RunState } from "../../core/run.ts";
import type { Answered } from "../../evals/answer.ts";
import { SubjectRefused } from "../../evals/subject/subject.ts";
import { readText } from "../../loop/texts.ts";
import type { CaseStand } from "./case-run.ts";
import { nobody } from "./nobody-asked.ts";
import type { Place } from "./place.ts";

/** A run of an evaluation, read from its journal. */
export interface Ran {
  readonly run: RunState;
  readonly entries: readonly Entry[];
  readonly charges: readonly Charge[];
}

export async function readRan({ storage }: Place, id: RunId): Promise<Ran> {
  const entries = await Array.fromAsync(storage.journal.read(id, 0));
  const charges = chargeFold();
  for (const entry of entries) charges.see(entry);
  return { run: fold(entries), entries, charges: charges.told().charges };
}

/** What a run came to: whether it can be judged, and why not. */
export type RanTo = Pick<Answered, "outcome" | "why">;

/**
 * A run that stands where a person would be asked is an answer: it is not met. One that ran out of what it may use is an
 * error, as an answer that takes too long is; one whose provider or sandbox failed is an outage.
 * @throws SubjectRefused
 */
export async function ranTo(place: Place, { run, entries }: Ran, stand: CaseStand): Promise<RanTo> {
  if (typeof stand === "object") return { outcome: "outage", why: stand.down };
  if (stand === "stopped") return { outcome: "outage", why: "it was interrupted" };
  const open = [...run.escalations.values()];
  const out = open.find(({ kind }) => kind === "outage");
  if (out !== undefined) {
    refuseLasting(run, entries);
    return { outcome: "outage", why: await cardLine(place, out.card) };
  }
  const spent = open.find(({ kind }) => kind === "budget");
  if (spent === undefined) return { outcome: "complete", why: null };
  // Its time went by while nobody answered.
  const outcome = run.circuits.size > 0 ? "outage" : "error";
  return { outcome, why: await cardLine(place, spent.card) };
}

const lasting: readonly (string | undefined)[] = ["auth", "missing-script", "wrong-model"];

function refuseLasting(run: RunState, entries: readonly Entry[]): void {
  const last = entries.findLast(({ type }) => type === "model-ended");
  if (last?.type !== "model-ended" || !lasting.includes(last.body.error?.class)) return;
  const model = run.pins.models[threadParts(last.body.thread).role];
  throw new SubjectRefused(
    `${model}: ${last.body.error?.message ?? ""}; what was answered is kept, mend it and go on`,
  );
}

const cardLine = async ({ storage }: Place, card: string): Promise<string> =>
  (await readText(storage.blobs, card)).replaceAll(/\s*\n\s*/g, ": ").slice(0, 400);

/** What every answer of a run says, whatever it was asked. @param role whose model is the one that served */
export const figures = (
  { run, entries, charges }: Ran,
  role: Role,
): Pick<Answered, "usage" | "micros" | "latencyMs" | "turns" | "served"> => ({
  usage: usageOf(entries),
  micros: charges.some(({ micros }) => micros === null)
    ? null
    : charges.reduce((sum, { micros }) => sum + (micros ?? 0), 0),
  latencyMs: run.spent.wallMs,
  turns: charges.length,
  served: servedBy(entries, role) ?? servedBy(entries, null),
});

/** What nobody counted is in no sum: there is none then. */
function usageOf(entries: readonly Entry[]): Usage | null {
  let sum: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  for (const { type, body } of entries) {
    if (type !== "model-ended") continue;
    const { usage, charged } = body;
    if (usage === null && charged.input + charged.output > 0) return null;
    sum = {
      input: sum.input + (usage?.input ?? 0),
      output: sum.output + (usage?.output ?? 0),
      cacheRead: sum.cacheRead + (usage?.cacheRead ?? 0),
      cacheWrite: sum.cacheWrite + (usage?.cacheWrite ?? 0),
    };
  }
  return sum;
}

function servedBy(entries: readonly Entry[], role: Role | null): string | null {
  const found = entries.findLast(
    ({ type, body }) =>
      type === "model-ended" &&
      body.servedModel !== null &&
      (role === null || threadParts(body.thread).role === role),
  );
  return found?.type === "model-ended" ? found.body.servedModel : null;
}

/** How many calls were refused because nobody could be asked about them. */
export const askedFor = ({ entries }: Ran): number =>
  entries.filter(({ type, body }) => type === "call-judged" && body.rule === nobody).length;

/** A text of a run as it may be shown. */
export const shown = ({ kept }: Place, text: string): string => kept.redaction.text(text).toWellFormed();
