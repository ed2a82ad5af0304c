import { describe, expect, it } from "vitest";
import type { Body } from "../../../src/core/event.ts";
import type { Chain } from "./chain-builder.ts";
import { like, wrongs } from "./chain-builder.ts";
import { plainRun } from "./honest-chains.ts";

describe("pins (P12)", () => {
  it("finds a model that is not the pinned one", async () => {
    expect(await wrongs(plainRun().change("model-started", { model: "scripted/e" }, 1))).toEqual(
      like(["P12", "the run pins scripted/w"]),
    );
  });

  describe("with a fallback", () => {
    const fallback = "scripted/f";
    const chainWith = (): Chain => {
      const chain = plainRun();
      const { pins } = chain.body("run-created");
      return chain.change("run-created", { pins: { ...pins, models: { ...pins.models, fallback } } });
    };

    it("lets it be asked after the model of the role failed", async () => {
      const chain = chainWith();
      const failed: Partial<Body<"model-ended">> = {
        outcome: "failed",
        response: null,
        calls: [],
        error: { class: "server", message: "" },
      };
      const again = { ...chain.body("model-started", 1), try: 2, model: fallback };
      const answered = { ...chain.body("model-ended", 1), try: 2 };
      chain.change("model-ended", failed, 1).before("call-judged", 0, "model-started", again);
      chain.before("call-judged", 0, "model-ended", answered);
      expect(await wrongs(chain)).toEqual([]);
    });

    it("finds that it was asked though the model of the role did not fail", async () => {
      expect(await wrongs(chainWith().change("model-started", { model: fallback }, 1))).toEqual(
        like(["P12", "asks the fallback scripted/f, though scripted/w did not fail"]),
      );
    });

    it("finds a model that is neither", async () => {
      expect(await wrongs(chainWith().change("model-started", { model: "scripted/e" }, 1))).toEqual(
        like(["P12", "the run pins scripted/w"]),
      );
    });
  });

  it("finds a result judged in another image", async () => {
    expect(await wrongs(plainRun().change("judging-started", { image: "other" }))).toEqual(
      like(["P12", "judged in image other"]),
    );
  });
});
