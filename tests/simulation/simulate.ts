import { fold } from "../../src/core/apply.ts";
import { decide } from "../../src/core/decide.ts";
import { seal } from "../../src/core/chain.ts";
import type { Body, Entry, RunEvent } from "../../src/core/event.ts";
import type { Digest } from "../../src/core/id.ts";
import { encodeJson } from "../../src/core/canonical.ts";
import type { RunConfig } from "../../src/core/goal.ts";
import type { Ports } from "../../src/core/ports.ts";
import { encodeTree } from "../../src/core/tree.ts";
import { drive } from "../../src/loop/drive.ts";
import type { Stand } from "../../src/loop/drive.ts";
import { createRun, policyOf, takeRun } from "../../src/loop/own.ts";
import { memoryCapabilities } from "../memory/sandbox.ts";
import { fallbackModel, ownModel, planOf, simulatedPrice } from "./model.ts";
import { answerAll, entriesOf, volunteer } from "./person.ts";
import type { Unasked } from "./person.ts";
import { random } from "./random.ts";
import type { Random } from "./random.ts";
import { scenario } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { Crash, newDisk, newLife, sha256 } from "./world.ts";
import type { Disk, Killer, Life, Place } from "./world.ts";

export interface Simulated {
  readonly world: Scenario;
  readonly disk: Disk;
  readonly entries: readonly Entry[];
  /** Places where the process died, in order. */
  readonly deaths: readonly Place[];
}

/** The machine a run is simulated on. */
export interface Machine {
  /** The ports of one life. `again` lives another life on the same disk, at the same time. */
  readonly ports: (ports: Ports, disk: Disk, again: () => Promise<unknown>) => Ports;
  /** When nobody lives: after each life, and how it ended. */
  readonly rest: (disk: Disk, how: Stand | "died") => Promise<void>;
}

const soundMachine: Machine = { ports: (ports) => ports, rest: async () => undefined };

export const runId = "sim0";

/** Runs one seed to its end, with or without crashes. */
export async function simulate(
  seed: number,
  withCrashes: boolean,
  world: Scenario = scenario(seed),
): Promise<Simulated> {
  const { stop, ...simulated } = await simulateOn(soundMachine, seed, withCrashes, world);
  if (stop !== null) throw stop.error;
  return simulated;
}

/** As `simulate`, on that machine. `stop`: what ended it early, other than its made-up deaths. */
export async function simulateOn(
  machine: Machine,
  seed: number,
  withCrashes: boolean,
  world: Scenario = scenario(seed),
): Promise<Simulated & { readonly stop: { readonly error: unknown } | null }> {
  const disk = newDisk();
  const dice = random(seed);
  const deaths: Place[] = [];
  const killer = withCrashes ? randomKiller(world, dice, deaths) : poisonOnly(world, deaths);
  const tick = passer(world, disk, dice, withCrashes);
  const born = (): Life => {
    const life = newLife(world, disk, killer, dice, tick);
    const again = async (): Promise<unknown> => live(world, disk, born(), dice, withCrashes);
    return { ...life, ports: machine.ports(life.ports, disk, again) };
  };
  let stop: { readonly error: unknown } | null = null;
  try {
    for (let stand: Stand | "died" = "died", lives = 0; stand !== "ended"; lives += 1) {
      if (lives > 400) throw new Error(`seed ${seed}: still not ended after ${lives} lives`);
      stand = await live(world, disk, born(), dice, withCrashes);
      await machine.rest(disk, stand);
      if (stand === "waiting") await answerStanding(world, disk, seed);
      if (world.isBusy && withCrashes && dice.chance(0.2)) disk.now += dice.below(4 * 3_600_000);
    }
    await dropSomething(disk, killer, withCrashes);
  } catch (error) {
    // Whatever a broken build or machine comes to: the journal it leaves is what is looked at.
    stop = { error };
    await machine.rest(disk, "died");
  }
  return { world, disk, entries: await entriesOf(disk, runId), deaths, stop };
}

/** One life: create or take over, then drive until it stands or dies. */
async function live(
  world: Scenario,
  disk: Disk,
  life: Life,
  dice: Random,
  mayStop: boolean,
): Promise<Stand | "died"> {
  const drain = new AbortController();
  try {
    const exists = (await disk.journal.runs()).length > 0;
    const owned = exists
      ? await takeRun(life.ports, runId, owner)
      : await createRun(
          life.ports,
          runId,
          await created(world, disk),
          owner,
          undefined,
          await inherited(world, disk),
        );
    if ("owner" in owned) throw new Error("owned twice");
    // As the real one stores what decides whenever it is opened: nothing else may name it yet.
    await disk.blobs.put([encodeJson(disk.rules)]);
    await policyOf(life.ports, owned, { type: "person", user: "sim", tty: null });
    const stops = mayStop && dice.chance(0.15) ? 1 + dice.below(40) : Infinity;
    let seen = 0;
    const observe = (): void => {
      seen += 1;
      if (seen >= stops) drain.abort();
    };
    return await drive(life.ports, owned.run, {
      drain: drain.signal,
      halt: new AbortController().signal,
      observe,
      isAttended: (run) => world.isAttended && run.phase === "reviewing",
    });
  } catch (error) {
    if (error instanceof Crash || life.isDead()) return "died";
    throw error;
  } finally {
    life.kill();
  }
}

const owner: Body<"run-owned"> = { host: "sim", pid: 1, boot: "1", harness: "0.0.0" };

async function created(world: Scenario, disk: Disk): Promise<Body<"run-created">> {
  const put = async (value: unknown): Promise<Digest> =>
    (await disk.blobs.put([encodeJson(value)]))[0] as Digest;
  const [content] = await disk.blobs.put([new TextEncoder().encode("base")]);
  const node = encodeTree({
    v: 1,
    entries: [{ name: "base.txt", type: "file", mode: 0o644, size: 4, content: content as Digest }],
  });
  const [base] = await disk.blobs.put([node]);
  const config: RunConfig = {
    title: "simulated",
    text: "simulated",
    checks: world.goalHasChecks
      ? [
          ...world.tasks
            .filter((task) => task.rejections !== Infinity)
            .map((task) => ({ id: task.id, type: "command" as const, run: `has ${task.id}.txt ok` })),
          { id: "base", type: "command", run: "exists base.txt", guard: true },
        ]
      : [],
    protect: ["base.txt"],
    scratch: [],
    environment: null,
    askFrom: "external",
    workspace: "/",
    git: null,
    leftOut: [],
  };
  const text = await put("prompt");
  return {
    kind: "goal",
    goal: await put("goal"),
    config: await put(config),
    base: base as Digest,
    pins: {
      harness: "0.0.0",
      prompts: { planner: text, worker: text, evaluator: text },
      rubrics: {},
      models: {
        planner: ownModel,
        worker: ownModel,
        evaluator: ownModel,
        fallback: world.hasFallback ? fallbackModel : null,
      },
      policy: await put("policy"),
      image: "memory@1",
      profile: "none",
      capabilities: await put(memoryCapabilities),
      prices: await put({ [ownModel]: simulatedPrice, [fallbackModel]: simulatedPrice }),
    },
    limits: world.limits,
    budget: world.budget,
    seed: world.seed,
    parent: null,
    plan: world.hasOwnPlan ? await put(planOf(world, new Set())) : null,
  };
}

/** Every fourth run goes on from another one, which had accepted a task. */
async function inherited(world: Scenario, disk: Disk): Promise<readonly Body<"task-inherited">[]> {
  if (world.seed % 4 !== 0) return [];
  const put = async (value: unknown): Promise<Digest> =>
    (await disk.blobs.put([encodeJson(value)]))[0] as Digest;
  const [content] = await disk.blobs.put([new TextEncoder().encode("base")]);
  const file = { type: "file", mode: 0o644, size: 4, content: content as Digest } as const;
  const [head] = await disk.blobs.put([
    encodeTree({
      v: 1,
      entries: [
        { name: "base.txt", ...file },
        { name: "kept.txt", ...file },
      ],
    }),
  ]);
  const spec = { id: "kept", title: "kept", instructions: "keep", needs: [], criteria: [], tools: null };
  const handoff = {
    task: "kept",
    title: "kept",
    summary: "kept",
    artifacts: ["kept.txt"],
    decisions: [],
    open_questions: [],
    confidence: null,
  };
  return [
    {
      task: "kept",
      spec: await put({ ...spec, attempts: null, turns: null }),
      needs: [],
      head: head as Digest,
      handoff: await put(handoff),
      by: "verdict",
      from: { run: "sim9", seq: 40 },
    },
  ];
}

/** Dies at random places, at most twice without six places survived in between, so that nothing is quarantined by chance. */
function randomKiller(world: Scenario, dice: Random, deaths: Place[]): Killer {
  let inRow = 0;
  let survived = 0;
  const rate = [0.01, 0.03, 0.06][world.seed % 3] ?? 0.03;
  return {
    dies: (place, subject) => {
      if (isPoisoned(world, place, subject)) {
        deaths.push(place);
        return true;
      }
      survived += 1;
      if (survived > 8) inRow = 0;
      if (inRow >= 2 || deaths.length > 60 || !dice.chance(rate * boost(place))) return false;
      inRow += 1;
      survived = 0;
      deaths.push(place);
      return true;
    },
  };
}

/** Rare events are died at more often. */
const rare = new Set([
  "blobs-dropped",
  "run-ended",
  "run-created",
  "run-stopped",
  "task-dropped",
  "plan-rejected",
  "effect-settled",
  "effect-doubted",
  "budget-changed",
  "model-held",
  "note-added",
  "context-compacted",
  "egress-denied",
  "escalation-raised",
  "escalation-answered",
  "crash-charged",
  "plan-adopted",
  "plan-proposed",
  "planning-started",
]);
const boost = (place: Place): number => (rare.has(place.split("/")[2] ?? "") ? 6 : 1);

const poisonOnly = (world: Scenario, deaths: Place[]): Killer => ({
  dies: (place, subject) => {
    if (!isPoisoned(world, place, subject)) return false;
    deaths.push(place);
    return true;
  },
});

const isPoisoned = (world: Scenario, place: Place, subject: string): boolean =>
  world.poisoned !== null && place === "outside/model-before" && subject === world.poisoned;

/**
 * While the process sleeps or works, people answer and say things unasked: oftener when something has happened. One who
 * sits at the terminal answers in any case.
 */
function passer(world: Scenario, disk: Disk, dice: Random, isLively: boolean): () => Promise<void> {
  let seen = 0;
  return async () => {
    const length = disk.journal.disk.chains.get(runId)?.length ?? 0;
    const isNew = length > seen;
    seen = length;
    if (!isLively && !world.isAttended) return;
    if (!dice.chance(isNew ? 0.3 : 0.02)) return;
    const run = fold(await entriesOf(disk, runId));
    if (run.phase === "ended") return;
    if (world.isAttended || dice.chance(0.7)) await answerAll(world, disk, run);
    if (!isLively) return;
    const said = unaskedFor(world, disk, dice);
    if (said !== null) await volunteer(disk, run, said, dice.next());
  };
}

function unaskedFor(world: Scenario, disk: Disk, dice: Random): Unasked | null {
  if (world.isLowered && !disk.hasLowered && dice.chance(0.2)) {
    disk.hasLowered = true;
    return "lower";
  }
  if (dice.chance(0.7)) return null;
  if (world.isBusy && dice.chance(0.3)) return "stop";
  return dice.chance(0.5) || !world.isComparable ? "note" : "budget";
}

async function answerStanding(world: Scenario, disk: Disk, seed: number): Promise<void> {
  const run = fold(await entriesOf(disk, runId));
  const given = await answerAll(world, disk, run);
  const lies = decide(run, disk.now, await disk.journal.answers(runId)).some(
    (action) => action.do === "import",
  );
  if (given === 0 && !lies) throw new Error(`seed ${seed}: the run stands, but nothing waits for a person`);
}

/** What the coming `gc` will do: drops a blob nobody needs and says so, after the end. Dies there as anywhere. */
async function dropSomething(disk: Disk, killer: Killer, withCrashes: boolean): Promise<void> {
  for (;;) {
    const entries = await entriesOf(disk, runId);
    const last = entries.at(-1);
    const because = entries.find((entry) => entry.type === "call-judged");
    if (last === undefined || because?.type !== "call-judged" || !withCrashes) return;
    if (last.type === "blobs-dropped") return;
    if (killer.dies("append/before/blobs-dropped", "")) continue;
    const digests = [because.body.because];
    const event: RunEvent = { type: "blobs-dropped", body: { digests, why: "gc", by: { type: "harness" } } };
    const after = { seq: last.seq, hash: last.hash, epoch: last.epoch };
    await disk.journal.append(runId, after, seal(runId, after, last.epoch, last.at, [event], sha256));
    killer.dies("append/after/blobs-dropped", "");
  }
}
