import { describe, expect, it } from "vitest";
import type { Body, Entry } from "../../../src/core/event.ts";
import { callOf } from "../../../src/core/id.ts";
import { traceFold } from "../../../src/core/trace/fold.ts";
import type { TraceItem, TraceSpan } from "../../../src/core/trace/item.ts";
import {
  ask,
  decideApproval,
  endCall,
  judgeCall,
  refuseCall,
  requestApproval,
  startModel,
  voidApproval,
} from "../audit/call-moves.ts";
import type { Chain } from "../audit/chain-builder.ts";
import { sha256 } from "../audit/chain-builder.ts";
import { approvedRun, atWork, call, doubtedRun, finish, plainRun, thread } from "../audit/honest-chains.ts";
import { createRun, endAttempt, plan, startAttempt } from "../audit/moves.ts";
import { entriesOf, judgedCall } from "./chains.ts";
import { ended, named } from "./items.ts";

/** The nth worker's model call of a plain run, as this `model-ended` leaves it. */
function generation(change: Partial<Body<"model-ended">>): unknown {
  const chain = plainRun().change("model-ended", change, 1);
  return named(entriesOf(chain), "worker")[0];
}

describe("a model call", () => {
  it("has its request, its answer, its price and the prompt that was pinned", () => {
    expect(generation({ firstTokenMs: 300, servedModel: "w-2025" })).toMatchObject({
      kind: "generation",
      level: "DEFAULT",
      input: { digest: sha256(`request ${thread} 1 1`), form: "json" },
      output: { digest: sha256(`response ${thread} 1`), form: "json" },
      generation: {
        model: "scripted/w",
        servedModel: "w-2025",
        parameters: { max_tokens: 4_000 },
        usage: { input: 50, output: 5, cacheRead: 0, cacheWrite: 0 },
        micros: 500,
        prompt: { name: "worker", version: null, digest: sha256("worker prompt") },
      },
      metadata: { thread, turn: 1, try: 1, task: "a", attempt: 1, role: "worker" },
    });
  });

  it("knows when its first token came, never after its end", () => {
    const at = (firstTokenMs: number): unknown => {
      const { start, end, generation: told } = generation({ firstTokenMs }) as TraceSpan;
      return [(told?.firstToken ?? 0) - start, end - start];
    };
    expect(at(300)).toEqual([300, 1_000]);
    expect(at(5_000)).toEqual([1_000, 1_000]);
  });

  it("counts a token of a cache once", () => {
    const usage = { input: 100, output: 5, cacheRead: 60, cacheWrite: 10 };
    expect(generation({ usage })).toMatchObject({
      generation: { usage: { input: 30, output: 5, cacheRead: 60, cacheWrite: 10 } },
    });
  });

  it("says when usage was not reported and when the price is unknown", () => {
    expect(generation({ usage: null })).toMatchObject({
      generation: { usage: null, micros: 500 },
      metadata: { usage: "not reported", charged: { micros: 500, input: 50, output: 5 } },
    });
    expect(generation({ charged: { micros: null, input: 50, output: 5 } })).toMatchObject({
      generation: { micros: null },
    });
  });

  it.each([
    ["overloaded", "WARNING"],
    ["auth", "ERROR"],
  ])("that fails with %s has level %s, and the next try is another span", (error, level) => {
    const chain = createRun();
    plan(chain, 1, { a: [] });
    startAttempt(chain, "a");
    startModel(chain, thread, 1).add("model-ended", {
      ...chain.body("model-ended"),
      thread,
      turn: 1,
      try: 1,
      outcome: "failed",
      usage: null,
      response: null,
      stop: null,
      calls: [],
      charged: { micros: 0, input: 0, output: 0 },
      error: { class: error, message: "the key sk-1 of evil.example" },
    });
    ask(chain, thread, 1, [], 2);
    const tries = named(entriesOf(finish(chain)), "worker");
    expect(tries.map((one) => one.level)).toEqual([level, "DEFAULT", "DEFAULT"]);
    expect(tries[0]).toMatchObject({ status: `failed: ${error}`, metadata: { try: 1, error } });
  });

  it.each(["refusal", "length"] as const)("that stopped for %s is a warning", (stop) => {
    expect(generation({ stop })).toMatchObject({ level: "WARNING", status: stop });
  });
});

describe("a tool call", () => {
  it("has its arguments, its result and what was decided about it", () => {
    expect(named(entriesOf(finish(judgedCall(atWork()))), "bash")).toMatchObject([
      {
        kind: "tool",
        level: "DEFAULT",
        input: { digest: sha256(`args ${call}`), form: "json" },
        output: { digest: sha256(`result ${call}`), form: "text" },
        metadata: {
          risk: "write",
          reach: "sandbox",
          hosts: ["packages.example:443"],
          outcome: "ok",
          exit: 0,
        },
      },
    ]);
  });

  it.each([
    ["error", 1, "WARNING", "exit 1"],
    ["error", null, "WARNING", "error"],
    ["timeout", null, "ERROR", "timeout"],
    ["oom", 137, "ERROR", "oom"],
    ["flood", null, "ERROR", "flood"],
    ["full", null, "ERROR", "full"],
  ] as const)("that ends as %s with %s has level %s", (outcome, exit, level, status) => {
    const entries = entriesOf(finish(judgedCall(atWork(), { outcome, exit })));
    expect(named(entries, "bash")).toMatchObject([{ level, status }]);
  });

  it("that never started takes no time; what fits no tool bears no name of the model's", () => {
    const chain = atWork(["bash", "unknown"]);
    refuseCall(chain, call);
    endCall(chain, callOf(thread, 1, 1), { outcome: "refused", exit: null });
    const entries = entriesOf(finish(chain));
    const refused = ended(entries).filter(({ status }) => status === "refused");
    expect(refused.map(({ name, level, start, end }) => [name, level, end - start])).toEqual([
      ["bash", "WARNING", 0],
      ["invalid call", "WARNING", 0],
    ]);
  });

  it("in doubt ends where it was found so; the doubt ends when somebody settles it", () => {
    const entries = entriesOf(doubtedRun());
    expect(named(entries, "bash")).toMatchObject([{ level: "ERROR", status: "in doubt: crash" }]);
    expect(named(entries, "effect in doubt")).toMatchObject([
      {
        kind: "guardrail",
        status: "settled: happened",
        output: { digest: sha256(`settled ${call}`) },
        metadata: { finding: "happened", by: "person alice", call },
      },
    ]);
  });
});

/** The first call is asked about. */
function asked(): Chain {
  const chain = atWork();
  judgeCall(chain, call, { decision: "ask", risk: "network", rule: "r7" });
  return requestApproval(chain, call, chain.blob("base"));
}

describe("an approval", () => {
  it("is a guardrail from request to decision, seen while it waits", () => {
    const entries = entriesOf(approvedRun(true));
    const request = entries.findIndex(({ type }) => type === "approval-requested");
    const [waiting] = traceOf(entries, request);
    const [decided] = named(entries, "approval");
    expect(waiting).toMatchObject({ kind: "guardrail", isOpen: true, status: "a person is asked" });
    expect(decided).toMatchObject({
      id: waiting?.type === "span" ? waiting.id : "",
      level: "DEFAULT",
      status: "grant-edited",
      start: entries[request]?.at,
      end: entries[request + 1]?.at,
      input: { digest: sha256(`card ${call}`), form: "json" },
      output: { plain: "grant-edited by person alice" },
      metadata: { risk: "network", answer: "grant-edited", by: "person alice" },
    });
  });

  it.each(["refuse", "expire"] as const)("that comes to %s is a warning", (answer) => {
    const chain = decideApproval(asked(), "a1", answer);
    const entries = entriesOf(finish(endCall(chain, call, { outcome: "refused", exit: null })));
    expect(named(entries, "approval")).toMatchObject([{ level: "WARNING", status: answer }]);
  });

  it("whose call is refused otherwise is moot", () => {
    const entries = entriesOf(finish(endCall(asked(), call, { outcome: "refused", exit: null })));
    expect(named(entries, "approval")).toMatchObject([{ level: "WARNING", status: "moot" }]);
  });

  it("that no longer holds is told once more", () => {
    const chain = voidApproval(decideApproval(asked(), "a1", "grant"), "a1");
    const entries = entriesOf(finish(judgedCall(chain)));
    expect(named(entries, "approval")).toMatchObject([{ status: "grant" }]);
    expect(named(entries, "approval void")).toMatchObject([{ level: "WARNING", status: "void" }]);
  });

  it("ends with the attempt it was asked in", () => {
    const chain = endAttempt(asked(), "a", 1, "cancelled");
    expect(named(chain.entries(), "approval")).toMatchObject([
      { level: "WARNING", status: "ended with attempt 1" },
    ]);
  });
});

const traceOf = (entries: readonly Entry[], at: number): readonly TraceItem[] => {
  const fold = traceFold(sha256);
  for (const entry of entries.slice(0, at)) fold.see(entry);
  return fold.see(entries[at] as never);
};
