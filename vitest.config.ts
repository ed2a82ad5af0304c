import { defineConfig } from "vitest/config";
import { Tally } from "./tests/reporter.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/require-node.ts"],
    reporters: ["default", new Tally()],
    // Many tests wait for processes of their own: one worker for each core, not for each second one.
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    tags: [{ name: "docker", description: "needs a Docker engine: `describeDocker` of tests/docker.ts" }],
  },
});
