import type { Answered, Arm, Ask } from "../../../src/evals/answer.ts";
import type { ScoringPorts } from "../../../src/evals/scoring/scorer.ts";
import { anyCase } from "../../../src/evals/suite/case.ts";
import type { Item } from "../../../src/evals/suite/case.ts";
import { suiteSpec } from "../../../src/evals/suite/spec.ts";
import type { SuiteSpec } from "../../../src/evals/suite/spec.ts";

export const suiteOf = (given: Readonly<Record<string, unknown>> = {}): SuiteSpec =>
  suiteSpec.parse({ suite: "core", kind: "prompt", target: "prompt:mails", ...given });

export function itemOf(given: Readonly<Record<string, unknown>> = {}): Item {
  const one = anyCase.parse({
    id: "c1",
    vars: { mail: "Where is my parcel?" },
    expect: "delivery",
    ...given,
  });
  return { case: one, cluster: one.cluster ?? one.id };
}

export const askOf = (
  given: { readonly item?: Item; readonly arm?: Arm; readonly sample?: number } = {},
): Ask => ({
  arm: given.arm ?? "candidate",
  item: given.item ?? itemOf(),
  sample: given.sample ?? 1,
  form: null,
});

export const answerOf = (given: Partial<Answered> = {}): Answered => ({
  outcome: "complete",
  why: null,
  text: "delivery",
  output: null,
  stop: "end",
  usage: { input: 120, output: 30, cacheRead: 0, cacheWrite: 0 },
  micros: 1500,
  latencyMs: 812,
  turns: 1,
  served: "small-1",
  logprobs: null,
  confidence: null,
  measured: {},
  ...given,
});

const unasked = (): never => {
  throw new Error("nobody should be asked");
};

/** Ports of a suite that needs no command and no judge. */
export const portsOf = (given: Partial<ScoringPorts> = {}): ScoringPorts => ({
  fits: () => null,
  commands: { run: unasked, folder: "/suite" },
  schemas: {},
  judge: () => unasked,
  ...given,
});

export const never = new AbortController().signal;
