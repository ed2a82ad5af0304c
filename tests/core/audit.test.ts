import { describe, it } from "vitest";
import { expectContent } from "./audit/chain-builder.ts";
import {
  approvedRun,
  crashedRun,
  doubtedRun,
  escalatedRun,
  outsideRun,
  parallelRun,
  plainRun,
  replannedRun,
} from "./audit/honest-chains.ts";

describe("audit of honest chains", () => {
  it.each([
    ["a plain run", () => plainRun()],
    ["an approved call", () => approvedRun()],
    ["an approved and edited call", () => approvedRun(true)],
    ["a call outside", () => outsideRun()],
    ["an effect in doubt, settled", () => doubtedRun()],
    ["three crashes", () => crashedRun()],
    ["a person who retries", () => escalatedRun("retry")],
    ["a person who accepts", () => escalatedRun("accept")],
    ["a person who drops", () => escalatedRun("drop")],
    ["parallel tasks and a merge", () => parallelRun()],
    ["a second plan", () => replannedRun()],
  ])("finds nothing in %s", async (_name, build) => expectContent(build()));

  it("finds nothing wherever an honest chain stops between two commits", async () => {});
});
