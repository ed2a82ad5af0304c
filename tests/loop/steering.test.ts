import { describe, expect, test } from "vitest";
import { encodeJson, encodeText } from "../../src/core/canonical.ts";
import type { Json } from "../../src/core/canonical.ts";
import type { Body, Entry, EventType } from "../../src/core/event.ts";
import type { AnswerValue } from "../../src/core/ports.ts";
import { call, ground, outcomesOf, plan, simpleTask, submit, typesOf } from "./ground.ts";
import type { Ground, Says } from "./ground.ts";

/** What people say to a run from other terminals: stop, notes, plans of their own. */

const bodies = <T extends EventType>(entries: readonly Entry[], type: T): Body<T>[] =>
  entries.flatMap((entry) => (entry.type === type ? [entry.body as Body<T>] : []));
const honest =
  (...tasks: readonly Json[]): Says =>
  (thread, turn) => {
    const [kind, id = ""] = thread.split("/");
    if (kind === "plan") return [plan(...tasks)];
    return turn === 1 ? [call("bash", { command: `put ${id}.txt ok` })] : [submit()];
  };
const person = { type: "person", user: "t", tty: null } as const;
const askedThreads = async (made: Ground): Promise<string[]> =>
  bodies(await made.entries(), "model-started").map(({ thread }) => thread);

describe("a stop from another terminal", () => {
  test("lets what is open end, stops cleanly, and is not heard again by who goes on", async () => {
    const works = honest(simpleTask("a"));
    const made = await ground({
      says: (thread, turn, attempt) => {
        if (thread === "task/a/1" && turn === 1) void made.answer("stop/1", { type: "stop" });
        return works(thread, turn, attempt);
      },
    });
    const first = await made.go();
    expect([first.stand, (await made.entries()).at(-1)]).toMatchObject([
      "stopped",
      { type: "run-stopped", body: { reason: "asked", by: person } },
    ]);
    expect(bodies(await made.entries(), "model-ended").map(({ outcome }) => outcome)).toEqual([
      "complete",
      "complete",
    ]);
    const second = await made.go();
    expect([second.stand, second.run.outcome]).toEqual(["ended", "met"]);
    expect(typesOf(await made.entries())).not.toContain("crash-charged");
  });

  test("said while nobody is at work is not kept for the next owner", async () => {
    const made = await ground({ says: honest(simpleTask("a")), budget: { turns: 1 } });
    const { run } = await made.go();
    await made.answer("stop/1", { type: "stop" });
    await made.answer("budget/1", { type: "budget", budget: { ...run.budget, turns: 50 } });
    expect((await made.go()).run.outcome).toBe("met");
  });
});

describe("a plan of one's own", () => {
  const own = { tasks: [simpleTask("mine")] } as const;

  test("is taken without asking a planner", async () => {
    const made = await ground({ says: honest(simpleTask("other")), ownPlan: own });
    const { run } = await made.go();
    expect([run.outcome, [...run.tasks.keys()]]).toEqual(["met", ["mine"]]);
    expect(await askedThreads(made)).toEqual(["task/mine/1", "task/mine/1"]);
    expect(bodies(await made.entries(), "plan-proposed")[0]?.by).toEqual({
      type: "rule",
      id: "plan of the goal file",
    });
  });

  test("that does not fit the workspace is a question to a person; another plan is the planner's", async () => {
    const guard = { type: "command", run: "exists none", guard: true };
    const task = { id: "mine", title: "x", instructions: "x", needs: [], criteria: [guard] };
    const made = await ground({ says: honest(simpleTask("other")), ownPlan: { tasks: [task] } });
    const { stand, run } = await made.go();
    const [open] = run.escalations.values();
    expect([stand, open?.kind]).toEqual(["waiting", "plan"]);
    expect(await made.text(open?.card ?? "")).toContain("is a guard but does not hold now");
    await made.answer(open?.id ?? "", { type: "escalation", choice: "replan", note: null, budget: null });
    const after = (await made.go()).run;
    expect([after.outcome, [...after.tasks.keys()]]).toEqual(["met", ["other"]]);
  });

  test("is reviewed where plans are reviewed", async () => {
    const made = await ground({ says: honest(simpleTask("other")), ownPlan: own, limits: { review: true } });
    const { stand, run } = await made.go();
    expect([stand, run.phase, await askedThreads(made)]).toEqual(["waiting", "reviewing", []]);
    await made.answer("plan/1", { type: "plan", answer: "adopt", note: null, edited: null });
    expect((await made.go()).run.outcome).toBe("met");
  });
});

describe("a plan under review", () => {
  const edit = async (made: Ground, tasks: readonly Json[]): Promise<AnswerValue> => {
    const [edited = ""] = await made.ports.blobs.put([encodeJson({ tasks })]);
    return { type: "plan", answer: "edit", note: null, edited };
  };
  const reviewed = async (): Promise<Ground> => {
    const made = await ground({ says: honest(simpleTask("a")), limits: { review: true } });
    await made.go();
    return made;
  };

  test("is what a person made of it", async () => {
    const made = await reviewed();
    await made.answer("plan/1", await edit(made, [simpleTask("a"), simpleTask("b", ["a"])]));
    const { run } = await made.go();
    expect([run.outcome, [...run.tasks.keys()]]).toEqual(["met", ["a", "b"]]);
    const proposed = bodies(await made.entries(), "plan-proposed");
    expect(proposed.map(({ version, by }) => [version, by.type])).toEqual([
      [1, "harness"],
      [1, "person"],
    ]);
    expect(bodies(await made.entries(), "plan-adopted")).toMatchObject([{ added: ["a", "b"], by: person }]);
  });

  test("that was edited into nonsense goes back to the planner with every error", async () => {
    const made = await reviewed();
    await made.answer("plan/1", await edit(made, [simpleTask("a", ["nobody"])]));
    const { stand, run } = await made.go();
    expect([stand, run.phase, run.planVersion]).toEqual(["waiting", "reviewing", 2]);
    const [rejected] = bodies(await made.entries(), "plan-rejected");
    expect(await made.text(rejected?.errors ?? "")).toContain('needs "nobody"');
    await made.answer("plan/2", { type: "plan", answer: "adopt", note: null, edited: null });
    expect((await made.go()).run.outcome).toBe("met");
  });

  test("that is rejected is made again with the reasons, and reviewed anew", async () => {
    const made = await reviewed();
    const [note = ""] = await made.ports.blobs.put([encodeText("smaller steps")]);
    await made.answer("plan/1", { type: "plan", answer: "reject", note, edited: null });
    const { run } = await made.go();
    expect([run.phase, run.planVersion]).toEqual(["reviewing", 2]);
    const [, second] = bodies(await made.entries(), "model-started");
    expect(second?.thread).toBe("plan/2");
    expect(await made.text(second?.request ?? "")).toContain("smaller steps");
    await made.answer("plan/2", { type: "plan", answer: "adopt", note: null, edited: null });
    expect((await made.go()).run.outcome).toBe("met");
  });
});

describe("a note for one task", () => {
  /** What requests of a thread held. */
  const heard = async (made: Ground, thread: string): Promise<string> => {
    const requests = bodies(await made.entries(), "model-started").filter((body) => body.thread === thread);
    return (await Promise.all(requests.map(async ({ request }) => made.text(request)))).join("\n");
  };
  const note = async (made: Ground, thread: string): Promise<void> => {
    const [text = ""] = await made.ports.blobs.put([encodeText("mind the gap")]);
    await made.answer("note/1", { type: "note", thread, text });
  };
  /** `a` needs two attempts; while `during` answers, the note is given. */
  const noted = async (during: string, turnOf: number, about: string): Promise<Ground> => {
    const made: Ground = await ground({
      limits: { concurrency: 1 },
      says: (thread, turn) => {
        const [kind, id = "", attempt] = thread.split("/");
        if (thread === during && turn === turnOf) void note(made, about);
        if (kind === "plan") return [plan(simpleTask("a"), simpleTask("b"))];
        const text = id === "a" && attempt === "1" ? "bad" : "ok";
        return turn === 1 ? [call("bash", { command: `put ${id}.txt ${text}` })] : [submit()];
      },
    });
    expect((await made.go()).run.outcome).toBe("met");
    expect(outcomesOf(await made.entries()).toSorted()).toEqual(["a accepted", "a rejected", "b accepted"]);
    return made;
  };

  test("is in the next request of its worker, and in no other's", async () => {
    const made = await noted("task/a/1", 1, "task/a/1");
    expect(await heard(made, "task/a/1")).toContain("A person says: mind the gap");
    expect(await heard(made, "task/b/1")).not.toContain("mind the gap");
  });

  test("given in the last turn of an attempt is for the next one", async () => {
    const made = await noted("task/a/1", 2, "task/a/1");
    expect(await heard(made, "task/a/1")).not.toContain("mind the gap");
    expect(await heard(made, "task/a/2")).toContain("A person says: mind the gap");
    expect(await heard(made, "task/b/1")).not.toContain("mind the gap");
  });

  test("given before its worker begins waits for it", async () => {
    const made = await noted("plan/1", 1, "task/b/1");
    expect(await heard(made, "task/b/1")).toContain("A person says: mind the gap");
    expect(await heard(made, "task/a/1")).not.toContain("mind the gap");
  });
});
