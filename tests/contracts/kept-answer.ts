import { createHash } from "node:crypto";
import type { Digest } from "../../src/core/id.ts";
import type { KeptAnswer } from "../../src/evals/runner/store.ts";
import { unanswered } from "../../src/evals/subject/subject.ts";

export const keyOf = (name: string): Digest => createHash("sha256").update(name).digest("hex");

export const kept = (name: string, evaluation: string, at: number, text = "yes"): KeptAnswer => ({
  key: keyOf(name),
  evaluation,
  at,
  answered: {
    ...unanswered("error", ""),
    outcome: "complete",
    why: null,
    text,
    output: { parts: [1, null, "é\u0000\u{1f600}"] },
    usage: { input: 3, output: 1, cacheRead: 0, cacheWrite: 0 },
    micros: 12,
    latencyMs: 0.5,
    turns: 1,
    served: "model-1",
    logprobs: [-0.25, -1e-9],
    measured: { met: 1 },
  },
});
