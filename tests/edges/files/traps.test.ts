import { describe, expect, it } from "vitest";
import { git, noGit, repository } from "./ground.ts";
import { setTraps } from "./traps.ts";

describe.skipIf(noGit)("setTraps (needs git)", () => {
  it("catches plain git, so that what springs no trap is careful", () => {
    const repo = repository({ a: "1\n", "f.trap": "x\n" });
    const sprung = setTraps(repo);
    git(repo, "status");
    git(repo, "update-ref", "refs/heads/x", "HEAD");
    git(repo, "diff");
    expect(sprung()).toEqual(
      expect.arrayContaining(["filter-clean", "fsmonitor", "hook-reference-transaction"]),
    );
  });
});
