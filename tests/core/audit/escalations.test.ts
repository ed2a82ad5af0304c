import { describe, it } from "vitest";
import { harness } from "../../../src/core/event.ts";
import { expectBroken } from "./chain-builder.ts";
import { escalatedRun, plainRun } from "./honest-chains.ts";
import { raise } from "./moves.ts";

describe("escalations", () => {
  it("finds an answer without a question", async () => {
    await expectBroken(escalatedRun("retry").drop("escalation-raised"), ["P10", "was never raised"]);
  });

  it("finds a second answer", async () => {
    await expectBroken(escalatedRun("retry").repeat("escalation-answered"), ["P10", "answered twice"]);
  });

  it("finds a second question of one name", async () => {
    await expectBroken(escalatedRun("retry").repeat("escalation-raised"), ["protocol", "raised twice"]);
  });

  it("finds a question about a task that is done or unknown", async () => {
    const chain = plainRun().until("run-ended");
    await expectBroken(raise(chain), ["protocol", 'task "a", which is accepted']);
    const other = plainRun().until("run-ended");
    await expectBroken(raise(other, { task: "z" }), ["protocol", 'task "z", which is not planned']);
  });

  it("finds an answer that was no option", async () => {
    const chain = escalatedRun("retry");
    await expectBroken(chain.change("escalation-raised", { options: ["stop"] }), ["P10", "was no option"]);
  });

  it("finds an answer by the harness, and one nobody gave", async () => {
    const chain = escalatedRun("retry").change("escalation-answered", { by: harness });
    await expectBroken(chain, ["P10", "by the harness itself"]);
    const unsaid = escalatedRun("retry");
    unsaid.answers = [];
    await expectBroken(unsaid, ["P10", 'nobody answered "e1"']);
  });

  it("finds an answer to a question whose task is gone", async () => {
    const chain = escalatedRun("drop").move("escalation-answered", 0, "judging-started", 1);
    await expectBroken(chain, ["P10", "after its task had ended otherwise"]);
  });

  it("finds an attempt of a task that waits for a person", async () => {
    const chain = escalatedRun("retry").move("escalation-answered", 0, "baseline-recorded", 1);
    await expectBroken(chain, ["protocol", "while the task waits for a person"]);
  });
});
