import { describe, expect, it } from "vitest";
import { like, wrongs } from "./chain-builder.ts";
import { plainRun } from "./honest-chains.ts";

describe("pins (P12)", () => {
  it("finds a model that is not the pinned one", async () => {
    expect(await wrongs(plainRun().change("model-started", { model: "scripted/e" }, 1))).toEqual(
      like(["P12", "the run pins scripted/w"]),
    );
  });

  it("finds a result judged in another image", async () => {
    expect(await wrongs(plainRun().change("judging-started", { image: "other" }))).toEqual(
      like(["P12", "judged in image other"]),
    );
  });
});
