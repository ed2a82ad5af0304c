import { describe, it } from "vitest";
import { alice, expectBroken, expectContent, sha256 } from "./chain-builder.ts";
import { atWork, escalatedRun, parallelRun, plainRun } from "./honest-chains.ts";
import { endAttempt, endIntegration, startAttempt, startIntegration } from "./moves.ts";

describe("integrations", () => {
  const [base, work] = [sha256("base"), sha256("work")];

  it("finds two at once", async () => {
    const chain = parallelRun().until("integration-started", 1);
    chain.until("integration-started");
    startIntegration(chain, "a", 1, base, sha256("work a"));
    await expectContent(chain);
    await expectBroken(startIntegration(chain, "b", 1, base, sha256("work b")), [
      "protocol",
      'while that of task "a" is open',
    ]);
  });

  it("finds one from an old head", async () => {
    const chain = parallelRun().change("integration-started", { head: base }, 1);
    await expectBroken(chain, ["protocol", "a head that is not the run's"]);
  });

  it("finds one of an attempt that is none, or that was not judged", async () => {
    await expectBroken(startIntegration(atWork([]), "a", 2, base, base), [
      "protocol",
      "there is no such attempt",
    ]);
    await expectBroken(startIntegration(plainRun().until("judging-started"), "a", 1, base, work), [
      "protocol",
      "while the attempt is submitted",
    ]);
  });

  it("P6: finds one after a verdict that failed", async () => {
    const chain = escalatedRun("accept")
      .drop("escalation-answered")
      .drop("escalation-raised")
      .drop("attempt-ended");
    await expectBroken(
      chain.until("integration-ended"),
      ["protocol", "its attempt was not ended in the same commit"],
      ["P6", "the verdict was fail"],
    );
  });

  it("finds one with a wrong base", async () => {
    const chain = plainRun()
      .change("integration-started", { base: work })
      .change("integration-ended", { outcome: "merged" });
    await expectBroken(chain, ["protocol", "a base the attempt did not start from"]);
  });

  it("P6: finds one of a tree that was never judged", async () => {
    const chain = plainRun();
    const tree = chain.blob("another");
    chain.change("integration-started", { candidate: tree }).change("integration-ended", { tree });
    for (const type of ["task-accepted", "run-ended"] as const) chain.change(type, { head: tree });
    await expectBroken(chain.change("judging-started", { tree }, 1), ["P6", "not handed in and judged"]);
  });

  it("takes the judged tree where protected files were put back", async () => {
    const chain = plainRun();
    const tree = chain.blob("restored");
    chain.change("judging-started", { tree, restored: { count: 1, list: chain.blob("list") } });
    chain.change("integration-started", { candidate: tree }).change("integration-ended", { tree });
    for (const type of ["task-accepted", "run-ended"] as const) chain.change(type, { head: tree });
    await expectContent(chain.change("judging-started", { tree }, 1));
  });

  it("finds an end of what is not open", async () => {
    const chain = plainRun().until("integration-started");
    await expectBroken(endIntegration(chain, "a", 1, "conflict", null), ["protocol", "ends and is not open"]);
  });

  it("finds a merge that was skipped, and a tree that is not the candidate", async () => {
    const chain = parallelRun().change("integration-ended", { outcome: "fast" }, 1);
    await expectBroken(chain, ["protocol", "though the head had moved"], ["P6", "not the candidate"]);
  });

  it("P4: finds a merged tree that was not kept", async () => {
    const chain = parallelRun().until("task-accepted", 1).change("integration-ended", { tree: null }, 1);
    await expectBroken(
      chain,
      ["P4", "its tree was not kept"],
      ["protocol", "not accepted in the same commit"],
    );
  });

  it("lets a conflict send the task back", async () => {
    const chain = parallelRun().until("integration-ended", 1);
    endIntegration(chain, "b", 1, "conflict", null);
    endAttempt(chain, "b", 1, "conflict");
    await expectContent(startAttempt(chain, "b", 2));
  });

  it("finds an attempt integrated again after its conflict", async () => {
    const chain = endIntegration(parallelRun().until("integration-ended", 1), "b", 1, "conflict", null);
    await expectBroken(startIntegration(chain, "b", 1, base, sha256("work b")), [
      "protocol",
      "while the attempt is collided",
    ]);
  });

  it("P1: finds a task accepted twice", async () => {
    const chain = plainRun().repeat("task-accepted");
    await expectBroken(chain, ["protocol", "not ended in the same commit"], ["P1", "accepted twice"]);
  });

  it("P6: finds an acceptance nobody gave reason for", async () => {
    await expectBroken(plainRun().change("task-accepted", { by: "person" }), ["P6", "nobody answered so"]);
    await expectBroken(escalatedRun("accept").change("task-accepted", { by: "verdict" }), [
      "P6",
      "no verdict passed attempt 1",
    ]);
  });

  it("P6: finds an acceptance before the integration, or of another tree", async () => {
    const early = plainRun().move("task-accepted", 0, "integration-started", 0).until("integration-started");
    await expectBroken(early, ["P6", "was not integrated"], ["protocol", "not ended in the same commit"]);
    const chain = plainRun();
    for (const type of ["task-accepted", "run-ended"] as const) chain.change(type, { head: base });
    await expectBroken(chain.change("judging-started", { tree: base }, 1), [
      "P6",
      "not what its integration made",
    ]);
  });

  it("finds a task accepted that is not in the plan any more", async () => {
    const body = { task: "a", reason: "x", by: alice };
    await expectBroken(
      plainRun().before("task-accepted", 0, "task-dropped", body),
      ["protocol", "not accepted in the same commit"],
      ["protocol", "while an attempt is open"],
      ["protocol", "is not in the plan"],
      ["P6", "was not integrated"],
    );
  });
});
