import type { SuiteSpec } from "../../evals/suite/spec.ts";

type Kind = SuiteSpec["kind"];

const quality: Readonly<Record<Kind, string>> = {
  prompt: "quasi_exact_match",
  agent: "met",
  judge: "agrees",
};

const clustersOf: Readonly<Record<Kind, string>> = {
  prompt: "by: cluster, or the variable whose value is the cluster",
  agent: "cases of a cluster err together: give those of one repository one cluster",
  judge: "cases of a cluster err together: give those of one piece of work one cluster",
};

/** What a first version must reach; what comes after it is compared with production. */
const floorComment = `
  # floor: while nothing is in production, the least that a first version must reach beyond doubt; choose what you could
  # live with, below what you hope for (a few cases asked: harness eval NAME --smoke). Then it no longer matters.`;

/**
 * `suite.yaml` of a new suite: what it must say, and all that people change, as it is if they do not.
 * @param isFirst nothing of the target is in production
 */
export const firstSuite = (
  name: string,
  kind: Kind,
  target: string,
  isFirst: boolean,
): string => `# What is evaluated, on which cases, and what must not get worse by more than a margin. Settle it before you look at
# results: the gate is part of every receipt. What can be proved with these cases: harness suite plan ${name}
suite: ${name}
kind: ${kind} # prompt: one call a case; agent: the whole loop a case; judge: does the evaluator agree with people
target: ${target}
# model: anthropic/<model> # asked by every arm that is no model itself; the project's if left out. scripted/FILE is
# relative to this folder (in harness.yaml to the project)
held_out: { share: 0.8, by: cluster } # ${clustersOf[kind]}
samples: { looks: [2, 4, 8] } # answers to each case; a later look is only taken where nothing is decided yet
guards:${isFirst ? floorComment.replace("NAME", name) : ""}
  quality: { metric: ${quality[kind]}, margin: 0.05${isFirst ? ", floor: 0.7" : ""} } # { rubric: NAME, margin: 0.05 } where a judge must read the answer
  refusals: { metric: refusal, margin: 0.02 }
  invalid: { metric: invalid, margin: 0.02 }
  cost: { metric: cost, ratio: 1.15 }
# primary: { guard: quality, by: 0 } # what must get better, not only no worse
# metrics: { pass_at_2: { pass_at: 2 } } # the chance that one of two answers passes; never gates
report: [latency, tokens] # never gates; ${kind === "prompt" ? "robustness, fairness and calibration too" : "harness metric lists more"}
on_error: worst # a failed answer counts as the worst
`;
