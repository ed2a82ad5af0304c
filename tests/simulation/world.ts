import { createHash } from "node:crypto";
import picomatch from "picomatch";
import { canonical, encodeJson } from "../../src/core/canonical.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Clock, OutsideTool, Policy, Ports } from "../../src/core/ports.ts";
import type { Sandbox } from "../../src/core/sandbox.ts";
import type { RuleSpec } from "../../src/core/rule.ts";
import { memoryBlobs } from "../memory/blobs.ts";
import { namedPolicy } from "../memory/policy.ts";
import { memoryJournal } from "../memory/journal.ts";
import { memorySandbox, quietExit } from "../memory/sandbox.ts";
import { memoryWorkspaces } from "../memory/workspaces.ts";
import { heldUntil, simulatedModel } from "./model.ts";
import { fixed } from "./random.ts";
import type { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { startAt, VirtualTime } from "./time.ts";

/** The death of the simulated process: everything of this incarnation is lost, what is durable stays. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** What outlives a crash: the disk and the outside world. */
export interface Disk {
  readonly journal: ReturnType<typeof memoryJournal>;
  readonly blobs: ReturnType<typeof memoryBlobs>;
  /** Calls that reached the outside world, in order; twice the same is a broken promise. */
  readonly effects: string[];
  now: number;
  /** Faults already injected, by place, so that they end. */
  readonly faults: Map<string, number>;
  /** Questions a person of limited patience was asked, by kind. */
  readonly asked: Map<string, Set<string>>;
  /** What the person sitting there has done unasked: lowered the budget. */
  hasLowered: boolean;
  /** What the person wrote into `harness.yaml`. */
  readonly rules: RuleSpec[];
}

/** A place where the process may die. */
export type Place = `append/${"before" | "after"}/${string}` | `outside/${string}`;

export interface Killer {
  /** Called at every place; true: the process dies here. */
  dies(place: Place, subject: string): boolean;
}

export const sha256 = (text: string): Digest => createHash("sha256").update(text).digest("hex");

export function newDisk(): Disk {
  return {
    journal: memoryJournal(),
    blobs: memoryBlobs(),
    effects: [],
    now: startAt,
    faults: new Map(),
    asked: new Map(),
    hasLowered: false,
    rules: [],
  };
}

/** One life of the process. */
export interface Life {
  readonly ports: Ports;
  readonly isDead: () => boolean;
  readonly kill: () => void;
}

export function newLife(
  world: Scenario,
  disk: Disk,
  killer: Killer,
  dice: Random,
  tick: () => Promise<void>,
): Life {
  let dead = false;
  const check = (): void => {
    if (dead) throw new Crash("dead");
  };
  const at = (place: Place, subject = ""): void => {
    check();
    if (!killer.dies(place, subject)) return;
    dead = true;
    throw new Crash(`died at ${place} ${subject}`);
  };
  const time = new VirtualTime(disk, tick);
  const clock: Clock = {
    now: () => time.now(),
    sleepUntil: async (until, signal) => time.sleepUntil(until, signal),
  };
  const workspaces = memoryWorkspaces(disk.blobs);
  const policy = policyOf(world, disk);
  const ports: Ports = {
    clock,
    journal: mortalJournal(disk, at, check),
    blobs: mortal(disk.blobs, check),
    workspaces: mortal(workspaces, check),
    sandbox: sandboxOf(world, disk, clock, workspaces, at, dice),
    models: {
      model: async (name) => {
        check();
        return simulatedModel(world, disk, clock, name, at);
      },
      heldUntil: async () => heldUntil(world, disk),
    },
    prompts: {
      check: () => undefined,
      render: (source, variables) => ({
        system: source,
        messages: [{ role: "user", parts: [{ type: "text", text: JSON.stringify(variables) }] }],
      }),
    },
    policy,
    outside: [publish(disk, at)],
    probe: async () => null,
    glob: (patterns) => picomatch([...patterns], { dot: true }),
    sha256,
  };
  const kill = (): void => {
    dead = true;
    time.end();
  };
  return { ports, isDead: () => dead, kill };
}

type At = (place: Place, subject?: string) => void;

/** Every method refuses to act for a dead process. */
function mortal<T extends object>(port: T, check: () => void): T {
  return new Proxy(port, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        check();
        return Reflect.apply(value as (...all: unknown[]) => unknown, target, args);
      };
    },
  });
}

/** Dies before or after the commit of a batch, named by each event type in it. Locks die with the process. */
function mortalJournal(disk: Disk, at: At, check: () => void): Ports["journal"] {
  const journal = mortal(disk.journal, check);
  return new Proxy(journal, {
    get: (target, key) => {
      if (key === "own") return async (run: string) => ({ owned: { run, release: async () => undefined } });
      if (key !== "append") return Reflect.get(target, key) as unknown;
      return async (...args: Parameters<Ports["journal"]["append"]>): Promise<void> => {
        const types = new Set(args[2].map((entry) => entry.type));
        for (const type of types) at(`append/before/${type}`);
        await target.append(...args);
        for (const type of types) at(`append/after/${type}`);
      };
    },
  });
}

/** As the file says: its own rules, and those a person had remembered. */
function policyOf(world: Scenario, disk: Disk): Policy {
  const own: readonly RuleSpec[] = world.asksFor.has("publish") ? [] : [{ tool: "publish", then: "allow" }];
  return namedPolicy(sha256(canonical(disk.rules.length === 0 ? "policy" : disk.rules)), {
    askFrom: "external",
    outsideTools: ["publish"],
    rules: [...own, ...disk.rules],
    store: async ({ rules }) => {
      const [digest] = await disk.blobs.put([encodeJson(rules.slice(own.length))]);
      return digest as Digest;
    },
  });
}

/** Acts outside, dies before or after. A part of the calls gets no answer. */
const publish = (disk: Disk, at: At): OutsideTool => ({
  spec: {
    name: "publish",
    description: "publishes",
    parameters: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  },
  run: async (call) => {
    at("outside/effect-before", call);
    disk.effects.push(call);
    at("outside/effect-after", call);
    if (fixed(call, "no answer") < 0.1) return { outcome: "unknown", text: "" };
    return { outcome: "done", text: "published" };
  },
});

/** The memory sandbox, dying before and after each command, breaking down and denying hosts now and then. */
function sandboxOf(
  world: Scenario,
  disk: Disk,
  clock: Clock,
  workspaces: ReturnType<typeof memoryWorkspaces>,
  at: At,
  dice: Random,
): Sandbox {
  const around: Around = (name, command, run) => {
    at("outside/exec-before", name);
    if (breaksDown(world, disk, command))
      return { ...quietExit, outcome: "broken", exit: null, why: "made up" };
    const result = run();
    at("outside/exec-after", name);
    return dice.chance(0.05) ? { ...result, denied: [{ host: "example.org", port: 443, count: 1 }] } : result;
  };
  return memorySandbox(workspaces, around, { clock, takes: (command) => takes(world, command) });
}

type Around = NonNullable<Parameters<typeof memorySandbox>[1]>;

/** A worker's look for `turnN` sometimes never ends: nothing depends on it. Others end in time. */
function takes(world: Scenario, command: string): number {
  if (world.pace === 0) return 0;
  const share = fixed(world.seed, "takes", command);
  if (command.includes("exists turn") && share < 0.2) return Infinity;
  return Math.floor(share * world.pace);
}

/**
 * Not while a worker writes: a dead sandbox is an ordinary tool error, this worker would not mend it, and how often a
 * command ran so far differs with every crash. There the two runs compared would rightly end differently.
 */
function breaksDown(world: Scenario, disk: Disk, command: string): boolean {
  if (world.sandboxFaults === 0 || /^(put|add) /.test(command)) return false;
  const count = disk.faults.get(command) ?? 0;
  disk.faults.set(command, count + 1);
  return count < 2 && fixed(world.seed, "sandbox", command, count) < world.sandboxFaults;
}
