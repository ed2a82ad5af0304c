/**
 * The process that is killed: `node program.ts DIR GOAL`, with `CRASH_AT` naming where it dies and `CRASH_CONCURRENCY`
 * how many attempts run side by side. It creates the run of DIR or takes it over, and drives it over the real ports.
 * Where the run stands it prints how; a line on stdin lets it take the run over again, the end of stdin ends it.
 * With `CRASH_TELLS=1` it prints `durable SEQ HASH` for each event that it was told is durable.
 */
import { hostname } from "node:os";
import { createInterface } from "node:readline";
import type { Body, Entry } from "../../src/core/event.ts";
import { drive } from "../../src/loop/drive.ts";
import type { Stand } from "../../src/loop/drive.ts";
import { createRun, policyOf, takeRun } from "../../src/loop/own.ts";
import { importDirectory } from "../../src/edges/files/import.ts";
import { putJson } from "../../src/loop/texts.ts";
import { openStorage } from "../../src/edges/sqlite/storage.ts";
import { dropBlobs } from "./drop-blobs.ts";
import { mortal, readDeath } from "./failpoints.ts";
import { goals } from "./goals.ts";
import type { Goal, GoalName } from "./goals.ts";
import { runId, stateOf, workOf } from "./place.ts";
import { createdBody } from "./created.ts";
import { realPorts } from "./real-ports.ts";
import type { RealPorts } from "./real-ports.ts";

const [dir = "", name = "everything"] = process.argv.slice(2);
const { CRASH_AT: at, CRASH_CONCURRENCY: concurrency, CRASH_TELLS: tells } = process.env;
await main(dir, goals[name as GoalName], concurrency === undefined ? null : Number(concurrency));

async function main(place: string, goal: Goal, side: number | null): Promise<void> {
  const pass = mortal(place, at === undefined ? null : readDeath(at));
  const storage = await openStorage(stateOf(place), { failpoint: pass });
  const ports = await realPorts(place, goal, storage, pass);
  const input = createInterface({ input: process.stdin });
  const lines = input[Symbol.asyncIterator]();
  for (;;) {
    const stand = await live(ports, place, goal, side);
    process.stdout.write(`${stand}\n`);
    if (stand === "ended" || (await lines.next()).done === true) break;
  }
  await storage.close();
  input.close();
}

/** One ownership: until the run stands or ends. */
async function live(ports: RealPorts, place: string, goal: Goal, side: number | null): Promise<Stand> {
  const isNew = (await ports.journal.runs()).length === 0;
  const owned = isNew
    ? await begin(ports, await created(ports, place, goal, side))
    : await takeRun(ports, runId, owner());
  if ("owner" in owned) throw new Error(`pid ${owned.owner.pid} has the run, but is dead`);
  await policyOf(ports, owned, { type: "person", user: "tester", tty: null });
  const never = new AbortController().signal;
  for (const entry of owned.entries) tell(entry);
  const stand = await drive(ports, owned.run, { drain: never, halt: never, observe: tell });
  if (stand === "ended") await dropBlobs(ports, runId);
  await owned.ownership.release();
  return stand;
}

/** A run that takes a task over, which another run accepted without changing a file. */
async function begin(ports: RealPorts, body: Body<"run-created">): ReturnType<typeof createRun> {
  const settled = { needs: [], criteria: [], tools: null, attempts: null, turns: null };
  const inherited: Body<"task-inherited"> = {
    task: "kept",
    spec: await putJson(ports.blobs, { id: "kept", title: "kept", instructions: "keep", ...settled }),
    needs: [],
    head: body.base,
    handoff: await putJson(ports.blobs, {
      task: "kept",
      title: "kept",
      summary: "kept",
      artifacts: [],
      decisions: [],
      open_questions: [],
      confidence: null,
    }),
    by: "verdict",
    from: { run: "earlier", seq: 7 },
  };
  return createRun(ports, runId, body, owner(), undefined, [inherited]);
}

function tell({ seq, hash }: Entry): void {
  if (tells === "1") process.stdout.write(`durable ${seq} ${hash}\n`);
}

async function created(
  ports: RealPorts,
  place: string,
  goal: Goal,
  side: number | null,
): Promise<Body<"run-created">> {
  const { tree } = await importDirectory({
    dir: workOf(place),
    exclude: [],
    blobs: ports.blobs,
    onProgress: () => undefined,
  });
  const limits = side === null ? goal.limits : { ...goal.limits, concurrency: side };
  return createdBody(ports, { base: tree, checks: goal.checks, limits });
}

function owner(): Body<"run-owned"> {
  return { host: hostname(), pid: process.pid, boot: "1", harness: "0.0.0" };
}
