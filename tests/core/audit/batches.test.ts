import { describe, it } from "vitest";
import { expectBroken } from "./chain-builder.ts";
import { escalatedRun, plainRun } from "./honest-chains.ts";

describe("one commit", () => {
  it("finds a judgement from which nothing followed", async () => {
    await expectBroken(plainRun().until("call-started"), ["protocol", "nothing followed from it"]);
  });

  it("finds an integration without its acceptance", async () => {
    await expectBroken(plainRun().until("task-accepted"), ["protocol", "not accepted in the same commit"]);
  });

  it("finds an acceptance without the end of its attempt", async () => {
    await expectBroken(plainRun().until("attempt-ended"), [
      "protocol",
      "its attempt not ended in the same commit",
    ]);
  });

  it("finds a failing verdict without the end of its attempt", async () => {
    await expectBroken(escalatedRun("retry").until("attempt-ended"), [
      "protocol",
      "was fail and its attempt was not ended",
    ]);
  });
});
