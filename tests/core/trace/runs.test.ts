import { describe, expect, it } from "vitest";
import { callOf } from "../../../src/core/id.ts";
import { traceFold } from "../../../src/core/trace/fold.ts";
import { endCall, refuseCall } from "../audit/call-moves.ts";
import { alice, sha256 } from "../audit/chain-builder.ts";
import {
  atWork,
  call,
  crashedRun,
  finish,
  plainRun,
  steeredRun,
  stoppedRun,
  thread,
} from "../audit/honest-chains.ts";
import { raise } from "../audit/moves.ts";
import { entriesOf, judgedCall } from "./chains.ts";
import { ended, itemsOf, named, scoresOf } from "./items.ts";
import { wrongs } from "./wrongs.ts";

describe("a run", () => {
  it("is a trace with its goal, its models and how it ended", () => {
    const chain = plainRun();
    const heads = itemsOf(entriesOf(chain)).filter((item) => item.type === "trace");
    expect(heads).toHaveLength(2);
    expect(heads.at(-1)).toMatchObject({
      run: "7k2m",
      session: "7k2m",
      name: "harness run 7k2m",
      tags: ["harness:1.0.0", "model:scripted/p", "model:scripted/w", "model:scripted/e"],
      input: { digest: sha256("goal"), form: "text" },
      output: { plain: "met: 1 of 1 tasks accepted, 1 attempt, 3 model calls, $0.0015" },
    });
  });

  it("has ids of its own, also where another project has a run of that name", () => {
    const [one, other] = [{ seed: 1 }, { seed: 2 }].map((change) =>
      itemsOf(entriesOf(finish(judgedCall(atWork(["bash"], change))))),
    );
    const ids = new Set(one?.flatMap((item) => ("id" in item ? [item.id] : [item.trace])));
    expect(other?.filter((item) => ids.has("id" in item ? item.id : item.trace))).toEqual([]);
  });

  it.each([
    ["met", "DEFAULT"],
    ["unmet", "ERROR"],
    ["stopped", "WARNING"],
  ] as const)("that is %s has level %s and a score", (outcome, level) => {
    const entries = entriesOf(plainRun().change("run-ended", { outcome }));
    expect(named(entries, "harness run 7k2m")).toMatchObject([{ level, status: outcome, parent: null }]);
    expect(scoresOf(entries).at(-1)).toMatchObject({ name: "outcome", value: outcome, span: null });
  });

  it("that stopped says so until it goes on", () => {
    const entries = entriesOf(stoppedRun());
    const stop = entries.findIndex(({ type }) => type === "run-stopped");
    const [before, after] = [entries.slice(0, stop + 1), entries.slice(0, stop + 2)].map((some) =>
      itemsOf(some).findLast((item) => item.type === "span" && item.parent === null),
    );
    expect(before).toMatchObject({ isOpen: true, level: "WARNING", status: "stopped: person" });
    expect(after).toMatchObject({ isOpen: true, level: "DEFAULT", status: null });
    expect(named(entries, "crash")).toEqual([]);
    expect(named(entries, "worker").map(({ level }) => level)).toContain("ERROR");
  });

  it("whose process died shows from when to when nobody was there, and ends what was open", () => {
    const entries = entriesOf(crashedRun());
    const taken = entries.filter(({ type }) => type === "run-owned").slice(1);
    expect(named(entries, "crash").map(({ start, end }) => [start, end])).toEqual(
      taken.map(({ at, seq }) => [entries[seq - 2]?.at, at]),
    );
    const cut = ended(entries).filter(({ status }) => status === "cut: the process died");
    expect(cut.map(({ kind, level }) => [kind, level])).toEqual([
      ["generation", "ERROR"],
      ["tool", "ERROR"],
      ["tool", "ERROR"],
      ["span", "ERROR"],
    ]);
    expect(named(entries, "crash charged")).toHaveLength(3);
  });

  it("on a machine whose clock was set back has no span that ends before it begins", () => {
    const chain = plainRun();
    chain.steps = chain.steps.map((step, at) => ({ ...step, at: 9_000_000 - at * 1_000 }));
    expect(wrongs(chain.entries())).toEqual([]);
  });

  it("begins with its first entry", () => {
    const [, second] = plainRun().entries();
    expect(() => traceFold(sha256).see(second as never)).toThrow("the first event is run-owned");
  });

  it("is not changed by what is dropped after its end", () => {
    const chain = plainRun().add("blobs-dropped", { digests: [sha256("x")], why: "gc", by: alice });
    expect(itemsOf(entriesOf(chain))).toEqual(itemsOf(plainRun().entries()));
  });

  it("shows what people said and gave", () => {
    const entries = entriesOf(steeredRun());
    expect(named(entries, "note")).toMatchObject([{ input: { digest: sha256("mind the gap") } }]);
    expect(named(entries, "budget changed")).toMatchObject([
      { kind: "event", metadata: { by: "person alice", budget: { turns: 9 } } },
    ]);
  });
});

describe("what is told", () => {
  it("holds nothing that a model, a tool, a provider or a person said", () => {
    const chain = atWork(["bash", "unknown"]);
    refuseCall(chain, call);
    endCall(chain, callOf(thread, 1, 1), { outcome: "refused", exit: null });
    chain.add("egress-denied", { thread, host: "canary.example", port: 443, count: 2 });
    finish(chain);
    const calls = chain
      .body("model-ended", 1)
      .calls.map((one) => ({ ...one, tool: one.valid ? one.tool : "canary" }));
    chain.change("model-ended", { calls, error: { class: "server", message: "canary" } }, 1);
    chain.change("plan-adopted", { reason: "canary" });
    const entries = entriesOf(chain);
    expect(JSON.stringify(entries)).toContain("canary.example");
    expect(JSON.stringify(itemsOf(entries))).not.toContain("canary");
    expect(named(entries, "egress denied")).toMatchObject([
      { kind: "event", level: "WARNING", metadata: { port: 443, count: 2 } },
    ]);
  });

  it("shows the rest as events where it happened", () => {
    const chain = atWork([]);
    chain.add("model-held", { thread, model: "scripted/w", until: chain.at + 5_000 });
    chain.add("context-compacted", { thread, throughTurn: 1, summary: chain.blob("short"), saved: 10 });
    chain.add("policy-changed", { policy: chain.blob("policy 2"), keeps: null, by: alice });
    raise(chain, { escalation: "e9", kind: "outage", task: null, options: ["retry", "stop"] });
    chain.add("run-stopped", { reason: "outage", by: alice });
    const entries = entriesOf(chain);
    const events = ended(entries).filter(({ kind }) => kind === "event");
    expect(events.map(({ name }) => name)).toEqual([
      "model held",
      "context compacted",
      "policy changed",
      "run stopped",
    ]);
  });
});
