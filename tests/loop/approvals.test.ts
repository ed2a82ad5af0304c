import { describe, expect, test } from "vitest";
import { encodeJson } from "../../src/core/canonical.ts";
import type { Card } from "../../src/core/card.ts";
import type { Assessment, Part as RiskPart } from "../../src/core/assessment.ts";
import type { Body, Entry, EventType } from "../../src/core/event.ts";
import type { Part } from "../../src/core/model.ts";
import type { AnswerValue, OutsideTool } from "../../src/core/ports.ts";
import type { RuleSpec } from "../../src/core/rule.ts";
import { audit } from "../../src/core/audit.ts";
import { partOf } from "../memory/policy.ts";
import { call, ground, plan, simpleTask, submit } from "./ground.ts";
import type { Ground, GroundOptions, Says } from "./ground.ts";

const bash = (command: string, id = "b1"): Part => call("bash", { command }, id);
const grant = { type: "approval", answer: "grant", edited: null, note: null } as const;

/** What the worker calls, turn after turn; then it submits. */
const works =
  (...turns: readonly (readonly Part[])[]): Says =>
  (thread, turn) => {
    if (thread.startsWith("plan/")) return [plan(simpleTask("a"))];
    return turns[turn - 1] ?? [submit()];
  };

/** Commands as the tests name them: `put …` writes, `fetch HOST` reaches it, `post HOST` changes it, `lose PATH` removes. */
function assess(tool: string, args: unknown): Assessment {
  if (tool !== "bash") return { parts: [partOf({ risk: tool === "publish" ? "external" : "write" })] };
  const { command } = args as { readonly command: string };
  return { parts: command.split(" ; ").map(partOfStep) };
}

function partOfStep(text: string): RiskPart {
  const words = text.split(" ");
  const [verb, target = ""] = words;
  const named = { text, words, because: `${verb} is ${verb}` };
  if (verb === "fetch") return partOf({ ...named, risk: "network", hosts: target === "?" ? null : [target] });
  if (verb === "post") return partOf({ ...named, risk: "external", hosts: [target] });
  if (verb === "lose") return partOf({ ...named, risk: "destructive", removes: [target], touches: [target] });
  if (verb === "sudo")
    return partOf({ ...named, risk: "privilege", unreachable: "nobody has more rights here" });
  return partOf({ ...named, risk: "write", isOpaque: verb === "make" });
}

const asking = async (says: Says, options: Partial<GroundOptions> = {}): Promise<Ground> =>
  ground({ exec: runs, ...options, says, policy: { assess, ...options.policy } });

/** Every command the memory shell does not know is fine. */
const runs: NonNullable<GroundOptions["exec"]> = (_name, command, run) => {
  const result = run();
  return /^(fetch|post|lose|make|sudo)/.test(command) ? { ...result, exit: 0 } : result;
};

/** What became of the worker's calls, but for the last by which it submits. */
const ended = async (made: Ground): Promise<readonly Body<"call-ended">[]> =>
  (await bodies(made, "call-ended")).filter(({ call: id }) => id.startsWith("task/"));

const bodies = async <T extends EventType>(made: Ground, type: T): Promise<readonly Body<T>[]> =>
  (await made.entries()).flatMap((entry: Entry) => (entry.type === type ? [entry.body as Body<T>] : []));

const cardOf = async (made: Ground, nth = 0): Promise<Card> => {
  const [asked] = (await bodies(made, "approval-requested")).slice(nth);
  return JSON.parse(await made.text(asked?.card ?? "")) as Card;
};

const answerAll = async (made: Ground, value: AnswerValue): Promise<void> => {
  for (const { approval } of await bodies(made, "approval-requested")) await made.answer(approval, value);
};

const results = async (made: Ground): Promise<readonly string[]> =>
  Promise.all((await ended(made)).flatMap(({ result }) => (result === null ? [] : [made.text(result)])));

const isSound = async (made: Ground): Promise<void> => {
  const { journal, blobs, sha256, clock } = made.ports;
  const found = await audit(await made.entries(), {
    answers: await journal.answers("test"),
    missing: async (digests) => blobs.missing(digests),
    sha256,
    now: clock.now(),
  });
  expect(found.filter(({ promise }) => promise !== "P10")).toEqual([]);
};

describe("a card", () => {
  test("says what would run, why it is asked, what it reaches, and apart from that what the agent says", async () => {
    const says = works([
      { type: "text", text: "I need the list" },
      bash("put a.txt ok ; fetch packages.example:443"),
    ]);
    const made = await asking(says);
    expect((await made.go()).stand).toBe("waiting");
    expect(await cardOf(made)).toMatchObject({
      v: 1,
      tool: "bash",
      action: "put a.txt ok ; fetch packages.example:443",
      risk: "network",
      parts: [{ text: "fetch packages.example:443", risk: "network", because: "fetch is fetch" }],
      rule: null,
      hosts: ["packages.example:443"],
      isUndone: false,
      says: "I need the list",
    });
  });

  test("names the rule that says to ask", async () => {
    const made = await asking(works([bash("put a.txt ok")]), {
      policy: { assess, rules: [{ bash: "put *", then: "ask", because: "I want to see" }] },
    });
    await made.go();
    expect((await cardOf(made)).rule).toBe("rule 1 (put *)");
  });
});

describe("a host", () => {
  test("is open for the granted call alone, in a sandbox where nothing of before lives on", async () => {
    const opened: string[] = [];
    const made = await asking(works([bash("fetch packages.example:443")], [bash("put a.txt ok")]), {
      opens: (name, hosts) => opened.push(`${name} ${hosts.join(" ")}`.trim()),
    });
    await made.go();
    await answerAll(made, grant);
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    const worker = opened.filter((name) => name.startsWith("test/task/"));
    expect(worker).toEqual([
      "test/task/a/1",
      "test/task/a/1",
      "test/task/a/1 packages.example:443",
      "test/task/a/1",
    ]);
    expect((await bodies(made, "call-started"))[0]?.hosts).toEqual(["packages.example:443"]);
    await isSound(made);
  });

  test("that network.allow names is not asked about, and only the worker reaches one that may not be repeated", async () => {
    const opened = new Map<string, string>();
    const made = await asking(works([bash("fetch api.example:443")], [bash("put a.txt ok")]), {
      network: [
        { host: "api.example", repeat: false },
        { host: "mirror.example", repeat: true },
      ],
      opens: (name, hosts) => opened.set(name.split("/")[1] ?? "", hosts.join(" ")),
    });
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    expect(await bodies(made, "approval-requested")).toEqual([]);
    expect(opened.get("task")).toBe("api.example mirror.example");
    expect(opened.get("checks")).toBe("mirror.example");
    expect((await bodies(made, "call-started")).map(({ reach }) => reach)).toEqual(["outside", "sandbox"]);
  });

  test("that is not known, or rights that nobody has, are refused with a hint instead of asked", async () => {
    const made = await asking(
      works([bash("fetch ?")], [bash("sudo rm", "b2")], [bash("put a.txt ok", "b3")]),
    );
    expect((await made.go()).run.outcome).toBe("met");
    const [unknown, more] = await results(made);
    expect(unknown).toContain("name it in the command");
    expect(more).toContain("nobody has more rights here");
    expect((await bodies(made, "call-started")).length).toBe(1);
  });
});

describe("what is removed", () => {
  test("is asked about where the run's first tree has it, not where the run made it", async () => {
    const says = works([bash("put made.txt x")], [bash("lose made.txt", "b2")], [bash("lose old.txt", "b3")]);
    const made = await asking(says, { files: { "old.txt": "old" } });
    expect((await made.go()).stand).toBe("waiting");
    expect((await cardOf(made)).action).toBe("lose old.txt");
    expect((await bodies(made, "call-judged")).map(({ risk }) => risk)).toEqual([
      "write",
      "write",
      "destructive",
    ]);
  });
});

describe("a rule", () => {
  const npm: RuleSpec = { bash: "fetch *", hosts: ["packages.example"], then: "allow" };

  test("allows its own command to its own hosts, and no more", async () => {
    const made = await asking(
      works([bash("fetch packages.example:443")], [bash("fetch other.example:443", "b2")]),
      { policy: { assess, rules: [npm] } },
    );
    expect((await made.go()).stand).toBe("waiting");
    expect((await bodies(made, "call-started")).length).toBe(1);
    expect((await cardOf(made)).action).toBe("fetch other.example:443");
  });

  test("that denies outweighs whatever else is in the command", async () => {
    const made = await asking(
      works([bash("put a.txt ok ; post x.example:443")], [bash("put a.txt ok", "b2")]),
      {
        policy: { assess, rules: [{ bash: "post *", then: "deny", because: "never" }] },
      },
    );
    expect((await made.go()).run.outcome).toBe("met");
    expect((await results(made))[0]).toContain("says deny (never)");
  });

  test("that ran out no longer holds", async () => {
    const made = await asking(works([bash("fetch packages.example:443")]), {
      policy: { assess, rules: [{ ...npm, until: "1970-01-01T00:00Z" }] },
    });
    expect((await made.go()).stand).toBe("waiting");
  });

  test("does not let an effect through once text of the network was read", async () => {
    const made = await asking(
      works(
        [bash("post api.example:443")],
        [bash("fetch packages.example:443", "b2")],
        [bash("post api.example:443", "b3")],
      ),
      { policy: { assess, rules: [npm, { bash: "post *", then: "allow" }] } },
    );
    expect((await made.go()).stand).toBe("waiting");
    // The first one read nothing but what it sent to; from then on its answer is text of the network.
    expect((await cardOf(made)).action).toBe("post api.example:443");
    expect((await bodies(made, "call-started")).length).toBe(2);
  });

  test("written with an answer is the policy from now on, and this grant holds under it", async () => {
    const says = works(
      [bash("fetch packages.example:443")],
      [bash("fetch packages.example:443", "b2")],
      [bash("put a.txt ok", "b3")],
    );
    const made = await asking(says);
    await made.go();
    const [rule = ""] = await made.ports.blobs.put([encodeJson(npm)]);
    await answerAll(made, { ...grant, rule });
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    expect((await bodies(made, "approval-requested")).length).toBe(1);
    const [changed] = await bodies(made, "policy-changed");
    expect(run.policy).toBe(changed?.policy);
    await isSound(made);
  });
});

describe("an edited call", () => {
  const edit = async (made: Ground, command: string): Promise<void> => {
    const [edited = ""] = await made.ports.blobs.put([encodeJson({ command })]);
    await answerAll(made, { ...grant, answer: "grant-edited", edited });
  };

  test("runs as it was edited, and the worker is told", async () => {
    const made = await asking(works([bash("fetch packages.example:443")], [bash("put a.txt ok", "b2")]));
    await made.go();
    await edit(made, "put b.txt ok");
    expect((await made.go()).run.outcome).toBe("met");
    expect((await results(made))[0]).toContain("put b.txt ok");
    await isSound(made);
  });

  test("that the policy refuses does not run", async () => {
    const made = await asking(works([bash("fetch packages.example:443")], [bash("put a.txt ok", "b2")]), {
      policy: { assess, rules: [{ bash: "post *", then: "deny" }] },
    });
    await made.go();
    await edit(made, "post x.example:443");
    expect((await made.go()).run.outcome).toBe("met");
    expect((await results(made))[0]).toContain("against the policy");
    await isSound(made);
  });

  test("that acts outside where the first would not is an effect like any other", async () => {
    const made = await asking(works([bash("lose old.txt")], [bash("put a.txt ok", "b2")]), {
      files: { "old.txt": "old" },
    });
    await made.go();
    await edit(made, "post api.example:443");
    expect((await made.go()).run.outcome).toBe("met");
    expect((await bodies(made, "call-started"))[0]?.reach).toBe("outside");
    expect((await ended(made))[0]?.effect).toBe("done");
    await isSound(made);
  });
});

describe("a request", () => {
  const fetching = works([bash("fetch packages.example:443")], [bash("put a.txt ok", "b2")]);

  test.each([false, true])(
    "that has an expiry is a no when it is over (blobs on a disk: %s)",
    async (slowBlobs) => {
      const made = await asking(fetching, { expireMs: 1000, isAttended: true, slowBlobs });
      const { run } = await made.go();
      expect(run.outcome).toBe("met");
      expect((await bodies(made, "approval-decided"))[0]?.answer).toBe("expire");
      expect((await results(made))[0]).toContain("Nobody answered in time");
      await isSound(made);
    },
  );

  test("that has an expiry does not keep a run that nobody attends: it stands, and ends expired when it is resumed", async () => {
    const made = await asking(fetching, { expireMs: 1000 });
    expect((await made.go()).stand).toBe("waiting");
    expect((await made.go()).stand).toBe("waiting");
    made.pass(1001);
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    expect((await results(made))[0]).toContain("Nobody answered in time");
    await isSound(made);
  });

  test("that another policy overtook is withdrawn and asked anew, answered or not", async () => {
    for (const isAnswered of [false, true]) {
      const made = await asking(fetching);
      await made.go();
      const [asked] = await bodies(made, "approval-requested");
      if (isAnswered) await made.answer(asked?.approval ?? "", grant);
      await made.ports.policy.remember({ tool: "nothing", then: "deny" });
      expect((await made.go()).stand).toBe("waiting");
      expect((await bodies(made, "approval-decided")).at(-1)?.answer).toBe("void");
      expect((await bodies(made, "approval-requested")).length).toBe(2);
      expect(await ended(made)).toEqual([]);
      await isSound(made);
    }
  });
});

describe("a run that asks too often", () => {
  const turns = Array.from({ length: 14 }, (_, index) => [bash(`fetch h${index}.example:443`, `b${index}`)]);

  test("says so and stands, until a person lets it go on", async () => {
    const made = await asking(works(...turns), { limits: { turns: 40, stale: 40 } });
    for (let round = 0; round < 11; round += 1) {
      await made.go();
      await answerAll(made, grant);
    }
    const { run } = await made.go();
    expect([...run.escalations.values()].map(({ kind }) => kind)).toEqual(["fatigue"]);
    expect((await bodies(made, "approval-requested")).length).toBe(10);
    const [escalation] = run.escalations.keys();
    await made.answer(escalation ?? "", { type: "escalation", choice: "retry", note: null, budget: null });
    await made.go();
    expect((await bodies(made, "approval-requested")).length).toBe(11);
    await isSound(made);
  });
});

describe("an effect", () => {
  const publish = (outcome: "done" | "failed" | "unknown", runs: string[] = []): OutsideTool => ({
    spec: { name: "publish", description: "publishes", parameters: { type: "object" } },
    run: async (_call, _args, key) => {
      runs.push(key);
      return { outcome, text: outcome };
    },
  });
  const publishes = works([call("publish", {}, "p1")], [bash("put a.txt ok", "b2")]);
  const rule = (probe?: RuleSpec["probe"]): RuleSpec => ({
    tool: "publish",
    then: "allow",
    ...(probe === undefined ? {} : { probe }),
  });
  const probe = { url: "https://tracker.example/by/{key}", happened: [200], not: [404] };

  test("in doubt is looked up where a rule says how, and never done again", async () => {
    const done: string[] = [];
    const asked: string[] = [];
    const made = await asking(publishes, {
      outside: [publish("unknown", done)],
      probe: async (spec, key) => {
        asked.push(`${spec.url} ${key}`);
        return "happened";
      },
      policy: { assess, rules: [rule(probe)] },
    });
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    expect(done).toEqual(["test/task/a/1/1/0"]);
    expect(asked).toEqual(["https://tracker.example/by/{key} test/task/a/1/1/0"]);
    expect((await bodies(made, "effect-settled"))[0]).toMatchObject({
      finding: "happened",
      by: { type: "harness" },
    });
    await isSound(made);
  });

  test("whose looking up tells nothing waits for a person", async () => {
    const asked: string[] = [];
    const made = await asking(publishes, {
      outside: [publish("unknown")],
      probe: async (_spec, key) => {
        asked.push(key);
        return null;
      },
      policy: { assess, rules: [rule(probe)] },
    });
    const { stand, run } = await made.go();
    expect([stand, [...run.doubts.keys()]]).toEqual(["waiting", ["task/a/1/1/0"]]);
    expect(asked.length).toBe(1);
    await made.answer("task/a/1/1/0", { type: "effect", finding: "skip", evidence: null });
    expect((await made.go()).run.outcome).toBe("met");
    await isSound(made);
  });

  test("of a command is done whatever its exit, and in doubt where it was cut off", async () => {
    const made = await asking(
      works(
        [bash("post api.example:443")],
        [bash("post api.example:443", "b2")],
        [bash("put a.txt ok", "b3")],
      ),
      {
        network: [{ host: "api.example", repeat: false }],
        policy: { assess, rules: [{ bash: "post *", then: "allow" }], askFrom: "privilege" },
        exec: (_name, command, run) =>
          command.startsWith("post") ? { ...run(), outcome: "exited", exit: 7 } : run(),
      },
    );
    await made.go();
    expect((await ended(made))[0]).toMatchObject({ outcome: "error", exit: 7, effect: "done" });
    await isSound(made);
  });

  test("of a command that timed out is in doubt, and its workspace is as before", async () => {
    const made = await asking(works([bash("post api.example:443")], [bash("put a.txt ok", "b2")]), {
      network: [{ host: "api.example", repeat: false }],
      policy: { assess, rules: [{ bash: "post *", then: "allow" }] },
      exec: (_name, command, run) =>
        command.startsWith("post") ? { ...run(), outcome: "timeout", exit: null } : run(),
    });
    const { stand } = await made.go();
    expect(stand).toBe("waiting");
    expect((await bodies(made, "effect-doubted"))[0]).toEqual({ call: "task/a/1/1/0", why: "timeout" });
    await made.answer("task/a/1/1/0", { type: "effect", finding: "did-not", evidence: null });
    expect((await made.go()).run.outcome).toBe("met");
    await isSound(made);
  });
});
