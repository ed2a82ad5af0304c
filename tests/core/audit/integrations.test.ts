import { describe, expect, it } from "vitest";
import { alice, like, sha256, wrongs } from "./chain-builder.ts";
import { atWork, escalatedRun, parallelRun, plainRun } from "./honest-chains.ts";
import { answerEscalation, endAttempt, raise, startAttempt } from "./moves.ts";
import { endIntegration, startIntegration } from "./result-moves.ts";

describe("integrations", () => {
  const [base, work] = [sha256("base"), sha256("work")];

  it("finds two at once", async () => {
    const chain = parallelRun().until("integration-started", 1);
    chain.until("integration-started");
    startIntegration(chain, "a", 1, base, sha256("work a"));
    expect(await wrongs(chain)).toEqual([]);
    expect(await wrongs(startIntegration(chain, "b", 1, base, sha256("work b")))).toEqual(
      like(["protocol", 'while that of task "a" is open']),
    );
  });

  it("finds one from an old head", async () => {
    const chain = parallelRun().change("integration-started", { head: base }, 1);
    expect(await wrongs(chain)).toEqual(like(["protocol", "a head that is not the run's"]));
  });

  it("finds one of an attempt that is none, or that was not judged", async () => {
    expect(await wrongs(startIntegration(atWork([]), "a", 2, base, base))).toEqual(
      like(["protocol", "there is no such attempt"]),
    );
    expect(await wrongs(startIntegration(plainRun().until("judging-started"), "a", 1, base, work))).toEqual(
      like(["protocol", "while the attempt is submitted"]),
    );
  });

  it("P6: finds one after a verdict that failed", async () => {
    const chain = escalatedRun("retry").until("attempt-ended");
    expect(await wrongs(startIntegration(chain, "a", 1, base, work))).toEqual(
      like(["protocol", "its attempt was not ended in the same commit"], ["P6", "the verdict was fail"]),
    );
  });

  it("finds one with a wrong base", async () => {
    const chain = plainRun()
      .change("integration-started", { base: work })
      .change("integration-ended", { outcome: "merged" });
    expect(await wrongs(chain)).toEqual(like(["protocol", "a base the attempt did not start from"]));
  });

  it("P6: finds one of a tree that was never judged", async () => {
    const chain = plainRun();
    const tree = chain.blob("another");
    chain.change("integration-started", { candidate: tree }).change("integration-ended", { tree });
    for (const type of ["task-accepted", "run-ended"] as const) chain.change(type, { head: tree });
    expect(await wrongs(chain.change("judging-started", { tree }, 1))).toEqual(
      like(["P6", "not handed in and judged"]),
    );
  });

  it("takes the judged tree where protected files were put back", async () => {
    const chain = plainRun();
    const tree = chain.blob("restored");
    chain.change("judging-started", { tree, restored: { count: 1, list: chain.blob("list") } });
    chain.change("integration-started", { candidate: tree }).change("integration-ended", { tree });
    for (const type of ["task-accepted", "run-ended"] as const) chain.change(type, { head: tree });
    expect(await wrongs(chain.change("judging-started", { tree }, 1))).toEqual([]);
  });

  it("finds an end of what is not open", async () => {
    const chain = plainRun().until("integration-started");
    expect(await wrongs(endIntegration(chain, "a", 1, "conflict", null))).toEqual(
      like(["protocol", "ends and is not open"]),
    );
  });

  it("finds a merge that was skipped, and a tree that is not the candidate", async () => {
    const chain = parallelRun().change("integration-ended", { outcome: "fast" }, 1);
    expect(await wrongs(chain)).toEqual(
      like(["protocol", "though the head had moved"], ["P6", "not the candidate"]),
    );
  });

  it("P4: finds a merged tree that was not kept", async () => {
    const chain = parallelRun().until("task-accepted", 1).change("integration-ended", { tree: null }, 1);
    expect(await wrongs(chain)).toEqual(
      like(["P4", "its tree was not kept"], ["protocol", "not accepted in the same commit"]),
    );
  });

  it("lets a conflict send the task back", async () => {
    const chain = parallelRun().until("integration-ended", 1);
    endIntegration(chain, "b", 1, "conflict", null);
    endAttempt(chain, "b", 1, "conflict");
    expect(await wrongs(startAttempt(chain, "b", 2))).toEqual([]);
  });

  it("finds an attempt integrated again after its conflict", async () => {
    const chain = endIntegration(parallelRun().until("integration-ended", 1), "b", 1, "conflict", null);
    expect(await wrongs(startIntegration(chain, "b", 1, base, sha256("work b")))).toEqual(
      like(["protocol", "while the attempt is collided"]),
    );
  });

  it("P1: finds a task accepted twice", async () => {
    const chain = plainRun().repeat("task-accepted");
    expect(await wrongs(chain)).toEqual(
      like(["protocol", "not ended in the same commit"], ["P1", "accepted twice"]),
    );
  });

  it("P6: finds an acceptance nobody gave reason for", async () => {
    expect(await wrongs(plainRun().change("task-accepted", { by: "person" }))).toEqual(
      like(["P6", "nobody answered so"]),
    );
    expect(await wrongs(escalatedRun("accept").change("task-accepted", { by: "verdict" }))).toEqual(
      like(["P6", "no verdict passed attempt 1"], ["P6", "was not integrated"]),
    );
  });

  it("takes a person's word at once, for what was handed in", async () => {
    const chain = escalatedRun("accept");
    expect(await wrongs(chain)).toEqual([]);
    chain.until("judging-started", 1).change("task-accepted", { head: chain.blob("elsewhere") });
    expect(await wrongs(chain)).toEqual(like(["P6", "a tree that was not handed in"]));
    chain.change("task-accepted", { head: work, attempt: 2 });
    expect(await wrongs(chain)).toEqual(like(["P6", "by an attempt it never had"]));
    const busy = parallelRun().until("integration-ended");
    raise(busy, { task: "b" });
    answerEscalation(busy, "e1", "accept");
    const handoff = busy.blob("handoff b");
    busy.add("task-accepted", { task: "b", attempt: 1, head: sha256("work b"), handoff, by: "person" });
    expect(await wrongs(endAttempt(busy, "b", 1, "accepted"))).toEqual(
      like(["protocol", "while an integration is open"]),
    );
  });

  it("finds what a person accepted integrated as if it had passed", async () => {
    const chain = escalatedRun("accept").until("task-accepted");
    expect(await wrongs(startIntegration(chain, "a", 1, base, work))).toEqual(
      like(["protocol", "while the attempt is ended"]),
    );
  });

  it("P6: finds an acceptance before the integration, or of another tree", async () => {
    const early = plainRun().move("task-accepted", 0, "integration-started", 0).until("integration-started");
    expect(await wrongs(early)).toEqual(
      like(["P6", "was not integrated"], ["protocol", "not ended in the same commit"]),
    );
    const chain = plainRun();
    for (const type of ["task-accepted", "run-ended"] as const) chain.change(type, { head: base });
    expect(await wrongs(chain.change("judging-started", { tree: base }, 1))).toEqual(
      like(["P6", "not what its integration made"]),
    );
  });

  it("finds a task accepted that is not in the plan any more", async () => {
    const body = { task: "a", reason: "x", by: alice };
    expect(await wrongs(plainRun().before("task-accepted", 0, "task-dropped", body))).toEqual(
      like(
        ["protocol", "not accepted in the same commit"],
        ["protocol", "while an attempt is open"],
        ["protocol", "is not in the plan"],
        ["P6", "was not integrated"],
      ),
    );
  });
});
