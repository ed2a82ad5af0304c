import { join } from "node:path";
import picomatch from "picomatch";
import type { Environment } from "../core/environment.ts";
import type { ProjectSpec } from "../core/goal.ts";
import type { Blobs, Clock, Policy, Ports } from "../core/ports.ts";
import type { Capabilities, Sandbox } from "../core/sandbox.ts";
import type { Workspaces } from "../core/workspace.ts";
import type { Digest } from "../core/id.ts";
import { following } from "../core/policy.ts";
import type { PolicySpec } from "../core/policy.ts";
import { openStorage } from "../edges/sqlite/storage.ts";
import type { Storage } from "../edges/sqlite/storage.ts";
import type { Owner } from "../edges/files/owner.ts";
import { openWorkspaces } from "../edges/files/workspaces.ts";
import { assessing } from "./assess.ts";
import { redactedBlobs } from "./kept-secrets.ts";
import type { Kept } from "./kept-secrets.ts";
import { readJson } from "../loop/texts.ts";
import { openOutside } from "./outside.ts";
import { openPolicy, policySpec } from "./policy.ts";
import { sha256 } from "./sha256.ts";

/** The time of this machine. */
export const clock: Clock = {
  now: () => Date.now(),
  sleepUntil: async (until, signal) => {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      // A timer holds at most 2^31 - 1 ms; the loop sleeps again when it wakes early.
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(Math.max(0, until - Date.now()), 2 ** 31 - 1));
      signal.addEventListener("abort", wake, { once: true });
    });
  },
};

/** `s`: a name with a line break is a name like any other. */
export const glob = (patterns: readonly string[]): ((path: string) => boolean) =>
  picomatch([...patterns], { dot: true, flags: "s" });

/** Caches that a task leaves behind and that are no part of its result. */
export const defaultScratch = ["**/__pycache__/**", "**/.pytest_cache/**", "**/node_modules/.cache/**"];

/** The state directory of a project. */
export const stateDir = (projectDir: string): string => join(projectDir, ".harness");

/** `HARNESS_FAILPOINT=append/after/task-accepted` dies there as kill -9 would: for crash tests of the real program. */
export function failpoint(env: Readonly<Record<string, string | undefined>>): {
  failpoint?: (at: string) => void;
} {
  const named = env["HARNESS_FAILPOINT"];
  if (named === undefined || named === "") return {};
  return {
    failpoint: (at) => {
      if (at === named) process.kill(process.pid, "SIGKILL");
    },
  };
}

export const openState = async (
  projectDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Storage> => openStorage(stateDir(projectDir), failpoint(env));

/** What the workspaces of a run have in common. */
export interface Ground {
  readonly base: Digest | null;
  readonly scratch: readonly string[];
  readonly environment: Environment;
  /** Whom files of a workspace belong to; null: whoever this process is. */
  readonly owner: Owner | null;
  /** Most bytes of one workspace; without: the disk's. */
  readonly quota?: number | null;
}

/** @param state the state directory */
export const openGround = (state: string, blobs: Blobs, ground: Ground): Workspaces =>
  openWorkspaces({ root: join(state, "slots"), blobs, ...ground });

export interface Wiring {
  readonly projectDir: string;
  /** The state directory, where it is not the project's. */
  readonly state?: string;
  readonly project: ProjectSpec;
  readonly storage: Storage;
  readonly sandbox: Sandbox;
  readonly ground: Ground;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kept: Kept;
  /** Under which the run went on until now; of one that begins none. */
  readonly policy?: Digest;
}

export interface Wired extends Ports {
  /** What of `harness.yaml` cannot be had, in one line each. */
  readonly faults: readonly string[];
  /** Tools that are not what they were when the run began. */
  readonly changedTools: readonly string[];
  /** Ends what was started for them. Storage and sandbox are whose who opened them. */
  close(): Promise<void>;
}

/** Introduces the edges to each other: nowhere else do they meet. */
export async function wire(wiring: Wiring): Promise<Wired> {
  const { storage, project } = wiring;
  const [{ openModels }, { prompts }] = await Promise.all([
    import("../edges/models/models.ts"),
    import("../edges/prompts/prompts.ts"),
  ]);
  const opens = canOpen(wiring.sandbox.kind, await wiring.sandbox.capabilities());
  let policy: Policy | null = null;
  const outside = await openOutside({ ...wiring, policy: () => policy as Policy, now: () => clock.now() });
  const spec = await specFor(storage.blobs, wiring.policy, policySpec(project, opens, outside.digests));
  policy = await openPolicy(storage.blobs, spec, glob, assessing(project.secrets ?? {}));
  return {
    clock,
    journal: storage.journal,
    blobs: redactedBlobs(storage.blobs, wiring.kept),
    workspaces: openGround(wiring.state ?? stateDir(wiring.projectDir), storage.blobs, wiring.ground),
    sandbox: wiring.sandbox,
    models: openModels({ projectDir: wiring.projectDir, env: wiring.env, project }),
    prompts: prompts(),
    policy,
    outside: outside.tools,
    probe: outside.probe,
    glob,
    sha256,
    faults: outside.faults,
    changedTools: spec.changed ?? [],
    close: async () => outside.close(),
  };
}

/** What decides from now on, in a run that went on under `before` until now. */
async function specFor(blobs: Blobs, before: Digest | undefined, now: PolicySpec): Promise<PolicySpec> {
  if (before === undefined || (await blobs.missing([before])).length > 0) return now;
  return following(await readJson<PolicySpec>(blobs, before), now);
}

/** Whether slots can be opened to hosts at all: a container needs a program in which the way out is written. */
const canOpen = (kind: string, { programs }: Capabilities): boolean =>
  kind === "embedded" || ["python3", "node", "socat"].some((program) => programs.includes(program));
