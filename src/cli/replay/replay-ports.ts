import type { RunConfig } from "../../core/goal.ts";
import type { Entry } from "../../core/event.ts";
import type { Digest, Instant } from "../../core/id.ts";
import type { Price } from "../../core/model.ts";
import { completed } from "../../core/policy.ts";
import type { StoredPolicy } from "../../core/policy.ts";
import type { Journal, OutsideTool, Policy, Ports } from "../../core/ports.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import type { Workspaces } from "../../core/workspace.ts";
import type { RunState } from "../../core/run.ts";
import type { ToolSpec } from "../../core/tool.ts";
import { recordedModels } from "../../edges/models/recorded.ts";
import { prompts } from "../../edges/prompts/prompts.ts";
import { readJson } from "../../loop/texts.ts";
import { assessing } from "../assess.ts";
import { redactedBlobs } from "../kept-secrets.ts";
import { openOutside } from "../outside.ts";
import { openPolicy, policySpec } from "../policy.ts";
import { sha256 } from "../sha256.ts";
import { glob, openGround, stateDir } from "../wire.ts";
import type { Wiring } from "../wire.ts";

/** The world of a replay: models answer as they did, the clock shows what it showed, and nothing outside is reached. */
export interface ReplayPorts {
  readonly ports: Ports;
  /** What the clock shows from now on. */
  onTime(now: Instant): void;
  /** Takes over what an entry changed in the world: which policy decides. */
  onPast(entry: Entry): Promise<void>;
}

export interface Replaying extends Omit<Wiring, "policy"> {
  readonly run: RunState;
  readonly config: RunConfig;
  readonly entries: readonly Entry[];
  /** Under which slots live, so that nobody takes them for those of the run itself. */
  readonly slots: string;
  /** Calls are judged by the rules of `harness.yaml` as they are now. */
  readonly isPolicyOfNow: boolean;
}

export async function replayPorts(of: Replaying): Promise<ReplayPorts> {
  const { storage, run, config, entries } = of;
  const blobs = redactedBlobs(storage.blobs, of.kept);
  const prices = await readJson<Record<string, Price | null>>(blobs, run.pins.prices);
  const world = { now: run.created };
  const policy = await replayPolicy(of);
  return {
    onTime: (now) => void (world.now = now),
    onPast: async ({ type, body }) => {
      if (type === "policy-changed") await policy.turnTo(body.policy);
    },
    ports: {
      clock: { now: () => world.now, sleepUntil: async () => undefined },
      journal: noJournal,
      blobs,
      workspaces: movedWorkspaces(
        openGround(stateDir(of.projectDir), storage.blobs, of.ground),
        run.id,
        of.slots,
      ),
      sandbox: offline(of.sandbox, run.id, of.slots),
      models: recordedModels({
        entries,
        read: async (response) => readJson(blobs, response),
        prices: new Map(Object.entries(prices)),
      }),
      prompts: prompts(),
      policy: policy.policy,
      outside: await recordedTools(of, config),
      probe: async () => null,
      glob,
      sha256,
    },
  };
}

/** Nothing of a replay is written down. */
const refuse = async (): Promise<never> => {
  throw new Error("a replay writes no journal");
};
const noJournal: Journal = {
  own: refuse,
  append: refuse,
  // oxlint-disable-next-line require-yield -- there is nothing to read
  read: async function* () {
    await refuse();
  },
  runs: refuse,
  answer: async () => true,
  answers: refuse,
};

/** The policy that decided at the time, or the rules of now under its name. */
async function replayPolicy(
  of: Replaying,
): Promise<{ readonly policy: Policy; readonly turnTo: (digest: Digest) => Promise<void> }> {
  const { storage, project, run } = of;
  const assess = assessing(project.secrets ?? {});
  const opened = async (digest: Digest): Promise<Policy> => {
    const recorded = completed(await readJson<StoredPolicy>(storage.blobs, digest));
    const { askFrom, rules } = of.isPolicyOfNow
      ? policySpec(project, recorded.opens, recorded.outside)
      : recorded;
    return named(digest, await openPolicy(storage.blobs, { ...recorded, askFrom, rules }, glob, assess));
  };
  let current = await opened(run.pins.policy);
  return {
    turnTo: async (digest) => {
      if (digest !== current.digest) current = await opened(digest);
    },
    policy: {
      get digest() {
        return current.digest;
      },
      get askFrom() {
        return current.askFrom;
      },
      assess: (tool, args) => current.assess(tool, args),
      judge: (tool, assessment, at) => current.judge(tool, assessment, at),
      remember: async (rule) => current.remember(rule),
    },
  };
}

/** The policy under the name it had, whatever it would be called now, until a rule is added to it. */
function named(digest: Digest, policy: Policy): Policy {
  let isChanged = false;
  return {
    get digest() {
      return isChanged ? policy.digest : digest;
    },
    askFrom: policy.askFrom,
    assess: (tool, args) => policy.assess(tool, args),
    judge: (tool, assessment, at) => policy.judge(tool, assessment, at),
    remember: async (rule) => {
      isChanged = true;
      await policy.remember(rule);
    },
  };
}

/** Tools that act outside, as the run knew them: what they said is recorded, so they are never called. */
async function recordedTools(of: Replaying, { facts }: RunConfig): Promise<readonly OutsideTool[]> {
  const specs =
    facts === undefined
      ? await oldTools(of)
      : await readJson<readonly ToolSpec[]>(of.storage.blobs, facts.tools);
  return specs.map((spec) => ({
    spec,
    run: async () => {
      throw new Error(`a replay does not call ${spec.name}`);
    },
  }));
}

/** Runs of an older version did not write down which there were; those of MCP servers are not asked for. */
async function oldTools({ project, ...of }: Replaying): Promise<readonly ToolSpec[]> {
  const { mcp: _, ...rest } = project;
  const never = (): never => {
    throw new Error("a replay asks no policy of now");
  };
  const outside = await openOutside({ ...of, project: rest, policy: never, now: () => 0 });
  await outside.close();
  return outside.tools.map(({ spec }) => spec);
}

/** A sandbox without any network, whose slots are named after the replay. */
const offline = (sandbox: Sandbox, run: string, slots: string): Sandbox => ({
  kind: sandbox.kind,
  image: sandbox.image,
  profile: sandbox.profile,
  spares: 0,
  capabilities: async () => sandbox.capabilities(),
  open: async (name, dir) => sandbox.open(moved(name, run, slots), dir, []),
  left: async () => [],
  reap: async (prefix) => sandbox.reap(moved(prefix, run, slots)),
});

const movedWorkspaces = (workspaces: Workspaces, run: string, slots: string): Workspaces => ({
  checkout: async (name, tree) => workspaces.checkout(moved(name, run, slots), tree),
  left: async () => [],
  sweep: async (prefix) => workspaces.sweep(moved(prefix, run, slots)),
});

const moved = (name: string, run: string, slots: string): string =>
  name.startsWith(`${run}/`) ? `${slots}${name.slice(run.length)}` : name;
