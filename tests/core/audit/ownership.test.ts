import { describe, expect, it } from "vitest";
import type { By } from "../../../src/core/event.ts";
import { harness } from "../../../src/core/event.ts";
import type { Chain } from "./chain-builder.ts";
import { like, wrongs } from "./chain-builder.ts";
import {
  atWork,
  call,
  crashedRun,
  doubtedRun,
  plainRun,
  rubricRun,
  steeredRun,
  thread,
} from "./honest-chains.ts";
import { ask, cutModel, startModel } from "./call-moves.ts";
import { answerEscalation, chargeCrash, endAttempt, limits, noBudget, own, raise } from "./moves.ts";

const stop = { reason: "signal", by: harness } as const;

describe("ownership", () => {
  it("finds a second creation", async () => {
    const chain = plainRun();
    const created = chain.steps[0];
    if (created?.event.type !== "run-created") throw new Error("the chain begins otherwise");
    chain.before("planning-started", 0, "run-created", created.event.body);
    expect(await wrongs(chain)).toEqual(
      like(["protocol", "created again"], ["chain", "not owned in the same commit"]),
    );
  });

  it("finds an event after the end, and lets blobs be dropped there", async () => {
    const chain = plainRun();
    const old = chain.blob("result task/a/1/1/0");
    chain.add("blobs-dropped", { digests: [old], why: "gc", by: harness });
    expect(await wrongs(chain)).toEqual([]);
    own(chain);
    expect(await wrongs(chain)).toEqual(like(["protocol", "run-owned comes after the run ended"]));
  });

  it("finds an event after a clean stop", async () => {
    const stopped = atWork([]).add("run-stopped", stop);
    expect(await wrongs(own(stopped))).toEqual([]);
    const chain = atWork([]).add("run-stopped", stop);
    expect(await wrongs(startModel(chain, thread, 2))).toEqual(
      like(["protocol", "model-started comes after the owner stopped"]),
    );
  });

  it("finds an end with another head", async () => {
    const chain = plainRun();
    chain.change("run-ended", { head: chain.blob("base") });
    expect(await wrongs(chain)).toEqual(like(["protocol", "not its head"]));
  });

  it("finds an end while something is open", async () => {
    const chain = startModel(atWork([]), thread, 2);
    chain.add("run-ended", { outcome: "stopped", head: chain.blob("base"), grading: 0 });
    expect(await wrongs(chain)).toEqual(like(["protocol", `ends while model call ${thread} is open`]));
  });

  it("finds an end as met with a task left over", async () => {
    const open = atWork([]);
    raise(open, { task: null, kind: "goal" });
    answerEscalation(open, "e1", "accept");
    open.add("run-ended", { outcome: "met", head: open.blob("base"), grading: 0 });
    expect(await wrongs(open)).toEqual(like(["protocol", 'task "a" is not done']));
  });

  it("finds a budget the harness raised by itself", async () => {
    const body = { task: null, budget: noBudget, by: harness };
    expect(await wrongs(plainRun().before("attempt-started", 0, "budget-changed", body))).toEqual(
      like(["P7", "by the harness itself"]),
    );
    expect(await wrongs(steeredRun())).toEqual([]);
  });

  it("finds a budget and a note that no person gave, or another, or only once", async () => {
    const unsaid = steeredRun();
    unsaid.answers = [];
    const nobody = like(["protocol", "that nobody gave"], ["P7", "one nobody gave"]);
    expect(await wrongs(unsaid)).toEqual(nobody);
    const by: By = { type: "person", user: "bob", tty: null };
    expect(await wrongs(steeredRun().change("note-added", { by }).change("budget-changed", { by }))).toEqual(
      nobody,
    );
    expect(await wrongs(steeredRun().repeat("note-added").repeat("budget-changed"))).toEqual(nobody);
  });
});

/** The owner dies in turn 2 of the worker until it died `limits.crashes` times while that ran alone: how often in all. */
function crashUntilLimit(chain: Chain): number {
  const all = limits.crashes + 1;
  for (let crash = 1; crash <= all; crash++) {
    own(startModel(chain, thread, 2, crash));
    chargeCrash(cutModel(chain, thread, 2, crash), thread, crash);
  }
  return all;
}

describe("recovery", () => {
  it.each([
    ["model-ended", 1, `left model call ${thread} open`],
    ["call-ended", 1, `left call ${call} open`],
    ["integration-ended", 0, 'left the integration of task "a" open'],
  ] as const)("finds a bracket that stays open: %s", async (type, nth, what) => {
    expect(await wrongs(crashedRun().drop(type, nth))).toEqual(like(["P10", what]));
  });

  it("finds a bracket left open by the last recovery of the chain", async () => {
    expect(await wrongs(own(startModel(atWork([]), thread, 2)))).toEqual(
      like(["P10", `left model call ${thread} open`]),
    );
  });

  it("finds a crash charged after a clean stop", async () => {
    const chain = startModel(atWork([]), thread, 2).add("run-stopped", stop);
    cutModel(own(chain), thread, 2);
    expect(await wrongs(chain)).toEqual([]);
    expect(await wrongs(chargeCrash(chain, thread, 1))).toEqual(like(["P10", "its owner stopped cleanly"]));
  });

  it("finds a crash that is charged to nobody, twice, or as another number", async () => {
    const uncharged = like(["P10", "was cut by a crash that is not charged to it"]);
    expect(await wrongs(doubtedRun().drop("crash-charged"))).toEqual(uncharged);
    expect(await wrongs(rubricRun().drop("crash-charged"))).toEqual(uncharged);
    expect(await wrongs(doubtedRun().repeat("crash-charged"))).toEqual(
      like(["P10", "twice"], ["P10", "as number 1, after 1"]),
    );
    expect(await wrongs(crashedRun().change("crash-charged", { count: 3 }, 2))).toEqual(
      like(["P10", "as number 3, after 1"]),
    );
  });

  it("finds a crash charged to who had nothing open", async () => {
    expect(await wrongs(chargeCrash(own(atWork([])), thread, 1))).toEqual(like(["P10", "had nothing open"]));
  });

  it("finds a crash charged outside of a recovery", async () => {
    expect(await wrongs(chargeCrash(atWork([]), thread, 1))).toEqual(
      like(["protocol", "outside of a recovery"]),
    );
  });

  it("finds a third crash alone without quarantine", async () => {
    const chain = atWork([]);
    const last = crashUntilLimit(chain);
    expect(await wrongs(endAttempt(chain, "a", 1, "quarantined"))).toEqual([]);
    chain.drop("attempt-ended");
    expect(await wrongs(startModel(chain, thread, 2, last + 1))).toEqual(like(["P10", "3 crashes alone"]));
  });

  it("counts only crashes without progress between them", async () => {
    const chain = atWork([]);
    for (let turn = 2; turn <= 5; turn++) {
      own(startModel(chain, thread, turn));
      chargeCrash(cutModel(chain, thread, turn), thread, 1);
      ask(chain, thread, turn, [], 2);
    }
    expect(await wrongs(chain)).toEqual([]);
  });

  it("lets a person forgive crashes alone, of the task asked about and no other", async () => {
    const suspect = (task: string | null): Chain => {
      const chain = atWork([]);
      crashUntilLimit(chain);
      raise(chain, { kind: "quarantine", task });
      return answerEscalation(chain, "e1", "retry");
    };
    const goOn = (chain: Chain): Chain => startModel(chain, thread, 2, limits.crashes + 2);
    expect(await wrongs(goOn(suspect("a")))).toEqual([]);
    expect(await wrongs(goOn(suspect(null)))).toEqual(like(["P10", "3 crashes alone"]));
    const again = cutModel(own(goOn(suspect("a"))), thread, 2, limits.crashes + 2);
    expect(await wrongs(chargeCrash(again, thread, limits.crashes + 2))).toEqual([]);
  });
});
