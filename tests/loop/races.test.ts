import { describe, expect, test } from "vitest";
import { audit } from "../../src/core/audit.ts";
import { encodeJson } from "../../src/core/canonical.ts";
import type { Body, By, EventType } from "../../src/core/event.ts";
import type { Part } from "../../src/core/model.ts";
import type { Answer, AnswerValue, OutsideTool, Ports } from "../../src/core/ports.ts";
import type { RuleSpec } from "../../src/core/rule.ts";
import { drive } from "../../src/loop/drive.ts";
import type { Stand } from "../../src/loop/drive.ts";
import { policyOf, takeRun } from "../../src/loop/own.ts";
import { grantMs } from "../../src/loop/card.ts";
import { openPolicy } from "../../src/cli/policy.ts";
import type { MemoryJournal } from "../memory/journal.ts";
import { memoryJournal } from "../memory/journal.ts";
import { partOf } from "../memory/policy.ts";
import type { MemoryWorkspaces } from "../memory/workspaces.ts";
import { random } from "../simulation/random.ts";
import type { Random } from "../simulation/random.ts";
import { call, ground, plan, simpleTask, submit } from "./ground.ts";
import type { Ground, GroundOptions } from "./ground.ts";

/** Answers that meet each other, their expiry, and a world that changed meanwhile: one outcome each, and never one too many. */
const times = 200;
const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

const grant = { type: "approval", answer: "grant", edited: null, note: null } as const;
const refuse = { ...grant, answer: "refuse" } as const;
const person = (user: string): By => ({ type: "person", user, tty: null });

/** What reached the world outside, by its key. */
type Published = string[];

const publisher = (published: Published): OutsideTool => ({
  spec: { name: "publish", description: "publishes", parameters: { type: "object" } },
  run: async (_call, _args, key) => {
    published.push(key);
    return { outcome: "done", text: "published" };
  },
});

const tasks = ["a", "b", "c"] as const;

/** Three workers side by side, each of which makes its calls, a turn each, and then writes what it is judged by. */
const working =
  (calls: readonly Part[], names: readonly string[] = tasks): GroundOptions["says"] =>
  (thread, turn) => {
    if (thread.startsWith("plan/")) return [plan(...names.map((name) => simpleTask(name)))];
    const [, task = ""] = thread.split("/");
    return [calls[turn - 1] ?? [call("bash", { command: `put ${task}.txt ok` }, "put"), submit()]].flat();
  };

/** One worker that publishes once. */
const once = working([call("publish", {}, "p1")], ["a"]);

interface Raced extends Ground {
  readonly published: Published;
  /** The time, which goes on whenever somebody looks at it. */
  readonly time: { now: number; readonly atLook: (() => void)[]; atRest: () => Promise<void> };
}

/** The ground of the loop's tests, with a clock of its own that others act at. */
async function raced(dice: Random, options: Partial<GroundOptions> = {}, nap = 400): Promise<Raced> {
  const published: Published = [];
  const made = await ground({
    says: working([call("publish", {}, "p1")]),
    outside: [publisher(published)],
    ...options,
  });
  const time: Raced["time"] = { now: 10_000, atLook: [], atRest: async () => undefined };
  Object.assign(made.ports.clock, {
    now: () => {
      time.now += dice.below(3);
      for (const act of time.atLook) act();
      return time.now;
    },
    sleepUntil: async (until: number) => {
      await immediately();
      await time.atRest();
      time.now = Math.max(time.now, Math.min(until, time.now + 1 + dice.below(nap)));
    },
  });
  return { ...made, published, time };
}

const bodies = async <T extends EventType>(made: Ground, type: T): Promise<readonly Body<T>[]> =>
  (await made.entries()).flatMap((entry) => (entry.type === type ? [entry.body as Body<T>] : []));

/** As a process of that person's does it. @returns whether it was the first answer */
const answer = async (
  made: Raced,
  subject: string,
  value: AnswerValue,
  user = "anna",
  at = made.time.now,
): Promise<boolean> => made.ports.journal.answer({ run: "test", subject, at, by: person(user), value });

/** What is asked and has no answer. */
async function open(made: Ground): Promise<readonly string[]> {
  const decided = new Set((await bodies(made, "approval-decided")).map(({ approval }) => approval));
  const answered = new Set((await answers(made)).map(({ subject }) => subject));
  return (await bodies(made, "approval-requested"))
    .map(({ approval }) => approval)
    .filter((approval) => !decided.has(approval) && !answered.has(approval));
}

const answers = async (made: Ground): Promise<readonly Answer[]> => made.ports.journal.answers("test");

/** Takes the run over and stays while somebody could answer: `acts` is asked what they do whenever the run has to wait. */
async function attended(made: Raced, acts: () => Promise<boolean>): Promise<Stand> {
  const { ports } = made;
  const owned = await takeRun(ports, "test", { host: "test", pid: 1, boot: "1", harness: "0.0.0" });
  if ("owner" in owned) throw new Error("the test's run is owned");
  let isAttended = true;
  let acted = Promise.resolve(true);
  made.time.atRest = async () => {
    acted = acted.then(acts);
    isAttended = await acted;
  };
  const never = new AbortController().signal;
  try {
    await policyOf(ports, owned, person("anna"));
    return await drive(ports, owned.run, {
      drain: never,
      halt: never,
      observe: () => undefined,
      isAttended: () => isAttended,
    });
  } finally {
    made.time.atRest = async () => undefined;
    await owned.ownership.release();
  }
}

/** Each request has one decision, the one the first answer says; what ran was granted, and nothing else ran. */
async function expectOneOutcome(made: Raced, but: readonly string[] = []): Promise<void> {
  const decided = await bodies(made, "approval-decided");
  const names = decided.filter(({ answer: said }) => said !== "void").map(({ approval }) => approval);
  expect(names).toEqual([...new Set(names)]);
  const granted = decided
    .filter(({ answer: said }) => said.startsWith("grant"))
    .map(({ approval }) => approval);
  const voided = decided.filter(({ answer: said }) => said === "void").map(({ approval }) => approval);
  const started = await bodies(made, "call-started");
  const used = started.flatMap(({ approval }) => approval ?? []);
  expect(used).toEqual([...new Set(used)]);
  expect(used.toSorted()).toEqual(granted.filter((one) => !voided.includes(one)).toSorted());
  const outside = started.filter(({ reach }) => reach === "outside").map(({ key }) => String(key));
  expect(made.published.toSorted()).toEqual(outside.toSorted());
  expect(new Set(made.published).size).toBe(made.published.length);
  await expectSound(made, but);
}

/** `but`: promises that the test itself does not keep. */
async function expectSound(made: Ground, but: readonly string[]): Promise<void> {
  const { journal, blobs, sha256 } = made.ports;
  const found = await audit(await made.entries(), {
    answers: await journal.answers("test"),
    missing: async (digests) => blobs.missing(digests),
    sha256,
    now: Number.MAX_SAFE_INTEGER,
  });
  expect(found.filter(({ promise }) => !but.includes(promise))).toEqual([]);
}

test(`${times} double answers: one is taken, whoever gave the other is told`, async () => {
  for (const seed of seeds(times / 3 + 1)) {
    const dice = random(seed);
    const made = await raced(dice);
    expect((await made.go()).stand).toBe("waiting");
    const second = { ...made, ports: { ...made.ports, journal: sameDisk(made) } };
    const first = new Map<string, boolean>();
    const stand = await attended(made, async () => {
      for (const subject of await open(made)) {
        if (!dice.chance(0.7)) continue;
        const isYes = dice.chance(0.5);
        const both = dice.chance(0.5) ? [made, second] : [second, made];
        const taken = await Promise.all(
          both.map(async (at, index) =>
            answer(at, subject, (index === 0) === isYes ? grant : refuse, `${index}`),
          ),
        );
        expect(taken).toEqual([true, false]);
        first.set(subject, isYes);
      }
      return true;
    });
    expect([seed, stand]).toEqual([seed, "ended"]);
    const decided = await bodies(made, "approval-decided");
    expect(new Map(decided.map((one) => [one.approval, one.answer === "grant"]))).toEqual(first);
    await expectOneOutcome(made);
  }
});

/** The journal of another process. */
const sameDisk = (made: Ground): MemoryJournal =>
  memoryJournal({ disk: (made.ports.journal as MemoryJournal).disk });

test(`${times} answers while the request expires: one outcome, and nothing runs after it`, async () => {
  const outcomes = new Set<string>();
  for (const seed of seeds(times)) {
    const dice = random(seed);
    const made = await raced(dice, { expireMs: 10 + dice.below(20), says: once, isAttended: true }, 4);
    const yes = dice.chance(0.7);
    // Who looked a moment ago answers now.
    let seen: readonly string[] = [];
    made.time.atLook.push(() => {
      if (dice.chance(0.1)) void say(made, seen, yes ? grant : refuse);
      void open(made).then((all) => (seen = all));
    });
    const { stand } = await made.go();
    expect([seed, stand]).toEqual([seed, "ended"]);
    for (const { answer: said } of await bodies(made, "approval-decided")) outcomes.add(said);
    await expectOneOutcome(made);
  }
  expect([...outcomes].toSorted()).toEqual(["expire", "grant", "refuse"]);
});

async function say(made: Raced, subjects: readonly string[], value: AnswerValue): Promise<void> {
  for (const subject of subjects) await answer(made, subject, value);
}

test("an answer at the very moment of the expiry is too late", async () => {
  const made = await raced(random(1), { expireMs: 50_000, isAttended: true });
  let asked = false;
  made.time.atLook.push(() => {
    if (asked) return;
    void bodies(made, "approval-requested").then(async (all) => {
      for (const { approval, expires } of all) await answer(made, approval, grant, "anna", expires ?? 0);
      asked = all.length === 3;
    });
  });
  expect((await made.go()).stand).toBe("ended");
  expect(made.published).toEqual([]);
  await expectOneOutcome(made);
});

describe("a grant", () => {
  test("that runs out at any moment while it is used: used in time, or void and asked again", async () => {
    const outcomes = new Set<string>();
    for (const look of seeds(40)) {
      const made = await raced({ ...random(1), below: () => 0 }, { says: once });
      await made.go();
      await say(made, await open(made), grant);
      made.time.now += grantMs - 500;
      let looks = 0;
      made.time.atLook.push(() => {
        looks += 1;
        if (looks === look) made.time.now += 1000;
      });
      await made.go();
      for (const { answer: said } of await bodies(made, "approval-decided")) outcomes.add(said);
      await attended(made, async () => (await say(made, await open(made), grant), true));
      expect([look, made.published.length]).toEqual([look, 1]);
      await expectOneOutcome(made);
    }
    expect([...outcomes].toSorted()).toEqual(["grant", "void"]);
  });

  test.each(["image", "policy"] as const)(
    "is void when the %s changed meanwhile, and asked about anew",
    async (what) => {
      const made = await raced(random(3));
      await made.go();
      await say(made, await open(made), grant);
      if (what === "image") Object.assign(made.ports.sandbox, { image: "memory@2" });
      else await newPolicy(made, [{ tool: "other", then: "deny" }]);
      expect(await attended(made, async () => false)).toBe("waiting");
      expect(made.published).toEqual([]);
      expect((await bodies(made, "approval-decided")).map(({ answer: said }) => said)).toEqual([
        ...tasks.map(() => "grant"),
        ...tasks.map(() => "void"),
      ]);
      await say(made, await open(made), grant);
      expect(await attended(made, async () => true)).toBe("ended");
      expect(made.published.length).toBe(3);
      // Whoever resumes a run sees to it that its image is the pinned one.
      await expectOneOutcome(made, what === "image" ? ["P12"] : []);
    },
  );

  test.each(["publish", "bash"])(
    "of %s never runs in a workspace that was changed while it waited",
    async (tool) => {
      for (const seed of seeds(10)) expect(await swapped(tool, random(seed))).toEqual([]);
    },
  );
});

/**
 * Two calls that are asked about: the first lets the run live on, during the second the workspace changes.
 * @returns what ran in a changed one
 */
async function swapped(tool: string, dice: Random): Promise<readonly string[]> {
  const wanted = tool === "bash" ? { command: "fetch" } : {};
  const ran: string[] = [];
  const made = await raced(dice, {
    says: working([call("publish", {}, "p1"), call(tool, wanted, "p2")], ["a"]),
    policy: { assess: byCommand, rules: [{ bash: "fetch", then: "ask" }] },
    exec: (name, command, run) => {
      if (command === "fetch") ran.push([...files(made, name).keys()].join(" "));
      return run();
    },
  });
  await made.go();
  const swaps = 1 + dice.below(3);
  let done = 0;
  const stand = await attended(made, async () => {
    const [subject] = await open(made);
    if (subject === undefined) return true;
    if (subject.startsWith("task/a/1/2/") && done < swaps) {
      files(made, "test/task/a/1").set(`evil${(done += 1)}`, {
        type: "file",
        mode: 0o644,
        bytes: encodeJson("evil"),
      });
    }
    await answer(made, subject, grant);
    return true;
  });
  expect(stand).toBe("ended");
  expect((await bodies(made, "approval-decided")).filter((one) => one.answer === "void").length).toBe(swaps);
  expect(made.published.length + ran.length).toBe(2);
  await expectOneOutcome(made);
  return ran.filter((names) => names.includes("evil"));
}

const byCommand = (tool: string, args: unknown) => {
  const { command = "" } = args as { readonly command?: string };
  const risk = tool === "publish" || command === "post" ? "external" : "write";
  const hosts = command === "post" ? ["api.example:443"] : [];
  return { parts: [partOf({ risk, hosts, text: command, words: [command] })] };
};

const files = (made: Ground, name: string) => (made.ports.workspaces as MemoryWorkspaces).files(name);

/** As a person writes it in `harness.yaml` between two lives. */
async function newPolicy(made: Ground, rules: readonly RuleSpec[]): Promise<void> {
  const { ports } = made;
  const before = ports.policy;
  const spec = { askFrom: "network", rules, opens: true, outside: { publish: before.digest } } as const;
  const policy: Ports["policy"] = await openPolicy(ports.blobs, spec, ports.glob, (tool, args) =>
    before.assess(tool, args),
  );
  Object.assign(ports, { policy });
}

describe("rules that are written with answers", () => {
  test("while others start and ask: no process dies of it, and each call runs once", async () => {
    for (const seed of seeds(12)) {
      const dice = random(seed);
      const calls = seeds(3).flatMap((turn) => [
        call("publish", { turn }, `p${turn}`),
        call("bash", { command: `put n${turn}.txt ok` }, `b${turn}`),
      ]);
      const made = await raced(dice, { says: working(calls), limits: { turns: 20 } });
      Object.assign(made.ports, { blobs: slowly(made.ports.blobs, dice) });
      // What a rule has to look effects up by is put when a call starts: that takes time too.
      await newPolicy(made, [
        {
          tool: "publish",
          then: "ask",
          probe: { url: "https://x.example/{key}", happened: [200], not: [404] },
        },
      ]);
      await made.go().catch(() => undefined);
      const rule = await ruleBlob(made, { tool: "other*", then: "deny" });
      const another = await ruleBlob(made, { tool: "another*", then: "deny" });
      const stand = await attended(made, async () => {
        for (const subject of await open(made)) {
          if (dice.chance(0.5))
            await answer(made, subject, pick(dice, [grant, { ...grant, rule }, { ...grant, rule: another }]));
        }
        await retried(made);
        return true;
      });
      expect([seed, stand]).toEqual([seed, "ended"]);
      expect(made.published.length).toBe(9);
      await expectOneOutcome(made);
    }
  });
});

const pick = <T>(dice: Random, list: readonly T[]): T => list[dice.below(list.length)] as T;

const ruleBlob = async (made: Ground, rule: RuleSpec): Promise<string> =>
  (await made.ports.blobs.put([encodeJson(rule)]))[0] ?? "";

/** Whoever is asked why they are asked so often lets it go on. */
async function retried(made: Raced): Promise<void> {
  for (const { escalation } of await bodies(made, "escalation-raised"))
    await answer(made, escalation, { type: "escalation", choice: "retry", note: null, budget: null });
}

const immediately = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A disk takes its time, now more, now less. */
const slowly = (blobs: Ports["blobs"], dice: Random): Ports["blobs"] => ({
  put: async (items) => {
    for (let left = dice.below(4); left > 0; left -= 1) await immediately();
    return blobs.put(items);
  },
  putStream: async (chunks) => blobs.putStream(chunks),
  get: async (digest) => blobs.get(digest),
  getStream: (digest) => blobs.getStream(digest),
  missing: async (digests) => blobs.missing(digests),
});

describe("a call that was cut off before", () => {
  test("is not edited into one that acts outside, and the run goes on", async () => {
    const published: Published = [];
    let isCut = false;
    const made = await raced(random(5), {
      says: working([call("bash", { command: "fetch" }, "p1")], ["a"]),
      policy: { assess: byCommand, rules: [{ bash: "fetch", then: "ask" }] },
      exec: (_name, command, run) => {
        if (command !== "fetch" || isCut) return run();
        isCut = true;
        throw new Error("the process dies here");
      },
    });
    expect(published).toEqual([]);
    await made.go();
    await say(made, await open(made), grant);
    await expect(made.go()).rejects.toThrow("dies here");
    expect((await made.go()).stand).toBe("waiting");
    const [edited = ""] = await made.ports.blobs.put([encodeJson({ command: "post" })]);
    await say(made, await open(made), { ...grant, answer: "grant-edited", edited });
    expect((await made.go()).stand).toMatch(/waiting|ended/);
  });
});
