import { noEnvironment } from "../../core/environment.ts";
import type { Environment } from "../../core/environment.ts";
import { harness } from "../../core/event.ts";
import type { Entry } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import type { Digest, RunId } from "../../core/id.ts";
import type { Models, Ownership } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { drive } from "../../loop/drive.ts";
import type { Stand } from "../../loop/drive.ts";
import { createRun, policyOf, readRun, takeRun } from "../../loop/own.ts";
import type { OwnedRun } from "../../loop/own.ts";
import { SandboxDown } from "../../loop/slots.ts";
import { putJson, readJson } from "../../loop/texts.ts";
import { askAgain } from "../after-outage.ts";
import { ownerNow } from "../at-work.ts";
import { Refused } from "../exit.ts";
import { prepareRun } from "../prepare.ts";
import type { Request } from "../request.ts";
import { startingPoint } from "../starting-point.ts";
import type { StartingPoint } from "../starting-point.ts";
import type { OpenedSandbox } from "../which-sandbox.ts";
import { wire } from "../wire.ts";
import type { Ground, Wired } from "../wire.ts";
import { nobodyAsked } from "./nobody-asked.ts";
import type { Place } from "./place.ts";

/** A run of an evaluation: found under its id where it was begun before, else made. */
export interface CaseRun {
  readonly id: RunId;
  readonly request: Request;
  readonly opened: OpenedSandbox;
  /** What the workspace was when the case was looked at first. */
  readonly tree: Digest;
  /** Tools whose calls are allowed in any case. */
  readonly free?: readonly string[];
  /** Where not all models are those of the project. */
  readonly models?: (models: Models) => Models;
  /** Nothing of the workspace is put back before judging. */
  readonly isUnprotected?: boolean;
  /** Whether nothing more is wanted of it when this has happened. */
  readonly isEnough?: (entry: Entry) => boolean;
}

/** How it stands: as `drive` says, or the sandbox is gone, in one line. */
export type CaseStand = Stand | { readonly down: string };

/**
 * Works a case with the loop of production until it stands, and leaves its journal in the place. Aborted: it stops at once,
 * and goes on from there when it is asked for again. @throws Refused, BadInput, FilesRefused where it cannot begin
 */
export async function workCase(place: Place, of: CaseRun, signal: AbortSignal): Promise<CaseStand> {
  const { journal } = place.storage;
  const lock = await journal.own(of.id);
  if ("owner" in lock)
    throw new Refused(
      `pid ${lock.owner.pid} on ${lock.owner.host} works on this evaluation; wait until it has ended`,
    );
  try {
    const rows = await journal.runs();
    const isKnown = rows.some(({ id }) => id === of.id);
    return await (isKnown ? goOn(place, of, lock.owned, signal) : begin(place, of, lock.owned, signal));
  } catch (error) {
    if (error instanceof SandboxDown) return { down: error.message };
    throw error;
  } finally {
    await lock.owned.release();
  }
}

async function begin(place: Place, of: CaseRun, held: Ownership, signal: AbortSignal): Promise<Stand> {
  const { request, opened } = of;
  // What a process left that was killed before the run's first event.
  await opened.sandbox.reap(`${of.id}/`);
  const start = await startingPoint(
    place.storage,
    opened,
    { ...request, secrets: place.kept.all, state: place.dir, ownership: held },
    { onProgress: () => undefined, whileSettingUp: async (_, work) => work() },
  );
  if (start.imported.tree !== of.tree)
    throw new Refused(
      `${request.workspace} changed while the suite was evaluated; leave its cases alone, and evaluate again`,
    );
  const ports = await portsFor(place, of, start.ground);
  try {
    const owned = await create(ports, of, start, held);
    return await driven(ports, owned.run, of, signal);
  } finally {
    await ports.close();
  }
}

async function create(
  ports: Wired,
  { id, request, opened, isUnprotected }: CaseRun,
  start: StartingPoint,
  held: Ownership,
): Promise<OwnedRun> {
  const { body } = await prepareRun(ports, request, start, opened.pinned);
  const config = await readJson<RunConfig>(ports.blobs, body.config);
  const whole = isUnprotected === true ? { ...config, protect: [] } : config;
  const made = await createRun(
    ports,
    id,
    { ...body, kind: "case", config: await putJson(ports.blobs, whole) },
    ownerNow(),
    held,
  );
  if ("owner" in made) throw new Error("a run that is held was owned by another process");
  return made;
}

async function goOn(place: Place, of: CaseRun, held: Ownership, signal: AbortSignal): Promise<Stand> {
  const { storage } = place;
  const before = await readRun(storage, of.id);
  if (before.phase === "ended") return "ended";
  for await (const entry of storage.journal.read(of.id, 0))
    if (of.isEnough?.(entry) === true) return "stopped";
  const config = await readJson<RunConfig>(storage.blobs, before.config);
  const environment =
    config.environment === null
      ? noEnvironment
      : await readJson<Environment>(storage.blobs, config.environment);
  const { owner, quota } = of.opened;
  const ground = { base: before.base, scratch: config.scratch, environment, owner, quota };
  const ports = await portsFor(place, of, ground, before.policy);
  try {
    const owned = await takeRun(ports, of.id, ownerNow(), held);
    if ("owner" in owned) throw new Error("a run that is held was owned by another process");
    await askAgain(ports, owned.run);
    await policyOf(ports, owned, harness);
    return await driven(ports, owned.run, of, signal);
  } finally {
    await ports.close();
  }
}

async function portsFor(place: Place, of: CaseRun, ground: Ground, policy?: Digest): Promise<Wired> {
  const { project, storage, kept, io } = place;
  const ports = await wire({
    projectDir: project.dir,
    state: place.dir,
    project: project.spec,
    storage,
    sandbox: of.opened.sandbox,
    ground,
    env: io.env,
    kept,
    ...(policy === undefined ? {} : { policy }),
  });
  return {
    ...ports,
    policy: nobodyAsked(ports.policy, of.free),
    models: of.models?.(ports.models) ?? ports.models,
  };
}

async function driven(ports: Wired, run: RunState, of: CaseRun, signal: AbortSignal): Promise<Stand> {
  const enough = new AbortController();
  return drive(ports, run, {
    drain: AbortSignal.any([signal, enough.signal]),
    halt: signal,
    observe: (entry) => {
      if (of.isEnough?.(entry) === true) enough.abort();
    },
    stopsBefore: 0,
  });
}
