import { decodeText } from "../../core/canonical.ts";
import type { Body } from "../../core/event.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { TreeEntry } from "../../core/tree.ts";
import { diffTrees } from "../../core/tree-diff.ts";
import { treeStore } from "../../core/tree-store.ts";
import type { Role } from "../../core/id.ts";
import type { Answered } from "../../evals/answer.ts";
import { readJson, readText, shorten } from "../../loop/texts.ts";
import type { Args } from "../../loop/tools.ts";
import type { CaseStand } from "./case-run.ts";
import type { Place } from "./place.ts";
import { askedFor, figures, ranTo, readRan, shown } from "./ran.ts";
import type { Ran } from "./ran.ts";

/** What an agent answered: how its run ended, what it said, what it left. @throws SubjectRefused */
export async function agentAnswer(place: Place, id: string, stand: CaseStand, role: Role): Promise<Answered> {
  const ran = await readRan(place, id);
  const { run } = ran;
  const submitted = await submissions(place, ran);
  const said = [...submitted].map(([task, { summary }]) => `${task}: ${summary}`);
  return {
    ...(await ranTo(place, ran, stand)),
    ...figures(ran, role),
    text: shown(place, shorten([...said, await ending(place, ran)].join("\n"), mostText)),
    output: await leftBy(place, run),
    stop: run.outcome,
    logprobs: null,
    confidence: [...submitted.values()].at(-1)?.confidence ?? null,
    measured: {
      met: run.outcome === "met" ? 1 : 0,
      attempts: run.spent.attempts,
      turns: run.spent.turns,
      invalid: isInvalid(run) ? 1 : 0,
      asked: askedFor(ran),
    },
  };
}

const mostText = 8_000;

type Submission = Args<"submit">;

/** What workers said of each task when they submitted it last, in that order. */
async function submissions({ storage }: Place, { entries }: Ran): Promise<ReadonlyMap<string, Submission>> {
  const last = new Map<string, Submission>();
  for (const { type, body } of entries) {
    if (type !== "attempt-submitted" || body.submission === null) continue;
    last.delete(body.task);
    last.set(body.task, await readJson<Submission>(storage.blobs, body.submission));
  }
  return last;
}

/** How the run ended, with what did not hold. */
async function ending({ storage }: Place, { run, entries }: Ran): Promise<string> {
  if (run.outcome === "met") return "The goal's checks hold.";
  const cards = [...run.escalations.values()].map(async ({ card, task }) => {
    const text = await readText(storage.blobs, card);
    return `${task ?? "the run"}: ${text}`;
  });
  const failed = entries.findLast(({ type, body }) => type === "verdict-given" && body.verdict === "fail");
  const feedback = (failed?.body as Body<"verdict-given"> | undefined)?.feedback ?? null;
  const why = feedback === null ? [] : [await readText(storage.blobs, feedback)];
  return [`The goal is not met.`, ...(await Promise.all(cards)), ...why].join("\n");
}

/** It came to nothing that could be judged: no plan that can be carried out, no verdict, or it kept dying. */
const isInvalid = (run: RunState): boolean =>
  [...run.escalations.values()].some(({ kind }) => ["plan", "judging", "quarantine"].includes(kind));

const mostFiles = 64;
const mostBytes = 256 * 1024;

/** The files that the accepted work changed, with their text; null: it is gone. As far as they are few and small. */
async function leftBy(place: Place, { base, head }: RunState): Promise<Record<string, string | null>> {
  const { blobs } = place.storage;
  const left: Record<string, string | null> = {};
  let room = mostBytes;
  const changes = await diffTrees(treeStore(blobs), base, head);
  const files = changes.filter(({ before, after }) => after?.type !== "dir" && before?.type !== "dir");
  for (const { path, after } of files.slice(0, mostFiles)) {
    const text = await contentOf(blobs, after, room);
    room -= text?.length ?? 0;
    left[path] = text === null ? null : shown(place, text);
  }
  return left;
}

async function contentOf(blobs: Blobs, entry: TreeEntry | null, room: number): Promise<string | null> {
  if (entry === null || entry.type === "dir") return null;
  if (entry.type === "symlink") return `(a link to ${entry.target})`;
  if (entry.size > room) return `(${entry.size} bytes)`;
  const bytes = await blobs.get(entry.content);
  return bytes.includes(0) ? `(binary, ${entry.size} bytes)` : decodeText(bytes);
}
