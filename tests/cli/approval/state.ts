import { createHash } from "node:crypto";
import { join } from "node:path";
import { encodeJson, encodeText } from "../../../src/core/canonical.ts";
import type { Card } from "../../../src/core/card.ts";
import { headOf, seal } from "../../../src/core/chain.ts";
import type { ChainHead } from "../../../src/core/chain.ts";
import { bodies } from "../../../src/core/event.ts";
import type { Body, Entry, RunEvent } from "../../../src/core/event.ts";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import { call, ground, plan, simpleTask } from "../../loop/ground.ts";
import type { MemoryBlobs } from "../../memory/blobs.ts";
import { card } from "./table.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A run that waits with an approval for each of its tasks, as the loop made it in memory. */
async function waitingRun(
  tasks: readonly string[],
): Promise<{ entries: readonly Entry[]; blobs: MemoryBlobs }> {
  const made = await ground({
    says: (thread) =>
      thread.startsWith("plan/")
        ? [plan(...tasks.map((id) => simpleTask(id)))]
        : [call("bash", { command: "npm uninstall moment" })],
    askFrom: "write",
  });
  const { stand } = await made.go();
  if (stand !== "waiting") throw new Error(`the run is ${stand}`);
  return { entries: await made.entries(), blobs: made.ports.blobs as MemoryBlobs };
}

interface RunToStore {
  readonly id: string;
  readonly tasks: readonly string[];
  /** When it asked. */
  readonly askedAt: number;
  /** Where its calls act; in their sandbox if left out. */
  readonly reach?: "outside";
  /** What is asked for a task. */
  readonly card?: (task: string) => Card;
  /** What happened after: given the entries so far. */
  readonly after?: (entries: readonly Entry[]) => readonly RunEvent[];
}

/** Stores runs in the state directory of a project, one request of this version in each task. */
export async function storeRuns(dir: string, runs: readonly RunToStore[]): Promise<void> {
  const storage = await openStorage(join(dir, ".harness"));
  try {
    for (const run of runs) {
      const { entries, blobs } = await waitingRun(run.tasks);
      await storage.blobs.put(await Promise.all(blobs.digests().map(async (digest) => blobs.get(digest))));
      const lock = await storage.journal.own(run.id);
      if ("owner" in lock) throw new Error("somebody owns a new run");
      const sealed: Entry[] = [];
      for (const { type, body, epoch } of entries) {
        const event = { type, body } as RunEvent;
        sealed.push(...sealAt(run, sealed.at(-1), epoch, await withCard(event, run, storage.blobs)));
      }
      for (const event of run.after?.(sealed) ?? []) sealed.push(...sealAt(run, sealed.at(-1), 1, event));
      await storage.journal.append(run.id, null, sealed);
      await lock.owned.release();
    }
    await storage.blobs.put([encodeText(why)]);
  } finally {
    await storage.close();
  }
}

function sealAt(run: RunToStore, last: Entry | undefined, epoch: number, event: RunEvent): Entry[] {
  const head: ChainHead | null = last === undefined ? null : headOf(last);
  return seal(run.id, head, epoch, run.askedAt, [event], sha256);
}

async function withCard(
  event: RunEvent,
  run: RunToStore,
  blobs: { put(items: readonly Uint8Array[]): Promise<readonly string[]> },
): Promise<RunEvent> {
  if (event.type === "call-judged" && run.reach !== undefined)
    return { ...event, body: { ...event.body, reach: run.reach, risk: "external" } };
  if (event.type !== "approval-requested") return event;
  const task = event.body.call.split("/")[1] ?? "";
  const shown = run.card?.(task) ?? card;
  const [digest = ""] = await blobs.put([encodeJson(shown)]);
  return { ...event, body: { ...event.body, card: digest } };
}

/** Text of a note that every stored state has. */
const why = "the workspace changed after the request (91ae → 3c02)";

const requestOf = (entries: readonly Entry[]): Extract<Entry, { type: "approval-requested" }> => {
  const found = entries.find((entry) => entry.type === "approval-requested");
  if (found?.type !== "approval-requested") throw new Error("nothing is asked");
  return found;
};

/** The first request came to nothing, and is made again. */
export function voided(entries: readonly Entry[]): readonly RunEvent[] {
  const { body } = requestOf(entries);
  const judged = entries.find((entry) => entry.type === "call-judged" && entry.body.call === body.call);
  if (judged?.type !== "call-judged") throw new Error("the call was not judged");
  const decided: Body<"approval-decided"> = {
    approval: body.approval,
    answer: "void",
    edited: null,
    note: sha256(why),
    until: null,
    by: { type: "harness" },
  };
  return [
    { type: "approval-decided", body: decided },
    { type: "call-judged", body: judged.body },
    { type: "approval-requested", body: { ...body, approval: body.approval.replace(/\.1$/, ".2") } },
  ];
}

/** The first request was granted and sent; then the harness died. */
export function inDoubt(entries: readonly Entry[]): readonly RunEvent[] {
  const { body } = requestOf(entries);
  const { approval, call: id, args, tool, cwd, image, policy, tree } = body;
  const granted: Body<"approval-decided"> = {
    approval,
    answer: "grant",
    edited: null,
    note: null,
    until: Date.now() + 900_000,
    by: { type: "person", user: "ada", tty: null },
  };
  const started = {
    call: id,
    try: 1,
    tool,
    args,
    reach: "outside",
    cwd,
    image,
    policy,
    tree,
    approval,
    key: `5pd0/${id}`,
    probe: null,
    deadline: Date.now(),
    // Runs of this version also say what the call may reach.
    ...("hosts" in bodies["call-started"].shape ? { hosts: [] } : {}),
  } as Body<"call-started">;
  return [
    { type: "approval-decided", body: granted },
    { type: "call-started", body: started },
    { type: "effect-doubted", body: { call: id, why: "crash" } },
  ];
}
