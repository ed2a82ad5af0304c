import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tests/longest-first.ts";
import { Tally } from "./tests/reporter.ts";
import { quickTemporary } from "./tests/quick-temporary.ts";

// Inherited by every process and thread that tests start.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "harness-compile-cache");
process.env["TMPDIR"] = quickTemporary();

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/require-node.ts"],
    reporters: ["default", new Tally()],
    // Many tests wait for processes of their own: one worker for each core, not for each second one.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    tags: [{ name: "docker", description: "needs a Docker engine: `describeDocker` of tests/docker.ts" }],
  },
});
