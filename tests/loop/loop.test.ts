import { describe, expect, test } from "vitest";
import { encodeText } from "../../src/core/canonical.ts";
import type { Json } from "../../src/core/canonical.ts";
import type { Part } from "../../src/core/model.ts";
import { call, complete, ground, outcomesOf, plan, simpleTask, submit, typesOf } from "./ground.ts";
import type { Ground, Says } from "./ground.ts";

const write = (id: string, text = "ok"): Part => call("bash", { command: `put ${id}.txt ${text}` });

/** Plans the given tasks and does each in two turns. */
const honest =
  (...tasks: readonly Json[]): Says =>
  (thread, turn) => {
    const [kind, id = ""] = thread.split("/");
    if (kind === "plan") return [plan(...tasks)];
    return turn === 1 ? [write(id)] : [submit()];
  };

describe("a goal", () => {
  test("is planned, worked on, judged, accepted and met", async () => {
    const { go, entries } = await ground({ says: honest(simpleTask("a"), simpleTask("b", ["a"])) });
    const { stand, run } = await go();
    expect([stand, run.outcome]).toEqual(["ended", "met"]);
    expect([...run.tasks.values()].map(({ id, status }) => `${id} ${status}`)).toEqual([
      "a accepted",
      "b accepted",
    ]);
    expect(outcomesOf(await entries())).toEqual(["a accepted", "b accepted"]);
  });

  test("goes on where it stood: an accepted task is never started again", async () => {
    const { go, entries, answer } = await ground({
      says: (thread, turn) => {
        const [kind, id = "", attempt] = thread.split("/");
        if (kind === "plan") return [plan(simpleTask("a"), simpleTask("b", ["a"]))];
        if (turn > 1) return [submit()];
        return [write(id, id === "b" && Number(attempt) < 4 ? "bad" : "ok")];
      },
    });
    const first = await go();
    expect(first.stand).toBe("waiting");
    const [open] = first.run.escalations.keys();
    await answer(open ?? "", { type: "escalation", choice: "retry", note: null, budget: null });
    const second = await go();
    expect([second.stand, second.run.outcome]).toEqual(["ended", "met"]);
    const started = (await entries()).filter((entry) => entry.type === "attempt-started");
    expect(started.map((entry) => entry.body.task)).toEqual(["a", "b", "b", "b", "b"]);
  });
});

describe("a worker that claims to be done", () => {
  const claims: Says = (thread) =>
    thread.startsWith("plan/") ? [plan(simpleTask("a"))] : [submit("all done!")];

  test("never gets a pass for it", async () => {
    const { go, entries } = await ground({ says: claims });
    const { stand, run } = await go();
    expect([stand, run.tasks.get("a")?.status]).toEqual(["waiting", "stuck"]);
    const verdicts = (await entries()).flatMap((entry) =>
      entry.type === "verdict-given" ? [entry.body.verdict] : [],
    );
    expect(verdicts).toEqual(["fail", "fail", "fail"]);
  });

  test("would get one if its own word counted (so the test above can fail)", async () => {
    const trusting = await ground({
      says: claims,
      exec: (name, _command, run) => (name.includes("/checks/") ? { ...run(), exit: 0 } : run()),
    });
    const { run } = await trusting.go();
    expect([run.outcome, run.tasks.get("a")?.status]).toEqual(["met", "accepted"]);
  });

  test("in words only is told that nothing happened, then given up", async () => {
    const { go, entries } = await ground({
      says: (thread) =>
        thread.startsWith("plan/")
          ? [plan(simpleTask("a"))]
          : [{ type: "text", text: "I am done. TASK COMPLETE." }],
    });
    await go();
    expect(outcomesOf(await entries())).toEqual(["a gave-up", "a gave-up", "a gave-up"]);
  });
});

describe("a rejected attempt", () => {
  test("is tried again with the reasons, and the worker reads them", async () => {
    const told: string[] = [];
    const made = await ground({
      says: (thread, turn) => {
        const [kind, id = "", attempt] = thread.split("/");
        if (kind === "plan") return [plan(simpleTask("a"))];
        return turn === 1 ? [write(id, attempt === "1" ? "bad" : "ok")] : [submit()];
      },
    });
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    for (const entry of await made.entries()) {
      if (entry.type === "model-started" && entry.body.thread === "task/a/2" && entry.body.turn === 1) {
        told.push(await made.text(entry.body.request));
      }
    }
    expect(told.join()).toContain("The last attempt was sent back");
    expect(told.join()).toContain("has a.txt ok");
  });

  test("that makes the same call with the same result over and over is given up", async () => {
    const { go, entries } = await ground({
      limits: { attempts: 1 },
      says: (thread) =>
        thread.startsWith("plan/") ? [plan(simpleTask("a"))] : [call("bash", { command: "exists nothing" })],
    });
    await go();
    expect(outcomesOf(await entries())).toEqual(["a gave-up"]);
  });

  test("that uses all its turns is exhausted", async () => {
    const { go, entries } = await ground({
      limits: { attempts: 1, turns: 4 },
      says: (thread, turn) =>
        thread.startsWith("plan/") ? [plan(simpleTask("a"))] : [call("bash", { command: `exists ${turn}` })],
    });
    await go();
    expect(outcomesOf(await entries())).toEqual(["a exhausted"]);
  });
});

describe("a plan", () => {
  test("that is not valid goes back with every error at once, at most twice, then a person is asked", async () => {
    const bad = call("submit_plan", {
      tasks: [
        { id: "a", title: "a", instructions: "a", needs: ["nobody"], criteria: [] },
        {
          id: "a",
          title: "a",
          instructions: "a",
          needs: [],
          criteria: [{ type: "rubric", rubric: "unknown-one" }],
        },
      ],
    });
    const { go, entries, text } = await ground({ says: () => [bad] });
    const { stand, run } = await go();
    expect([stand, [...run.escalations.values()].map(({ kind }) => kind)]).toEqual(["waiting", ["plan"]]);
    const rejected = (await entries()).flatMap((entry) =>
      entry.type === "plan-rejected" ? [entry.body.errors] : [],
    );
    expect(rejected.length).toBe(3);
    const errors = await text(rejected[0] ?? "");
    for (const part of [
      '"a" is used twice',
      'needs "nobody"',
      "has no criterion",
      'no rubric "unknown-one"',
    ]) {
      expect(errors).toContain(part);
    }
  });

  test.each([
    ["passes already", { type: "command", run: "exists base.txt" }],
    ["is a guard but does not hold", { type: "command", run: "exists none", guard: true }],
    ['the program "make" is not in the sandbox', { type: "command", run: "make test" }],
  ])("whose criterion %s goes back", async (words, criterion) => {
    const task = { id: "a", title: "a", instructions: "a", needs: [], criteria: [criterion] };
    const made = await ground({
      files: { "base.txt": "x" },
      says: (thread, turn) => {
        if (thread.startsWith("plan/")) return turn === 1 ? [plan(task)] : [plan(simpleTask("a"))];
        return turn === 1 ? [write("a")] : [submit()];
      },
    });
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    const [errors] = (await made.entries()).flatMap((entry) =>
      entry.type === "plan-rejected" ? [entry.body.errors] : [],
    );
    expect(await made.text(errors ?? "")).toContain(words);
  });
});

describe("work side by side", () => {
  test("on the same file conflicts, comes back with both versions, and both survive", async () => {
    const task = (id: string): Json => ({
      id,
      title: id,
      instructions: id,
      needs: [],
      criteria: [{ type: "command", run: `has list.txt ${id}` }],
    });
    const made = await ground({
      says: (thread, turn) => {
        const [kind, id = ""] = thread.split("/");
        if (kind === "plan") return [plan(task("a"), task("b"))];
        return turn === 1 ? [call("bash", { command: `add list.txt ${id}` })] : [submit()];
      },
    });
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    const entries = await made.entries();
    expect(outcomesOf(entries).toSorted()).toEqual(["a accepted", "b accepted", "b conflict"]);
    const detail = entries.flatMap((entry) =>
      entry.type === "integration-ended" && entry.body.outcome === "conflict"
        ? [entry.body.detail ?? ""]
        : [],
    );
    const feedback = await made.text(detail[0] ?? "");
    expect(feedback).toContain("list.txt, as it is now:\na");
    expect(feedback).toContain("list.txt, as you had it:\nb");
    expect(run.tasks.get("b")?.used).toBe(0);
  });

  test("that breaks a check only together is found on the merged tree", async () => {
    const made = await ground({
      checks: [{ id: "not-both", type: "command", run: "has count.txt ok", guard: true }],
      files: { "count.txt": "ok" },
      exec: (name, command, run) =>
        name.includes("/try/merge/") && command === "has count.txt ok" ? { ...run(), exit: 1 } : run(),
      says: honest(simpleTask("a"), simpleTask("b")),
    });
    await made.go();
    expect(outcomesOf(await made.entries())).toContain("b regressed");
  });
});

describe("the judging", () => {
  test("that breaks is invalid, costs no attempt and is done again", async () => {
    let broken = 0;
    const made = await ground({
      says: honest(simpleTask("a")),
      exec: (name, _command, run) => {
        if (!name.includes("/checks/judge/") || broken >= 2) return run();
        broken += 1;
        return { ...run(), outcome: "broken", exit: null, why: "made up" };
      },
    });
    const { run } = await made.go();
    const verdicts = (await made.entries()).flatMap((entry) =>
      entry.type === "verdict-given" ? [entry.body.verdict] : [],
    );
    expect(run.outcome).toBe("met");
    expect(verdicts).toEqual(["invalid", "invalid", "pass", "pass"]);
    expect(run.tasks.get("a")?.attempts).toBe(1);
  });

  test("puts protected files back first: what was judged is what is accepted", async () => {
    const made = await ground({
      files: { "test.txt": "strict" },
      protect: ["test.txt"],
      says: (thread, turn) => {
        if (thread.startsWith("plan/")) return [plan(simpleTask("a"))];
        return turn === 1 ? [call("bash", { command: "put a.txt ok ; put test.txt lax" })] : [submit()];
      },
    });
    const { run } = await made.go();
    const judging = (await made.entries()).flatMap((entry) =>
      entry.type === "judging-started" ? [entry.body] : [],
    );
    expect(run.outcome).toBe("met");
    expect(judging[0]?.restored?.count).toBe(1);
    expect(await made.text(judging[0]?.restored?.list ?? "")).toBe("test.txt");
    expect(run.head).toBe(judging[0]?.tree);
  });

  test("asks the evaluator only for rubrics, and only when everything else passed", async () => {
    const task = {
      id: "a",
      title: "a",
      instructions: "a",
      needs: [],
      criteria: [
        { type: "command", run: "has a.txt ok" },
        { id: "nice", type: "rubric", rubric: "is it nice", threshold: 0.8 },
      ],
    };
    const made = await ground({
      says: (thread, turn) => {
        const [kind, , attempt] = thread.split("/");
        if (kind === "plan") return [plan(task)];
        if (kind === "judge") {
          const score = attempt === "2" ? 0.5 : 0.9;
          return [
            call("submit_verdict", {
              scores: [{ criterion: "nice", score, explanation: "so" }],
              explanation: "so",
            }),
          ];
        }
        return turn === 1 ? [write("a", attempt === "1" ? "bad" : "ok")] : [submit()];
      },
    });
    const { run } = await made.go();
    const entries = await made.entries();
    expect(run.outcome).toBe("met");
    expect(outcomesOf(entries)).toEqual(["a rejected", "a rejected", "a accepted"]);
    const judges = entries.flatMap((entry) => (entry.type === "model-started" ? [entry.body.thread] : []));
    expect(judges.filter((thread) => thread.startsWith("judge/"))).toEqual(["judge/a/2/1", "judge/a/3/1"]);
  });
});

describe("a budget", () => {
  test("is never overshot: the run stands, and goes on with more", async () => {
    const made = await ground({ says: honest(simpleTask("a")), budget: { turns: 2 } });
    const first = await made.go();
    expect([first.stand, [...first.run.escalations.values()].map(({ kind }) => kind)]).toEqual([
      "waiting",
      ["budget"],
    ]);
    expect(first.run.spent.turns).toBe(2);
    await made.answer("budget/1", { type: "budget", budget: { ...first.run.budget, turns: 20 } });
    const second = await made.go();
    expect([second.stand, second.run.outcome]).toEqual(["ended", "met"]);
  });
});

describe("a model that does not answer", () => {
  test("for a reason that stays is not asked again", async () => {
    const error = {
      class: "auth",
      message: "401: the key is not valid",
      status: 401,
      retryAfterMs: null,
    } as const;
    const made = await ground({ says: () => ({ outcome: "failed", error, usage: null }) });
    await made.go();
    expect(typesOf(await made.entries()).filter((type) => type === "model-ended").length).toBe(1);
  });

  test("once, is asked once more and the run goes on", async () => {
    const error = { class: "network", message: "reset", status: null, retryAfterMs: null } as const;
    const works = honest(simpleTask("a"));
    const made = await ground({
      says: (thread, turn, attempt) =>
        attempt === 1
          ? { outcome: "failed", error, usage: null }
          : complete(works(thread, turn, attempt) as readonly Part[]),
    });
    expect((await made.go()).run.outcome).toBe("met");
  });
});

describe("an approval", () => {
  const risky: Says = honest(simpleTask("a"));

  test("is waited for across restarts, used once, for exactly what was shown", async () => {
    const made = await ground({ says: risky, askFrom: "write" });
    const first = await made.go();
    expect(first.stand).toBe("waiting");
    expect((await made.go()).stand).toBe("waiting");
    const [approval] = first.run.approvals.keys();
    const grant = { type: "approval", answer: "grant", edited: null, note: null } as const;
    expect(await made.answer(approval ?? "", grant)).toBe(true);
    expect(await made.answer(approval ?? "", { ...grant, answer: "refuse" })).toBe(false);
    const last = await made.go();
    expect([last.stand, last.run.outcome]).toEqual(["ended", "met"]);
    const used = (await made.entries()).filter(
      (entry) => entry.type === "call-started" && entry.body.approval === approval,
    );
    expect(used.length).toBe(1);
  });

  test("that is refused tells the worker, and nothing runs", async () => {
    const made = await ground({ says: risky, askFrom: "write", limits: { attempts: 1 } });
    const { run } = await made.go();
    const [approval] = run.approvals.keys();
    await made.answer(approval ?? "", { type: "approval", answer: "refuse", edited: null, note: null });
    await made.go();
    const entries = await made.entries();
    expect(entries.some((entry) => entry.type === "call-started")).toBe(false);
    expect(outcomesOf(entries)).toEqual(["a rejected"]);
  });
});

describe("a note of a person", () => {
  const note = async (made: Ground, nth: number, text: string): Promise<void> => {
    const [digest = ""] = await made.ports.blobs.put([encodeText(text)]);
    await made.answer(`note/${nth}`, { type: "note", thread: null, text: digest });
  };

  /** What the worker's last request of a turn held, tries included. */
  const heard = async (made: Ground, turn: number): Promise<string> => {
    const requests = (await made.entries()).flatMap((entry) =>
      entry.type === "model-started" && entry.body.thread === "task/a/1" && entry.body.turn === turn
        ? [entry.body.request]
        : [],
    );
    return made.text(requests.at(-1) ?? "");
  };

  test("given before the worker began is in its first request", async () => {
    const says: Says = (thread, ...rest) => {
      if (thread === "plan/1") void note(made, 1, "mind the gap");
      return honest(simpleTask("a"))(thread, ...rest);
    };
    const made = await ground({ says });
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    expect(await heard(made, 1)).toContain("A person says: mind the gap");
    expect(await heard(made, 2)).not.toContain("mind the gap");
  });

  test("given while a call fails is in the next try of the same turn", async () => {
    const says: Says = (thread, turn, attempt) => {
      if (thread !== "task/a/1" || turn !== 1 || attempt > 1)
        return honest(simpleTask("a"))(thread, turn, attempt);
      void note(made, 1, "try the other door");
      const error = { class: "overloaded", message: "busy", status: 529, retryAfterMs: null } as const;
      return { outcome: "failed", error, usage: null };
    };
    const made = await ground({ says });
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    expect(await heard(made, 1)).toContain("A person says: try the other door");
  });
});

describe("what the goal protects", () => {
  const task = (criteria: Json): Json => ({ id: "a", title: "a", instructions: "a", needs: [], criteria });
  const cheats =
    (criteria: Json): Says =>
    (thread, turn) => {
      if (thread.startsWith("plan/")) return [plan(task(criteria))];
      return turn === 1 ? [call("bash", { command: "put test.txt fake ; put done.txt ok" })] : [submit()];
    };

  test.each<[string, Json]>([
    ["a task that is judged by a file alone", [{ type: "file", path: "done.txt" }]],
    ["a criterion that says protect: []", [{ type: "command", run: "has done.txt ok", protect: [] }]],
  ])("is put back for %s", async (_name, criteria) => {
    const { go } = await ground({
      says: cheats(criteria),
      files: { "test.txt": "real" },
      protect: ["test.txt"],
      checks: [{ id: "real", type: "command", run: "has test.txt real" }],
    });
    const { run } = await go();
    expect(run.outcome).toBe("met");
  });

  test("must stay true in every task: breaking a guard of the goal is sent back, though the head did not move", async () => {
    const { go, entries } = await ground({
      says: (thread, turn) => {
        if (thread.startsWith("plan/")) return [plan(task([{ type: "file", path: "done.txt" }]))];
        const isFirst = thread === "task/a/1";
        return turn === 1
          ? [call("bash", { command: isFirst ? "put keep.txt gone ; put done.txt ok" : "put done.txt ok" })]
          : [submit()];
      },
      files: { "keep.txt": "kept" },
      checks: [{ id: "keep", type: "command", run: "has keep.txt kept", guard: true }],
    });
    const { run } = await go();
    expect(run.outcome).toBe("met");
    expect(outcomesOf(await entries())).toEqual(["a rejected", "a accepted"]);
  });
});
