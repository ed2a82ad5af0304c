import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Digest, Instant } from "../../../src/core/id.ts";
import type { Clock } from "../../../src/core/ports.ts";
import { compatibleModel } from "../../../src/edges/models/openai-compatible.ts";
import { prompts } from "../../../src/edges/prompts/prompts.ts";
import type { JudgePorts } from "../../../src/evals/scoring/judge.ts";
import type { Judge, Judged, Verdict, Verdicts } from "../../../src/evals/scoring/verdict.ts";
import { compatible } from "../../edges/models/wire/compatible.ts";
import { streaming } from "../../edges/models/wire/server.ts";
import type { Reply } from "../../edges/models/wire/server.ts";

export const sha256 = (text: string): Digest => createHash("sha256").update(text).digest("hex");

export const source = readFileSync(new URL("../../../prompts/judge.prompt", import.meta.url), "utf8");

export const judge: Judge = {
  model: "openai-compatible/judge",
  identity: null,
  timeoutMs: 60_000,
  prompt: { source, digest: sha256(source) },
  maxOutputTokens: 2048,
  rubrics: {
    helpful: {
      digest: sha256("helpful"),
      spec: {
        rubric: "helpful",
        threshold: 0.7,
        criteria: [
          {
            id: "answers",
            weight: 3,
            ask: "Does it answer?",
            levels: { 1: "fully", 0: "no", 0.5: "in part" },
          },
          { id: "grounded", weight: 1, ask: "Is every claim in the sources?", must: 0.5 },
        ],
      },
    },
    short: {
      digest: sha256("short"),
      spec: { rubric: "short", threshold: 0.5, criteria: [{ id: "brief", weight: 1, ask: "Is it short?" }] },
    },
  },
};

export const judgedOf = (given: Partial<Judged> = {}): Judged => ({
  vars: { mail: "Where is my parcel?" },
  references: ["delivery"],
  text: "It is about delivery.",
  output: null,
  ...given,
});

export interface StoredVerdicts extends Verdicts {
  readonly kept: Map<Digest, Verdict>;
}

/** @param isEarlier they are of somebody who asked before */
export function storedVerdicts(isEarlier = false): StoredVerdicts {
  const kept = new Map<Digest, Verdict>();
  return {
    kept,
    get: async (key) => {
      const verdict = kept.get(key);
      return verdict === undefined ? null : { verdict, isOwn: !isEarlier };
    },
    put: async (key, verdict) => void kept.set(key, verdict),
  };
}

/** Time that passes by being slept. */
export interface Sleeper extends Clock {
  readonly slept: number[];
}

export function sleeper(): Sleeper {
  const slept: number[] = [];
  let now: Instant = Date.now();
  return {
    slept,
    now: () => now,
    sleepUntil: async (until) => {
      if (until <= now) return;
      slept.push(until - now);
      now = until;
    },
  };
}

const price = { input: 2, output: 10, cacheRead: 1, cacheWrite: 2 };

/** A judge behind the server at `url`. */
export const portsTo = (url: string, given: Partial<JudgePorts> = {}): JudgePorts => ({
  models: {
    model: async (name) =>
      compatibleModel({ name, model: "judge", price, apiKey: null, baseUrl: `${url}/v1` }),
    heldUntil: async () => null,
  },
  prompts: prompts(),
  clock: sleeper(),
  sha256,
  verdicts: storedVerdicts(),
  dearTries: 3,
  ...given,
});

type Score = readonly [criterion: string, score: number];

export const verdictJson = (...scores: readonly Score[]): string =>
  JSON.stringify({
    scores: scores.map(([criterion, score]) => ({
      criterion,
      score,
      explanation: `because of ${criterion}`,
    })),
    explanation: "All in all.",
  });

/** Calls of `submit_verdict`, each with arguments as JSON. */
export const submitting = (...calls: readonly string[]): Reply =>
  streaming(
    compatible.frames({
      blocks: calls.map((json, at) => ({ id: `c${at}`, tool: "submit_verdict", json })),
      model: "judge-2026",
    }),
  );

export const saying = (text: string): Reply => streaming(compatible.frames({ blocks: [{ text }] }));
