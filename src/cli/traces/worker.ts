/** The thread that sends traces. Started by `tracing` only: this file runs when loaded. */
import { parentPort, workerData } from "node:worker_threads";
import { openStorageReader } from "../../edges/sqlite/storage.ts";
import type { Exporter } from "../../edges/traces/exporter.ts";
import { follow, inOrder } from "../../edges/traces/follow.ts";
import type { FollowOptions } from "../../edges/traces/follow.ts";
import { pauseFor } from "../../edges/traces/pause.ts";
import { targetsOf } from "../../edges/traces/targets.ts";
import { readableKept } from "../kept-secrets.ts";
import { stateDir } from "../wire.ts";
import { openExporters } from "./open-exporters.ts";
import type { TraceReport, TraceWork } from "./tracing.ts";

/** Between two looks at the journal, in ms. */
const pollMs = 500;
/** After the run has ended: how long requests may still take; what is left of the time is for counting. */
const lastMs = 2200;
const countMs = 300;

if (parentPort === null) throw new Error("the worker of traces runs as a thread only");
const port = parentPort;
const say = (report: TraceReport): void => port.postMessage(report);
async function serve({ projectDir, project, env, run }: TraceWork): Promise<void> {
  const [haste, halt] = [new AbortController(), new AbortController()];
  port.once("message", () => {
    haste.abort();
    setTimeout(() => halt.abort(), lastMs).unref();
  });
  const state = stateDir(projectDir);
  const kept = await readableKept(projectDir, project, env);
  const storage = await openStorageReader(state);
  const { journal, blobs } = storage;
  const { cursors, exporters } = openExporters({
    state,
    project,
    kept,
    stored: { journal, blobs },
    targets: targetsOf(env).targets,
    say: (line) => say({ type: "say", line }),
    haste: haste.signal,
    halt: halt.signal,
    patience: Infinity,
  });
  const common = {
    journal,
    first: run,
    isElsewhere: (id: string) => storage.ownerOf(id) !== null,
    haste: haste.signal,
    halt: halt.signal,
    pause: async (signal: AbortSignal) => pauseFor(pollMs, signal),
  };
  await Promise.all(exporters.map(async ({ exporter }) => follow({ ...common, exporter })));
  await untilFinished(haste.signal);
  const waiting = await Promise.all(
    exporters.map(async ({ exporter }) => waitingIn({ ...common, exporter })),
  );
  const [trouble] = exporters.flatMap(({ target }) => cursors.trouble(target.key) ?? []);
  cursors.close();
  await storage.close();
  say({ type: "done", waiting: Math.max(...waiting), why: trouble?.why ?? null });
  port.close();
}

/** Over all runs; where that takes long, over this one and the newest. */
async function waitingIn(
  options: Pick<FollowOptions, "journal" | "first" | "isElsewhere"> & { exporter: Exporter },
): Promise<number> {
  const { journal, first, isElsewhere, exporter } = options;
  const began = performance.now();
  let waiting = 0;
  for (const { id, headSeq } of inOrder(await journal.runs(), first)) {
    if (performance.now() - began > countMs) break;
    if (exporter.isBehind(id, headSeq) && (id === first || !isElsewhere(id)))
      waiting += await exporter.waiting(id);
  }
  return waiting;
}

/** Where nothing can be sent any more, there is nothing to do until the run ends. */
async function untilFinished(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

await serve(workerData as TraceWork);
