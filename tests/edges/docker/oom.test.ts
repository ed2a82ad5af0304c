import { describe, expect, it } from "vitest";
import { oomKills } from "../../../src/edges/docker/oom.ts";

/** What is counted, the tests of limits see; here, that nothing is counted for somebody else. */
describe("kills for want of memory", () => {
  it.each([
    ["no process of that number", 2 ** 22 + 1],
    ["a container that does not run", 0],
    ["a process that is in no such container", process.pid],
  ])("are not known of %s", async (_, pid) => {
    expect(await oomKills("f".repeat(64), pid)).toBeNull();
  });
});
