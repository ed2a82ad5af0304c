import type { Chain } from "./chain-builder.ts";
import { describe, expect, it } from "vitest";
import { harness } from "../../../src/core/event.ts";
import { alice, like, wrongs } from "./chain-builder.ts";
import { atWork, escalatedRun, plainRun } from "./honest-chains.ts";
import { noBudget, raise } from "./moves.ts";

describe("escalations", () => {
  it("finds an answer without a question", async () => {
    expect(await wrongs(escalatedRun("retry").drop("escalation-raised"))).toEqual(
      like(["P10", "was never raised"]),
    );
  });

  it("finds a second answer", async () => {
    expect(await wrongs(escalatedRun("retry").repeat("escalation-answered"))).toEqual(
      like(["P10", "answered twice"]),
    );
  });

  it("finds a second question of one name", async () => {
    expect(await wrongs(escalatedRun("retry").repeat("escalation-raised"))).toEqual(
      like(["protocol", "raised twice"]),
    );
  });

  it("finds a question about a task that is done or unknown", async () => {
    const chain = plainRun().until("run-ended");
    expect(await wrongs(raise(chain))).toEqual(like(["protocol", 'task "a", which is accepted']));
    const other = plainRun().until("run-ended");
    expect(await wrongs(raise(other, { task: "z" }))).toEqual(
      like(["protocol", 'task "z", which is not planned']),
    );
  });

  it("finds an answer that was no option", async () => {
    const chain = escalatedRun("retry");
    expect(await wrongs(chain.change("escalation-raised", { options: ["stop"] }))).toEqual(
      like(["P10", "was no option"]),
    );
  });

  it("finds an answer by the harness, and one nobody gave", async () => {
    const chain = escalatedRun("retry").change("escalation-answered", { by: harness });
    expect(await wrongs(chain)).toEqual(like(["P10", "by the harness itself"]));
    const unsaid = escalatedRun("retry");
    unsaid.answers = [];
    expect(await wrongs(unsaid)).toEqual(like(["P10", 'nobody answered "e1"']));
  });

  it("takes more money for the answer to the question for it, and nothing else", async () => {
    const ask = (): Chain => raise(atWork([]), { task: null, kind: "budget", options: ["raise", "stop"] });
    const raised = { escalation: "e1", choice: "raise", note: null, by: alice } as const;
    const chain = ask().changeBudget(noBudget).add("escalation-answered", raised);
    expect(await wrongs(chain)).toEqual([]);
    expect(await wrongs(chain.drop("budget-changed"))).toEqual(like(["P10", "nobody answered"]));
  });

  it("takes a retry for an acceptance that did not merge, with a note", async () => {
    const chain = escalatedRun("retry");
    chain.answers = [];
    chain.answer("e1", { type: "escalation", choice: "accept", note: null, budget: null });
    expect(await wrongs(chain)).toEqual(like(["P10", "says something else"]));
    expect(await wrongs(chain.change("escalation-answered", { note: chain.blob("no merge") }))).toEqual([]);
  });

  it("finds an answer to a question whose task is gone", async () => {
    const chain = escalatedRun("drop").move("escalation-answered", 0, "judging-started", 1);
    expect(await wrongs(chain)).toEqual(like(["P10", "after its task had ended otherwise"]));
  });

  it("finds an attempt of a task that waits for a person", async () => {
    const chain = escalatedRun("retry").move("escalation-answered", 0, "baseline-recorded", 1);
    expect(await wrongs(chain)).toEqual(like(["protocol", "while the task waits for a person"]));
  });
});
