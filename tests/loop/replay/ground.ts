import { recordedModels } from "../../../src/edges/models/recorded.ts";
import { canonical, decodeJson, encodeJson } from "../../../src/core/canonical.ts";
import type { Entry } from "../../../src/core/event.ts";
import type { Digest } from "../../../src/core/id.ts";
import type { Price } from "../../../src/core/model.ts";
import type { Policy, Ports } from "../../../src/core/ports.ts";
import type { RuleSpec } from "../../../src/core/rule.ts";
import { replay } from "../../../src/loop/replay.ts";
import type { Replayed, ReplayOptions } from "../../../src/loop/replay.ts";
import { namedPolicy } from "../../memory/policy.ts";
import { memorySandbox } from "../../memory/sandbox.ts";
import { memoryWorkspaces } from "../../memory/workspaces.ts";
import { random } from "../../simulation/random.ts";
import { runId } from "../../simulation/simulate.ts";
import type { Simulated } from "../../simulation/simulate.ts";
import { newLife, sha256 } from "../../simulation/world.ts";

/** Replays what was simulated, in a world without faults. */
export async function replaySimulated(
  { world, disk }: Simulated,
  entries: readonly Entry[],
  options: Partial<ReplayOptions> = {},
  change: (ports: Ports) => Ports = (ports) => ports,
): Promise<Replayed> {
  const { ports } = newLife(world, disk, { dies: () => false }, random(0), async () => undefined);
  const workspaces = memoryWorkspaces(disk.blobs);
  const time = { now: 0 };
  const { policy, turnTo } = policyThen(world, disk.blobs);
  const replaying: Ports = {
    ...ports,
    clock: { now: () => time.now, sleepUntil: async () => undefined },
    workspaces,
    sandbox: memorySandbox(workspaces),
    models: await modelsOf(entries, disk.blobs),
    blobs: disk.blobs,
    policy,
  };
  const recorded = { entries, answers: await disk.journal.answers(runId) };
  return replay(change(replaying), recorded, {
    onTime: (now) => void (time.now = now),
    onPast: async ({ type, body }) => {
      if (type === "policy-changed") await turnTo(body.policy);
    },
    signal: new AbortController().signal,
    ...options,
  });
}

/** What decided at the time: rules that people had remembered came one by one. */
function policyThen(
  world: Simulated["world"],
  blobs: Ports["blobs"],
): { readonly policy: Policy; readonly turnTo: (digest: Digest) => Promise<void> } {
  const own: readonly RuleSpec[] = world.asksFor.has("publish") ? [] : [{ tool: "publish", then: "allow" }];
  const opened = (digest: Digest, rules: readonly RuleSpec[]): Policy =>
    namedPolicy(digest, {
      askFrom: "external",
      outsideTools: ["publish"],
      rules: [...own, ...rules],
      store: async (spec) => (await blobs.put([encodeJson(spec.rules.slice(own.length))]))[0] as Digest,
    });
  const first = sha256(canonical("policy"));
  let current = opened(first, []);
  return {
    turnTo: async (digest) => {
      if (digest === current.digest) return;
      current = opened(
        digest,
        digest === first ? [] : (decodeJson(await blobs.get(digest)) as readonly RuleSpec[]),
      );
    },
    policy: {
      get digest() {
        return current.digest;
      },
      askFrom: current.askFrom,
      assess: (tool, args) => current.assess(tool, args),
      judge: (tool, assessment, at) => current.judge(tool, assessment, at),
      remember: async (rule) => current.remember(rule),
    },
  };
}

async function modelsOf(entries: readonly Entry[], blobs: Ports["blobs"]): Promise<Ports["models"]> {
  const [created] = entries;
  if (created?.type !== "run-created") throw new Error("no run");
  const prices = decodeJson(await blobs.get(created.body.pins.prices)) as Record<string, Price | null>;
  return recordedModels({
    entries,
    read: async (response) => decodeJson(await blobs.get(response)),
    prices: new Map(Object.entries(prices)),
  });
}
