import { describe, it } from "vitest";
import { expectBroken } from "./chain-builder.ts";
import { plainRun } from "./honest-chains.ts";

describe("pins (P12)", () => {
  it("finds a model that is not the pinned one", async () => {
    await expectBroken(plainRun().change("model-started", { model: "scripted/e" }, 1), [
      "P12",
      "the run pins scripted/w",
    ]);
  });

  it("finds a result judged in another image", async () => {
    await expectBroken(plainRun().change("judging-started", { image: "other" }), [
      "P12",
      "judged in image other",
    ]);
  });
});
