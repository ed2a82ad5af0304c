import { describe, expect, it } from "vitest";
import { like, wrongs } from "./chain-builder.ts";
import { escalatedRun, plainRun } from "./honest-chains.ts";

describe("one commit", () => {
  it("finds a judgement from which nothing followed", async () => {
    expect(await wrongs(plainRun().until("call-started"))).toEqual(
      like(["protocol", "nothing followed from it"]),
    );
  });

  it("finds an integration without its acceptance", async () => {
    expect(await wrongs(plainRun().until("task-accepted"))).toEqual(
      like(["protocol", "not accepted in the same commit"]),
    );
  });

  it("finds an acceptance without the end of its attempt", async () => {
    expect(await wrongs(plainRun().until("attempt-ended"))).toEqual(
      like(["protocol", "its attempt not ended in the same commit"]),
    );
  });

  it("finds a failing verdict without the end of its attempt", async () => {
    expect(await wrongs(escalatedRun("retry").until("attempt-ended"))).toEqual(
      like(["protocol", "was fail and its attempt was not ended"]),
    );
  });
});
