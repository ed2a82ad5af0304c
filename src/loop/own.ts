import { fold, apply } from "../core/apply.ts";
import { seal } from "../core/chain.ts";
import type { Body, By, Entry, RunEvent } from "../core/event.ts";
import { runId } from "../core/id.ts";
import type { RunId } from "../core/id.ts";
import type { Owner, Ownership, Ports } from "../core/ports.ts";
import type { Sandbox } from "../core/sandbox.ts";
import { recover } from "../core/recover.ts";
import type { RunState } from "../core/run.ts";

/** A run this process may drive. */
export interface OwnedRun {
  readonly run: RunState;
  readonly ownership: Ownership;
  /** What this taking-over appended. */
  readonly entries: readonly Entry[];
}

/**
 * T1: a new run, owned by this process. Its base tree and everything the body names are durable already.
 * `held`: the ownership of that id, when it was taken before. `inherited`: what it takes from other runs as accepted.
 */
export async function createRun(
  ports: Ports,
  id: RunId,
  created: Body<"run-created">,
  owner: Body<"run-owned">,
  held?: Ownership,
  inherited: readonly Body<"task-inherited">[] = [],
): Promise<OwnedRun | { readonly owner: Owner }> {
  const lock = held === undefined ? await ports.journal.own(id) : { owned: held };
  if ("owner" in lock) return lock;
  const events: RunEvent[] = [
    { type: "run-created", body: created },
    { type: "run-owned", body: owner },
    ...inherited.map((body): RunEvent => ({ type: "task-inherited", body })),
  ];
  const entries = seal(id, null, 1, ports.clock.now(), events, ports.sha256);
  const run = fold(entries);
  await ports.journal.append(id, null, entries);
  return { run, ownership: lock.owned, entries };
}

/** The state of a run, without owning it. */
export async function readRun(ports: Pick<Ports, "journal">, id: RunId): Promise<RunState> {
  const entries: Entry[] = [];
  for await (const entry of ports.journal.read(id, 0)) entries.push(entry);
  return fold(entries);
}

/**
 * T2: takes a run over: epoch + 1, `run-owned` and what `recover` closes, in one batch. Slots and directories of a dead
 * owner are removed; nothing of theirs is trusted. `held`: the ownership of that id, when it was taken before.
 */
export async function takeRun(
  ports: Ports,
  id: RunId,
  owner: Body<"run-owned">,
  held?: Ownership,
): Promise<OwnedRun | { readonly owner: Owner }> {
  const lock = held === undefined ? await ports.journal.own(id) : { owned: held };
  if ("owner" in lock) return lock;
  const run = await readRun(ports, id);
  await clearSlots(ports, id);
  if (run.phase === "ended") return { run, ownership: lock.owned, entries: [] };
  const after = { seq: run.seq, hash: run.hash, epoch: run.epoch };
  const closing = recover(run);
  const events: RunEvent[] = [{ type: "run-owned", body: owner }, ...closing];
  const at = Math.max(run.at, ports.clock.now());
  const entries = seal(id, after, run.epoch + 1, at, events, ports.sha256);
  for (const entry of entries) apply(run, entry);
  await ports.journal.append(id, after, entries);
  return { run, ownership: lock.owned, entries };
}

/** A run goes on under the policy of today. @returns whether that is another than it was under */
export async function policyOf(ports: Ports, { run }: OwnedRun, by: By): Promise<boolean> {
  const { digest } = ports.policy;
  if (run.phase === "ended" || run.policy === digest) return false;
  const after = { seq: run.seq, hash: run.hash, epoch: run.epoch };
  const at = Math.max(run.at, ports.clock.now());
  const changed: RunEvent = { type: "policy-changed", body: { policy: digest, keeps: null, by } };
  const entries = seal(run.id, after, run.epoch, at, [changed], ports.sha256);
  for (const entry of entries) apply(run, entry);
  await ports.journal.append(run.id, after, entries);
  return true;
}

/** Removes every slot of a run and its directory. Whoever calls owns the run, so nobody works in them. */
async function clearSlots({ sandbox, workspaces }: Slotted, run: RunId): Promise<void> {
  await sandbox.reap(`${run}/`);
  await workspaces.sweep(`${run}/`);
}

interface Slotted extends Pick<Ports, "workspaces"> {
  readonly sandbox: Pick<Sandbox, "left" | "reap">;
}

/**
 * Removes what dead processes left of any run of this project, ended ones and ones that never began included. A run that
 * a living process owns is left alone.
 */
export async function clearDeadSlots(ports: Slotted & Pick<Ports, "journal">): Promise<void> {
  const names = [...(await ports.sandbox.left()), ...(await ports.workspaces.left())];
  const runs = new Set(names.map((name) => name.split("/")[0] ?? ""));
  for (const run of runs) {
    if (!runId.safeParse(run).success) continue;
    const lock = await ports.journal.own(run);
    if ("owner" in lock) continue;
    try {
      await clearSlots(ports, run);
    } finally {
      await lock.owned.release();
    }
  }
}
