import { describe, expect, it } from "vitest";
import { endCall } from "../audit/call-moves.ts";
import type { Chain } from "../audit/chain-builder.ts";
import { alice, sha256 } from "../audit/chain-builder.ts";
import { atWork, call, escalatedRun, replannedRun, rubricRun } from "../audit/honest-chains.ts";
import { createRun, endAttempt, limits, plan, startAttempt } from "../audit/moves.ts";
import { judge } from "../audit/result-moves.ts";
import { entriesOf } from "./chains.ts";
import { ended, itemsOf, named, scoresOf } from "./items.ts";

describe("a plan", () => {
  it("is an agent span from its start to its adoption, reviewed where people review", () => {
    const chain = createRun({ limits: { ...limits, review: true } });
    plan(chain, 1, { a: [] });
    const entries = entriesOf(chain);
    expect(named(entries, "plan 1")).toMatchObject([
      {
        kind: "agent",
        input: { digest: sha256("goal") },
        output: { digest: sha256("plan 1"), form: "json" },
        metadata: { tasks: 1, added: 1, proposedBy: "harness" },
      },
    ]);
    expect(named(entries, "plan review")).toMatchObject([
      { kind: "guardrail", status: "adopted by harness" },
    ]);
  });

  it("that a person sends back is a warning; one that is edited is reviewed again", () => {
    const chain = createRun({ limits: { ...limits, review: true } });
    plan(chain, 1, { a: [] }).until("plan-adopted");
    const edited = { ...chain.body("plan-proposed"), by: alice };
    chain.add("plan-proposed", edited);
    chain.add("plan-rejected", { version: 1, errors: chain.blob("no"), by: alice });
    const entries = entriesOf(chain);
    expect(named(entries, "plan review").map(({ status }) => status)).toEqual([
      "edited by person alice",
      "rejected by person alice",
    ]);
    expect(named(entries, "plan 1")).toMatchObject([{ level: "WARNING", output: { digest: sha256("no") } }]);
  });

  it("after another is another span", () => {
    expect(named(entriesOf(replannedRun()), "plan 2")).toHaveLength(1);
  });
});

describe("a task", () => {
  it("lasts from its first attempt to its acceptance, by a person too", () => {
    const entries = entriesOf(escalatedRun("accept"));
    const [task] = named(entries, "task a");
    expect(task).toMatchObject({
      kind: "agent",
      status: "accepted by person",
      start: entries.find(({ type }) => type === "attempt-started")?.at,
      end: entries.find(({ type }) => type === "task-accepted")?.at,
      input: { digest: sha256("spec a 1"), form: "json" },
      output: { digest: sha256("handoff a"), form: "json" },
    });
    expect(named(entries, "attempt 1")).toMatchObject([{ level: "WARNING", status: "rejected" }]);
  });

  it("that is dropped ends there, and is an event where it never began", () => {
    expect(named(entriesOf(escalatedRun("drop")), "task a")).toMatchObject([
      { kind: "agent", level: "WARNING", status: "dropped by person alice" },
    ]);
    const chain = createRun();
    plan(chain, 1, { a: [] });
    chain.add("task-dropped", { task: "a", reason: "for a secret reason", by: alice });
    expect(named(entriesOf(chain), "task a")).toMatchObject([{ kind: "event" }]);
  });

  it("that is taken up again after it was dropped is another span", () => {
    const chain = escalatedRun("drop").until("judging-started", 1);
    plan(chain, 2, { a: [] });
    startAttempt(chain, "a", 2);
    endAttempt(chain, "a", 2, "gave-up");
    const spans = itemsOf(entriesOf(chain)).filter((item) => item.type === "span" && item.name === "task a");
    expect(new Set(spans.map((span) => (span.type === "span" ? span.id : "")))).toHaveProperty("size", 2);
  });

  it.each([
    ["task-dropped", (chain: Chain) => chain.add("task-dropped", { task: "a", reason: "x", by: alice })],
    ["a new plan", (chain: Chain) => plan(chain, 2, { a: [] }, { changed: ["a"] })],
  ])("that ends by %s leaves no question open", (_name, end) => {
    const chain = escalatedRun("drop").until("escalation-answered");
    expect(named(entriesOf(end(chain)), "escalation: attempts")).toMatchObject([{ status: "moot" }]);
  });

  it("asks a person in a span of its own", () => {
    expect(named(entriesOf(escalatedRun("retry")), "escalation: attempts")).toMatchObject([
      {
        kind: "span",
        level: "WARNING",
        status: "answered: retry",
        input: { digest: sha256("escalation card"), form: "text" },
        metadata: { task: "a", about: "attempts", choice: "retry", by: "person alice" },
      },
    ]);
  });
});

describe("judging", () => {
  it("is an evaluator span with one for each criterion, and their scores are of the attempt", () => {
    const entries = entriesOf(rubricRun());
    const [judging] = named(entries, "judging");
    const criteria = ended(entries).filter(({ parent }) => parent === judging?.id);
    expect(criteria.map(({ name, kind }) => [name, kind])).toEqual([
      ["command: c1", "evaluator"],
      ["evaluator", "generation"],
      ["crash charged", "event"],
      ["evaluator", "generation"],
      ["submit_verdict", "tool"],
      ["rubric: r1", "evaluator"],
    ]);
    const attempt = named(entries, "attempt 1")[0]?.id;
    expect(scoresOf(entries).map(({ name, value, dataType, span }) => [name, value, dataType, span])).toEqual(
      [
        ["check:c1", 1, "BOOLEAN", attempt],
        ["rubric:r1", 0.9, "NUMERIC", attempt],
        ["verdict", "pass", "CATEGORICAL", attempt],
        ["check:c1", 1, "BOOLEAN", null],
        ["verdict", "pass", "CATEGORICAL", null],
        ["outcome", "met", "CATEGORICAL", null],
      ],
    );
  });

  it("that broke is an error, and scores no criterion", () => {
    const chain = atWork(["submit"]);
    endCall(chain, call);
    const candidate = chain.blob("work");
    chain.add("attempt-submitted", { task: "a", attempt: 1, submission: null, candidate, by: "worker" });
    judge(chain, "a", 1, 1, candidate, "invalid");
    const entries = entriesOf(chain);
    expect(named(entries, "command: c1")).toMatchObject([{ level: "ERROR" }]);
    expect(scoresOf(entries).map(({ name, value }) => [name, value])).toEqual([["verdict", "invalid"]]);
  });
});
