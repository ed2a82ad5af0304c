import type { Body } from "../../../src/core/event.ts";
import type { Digest, ThreadId } from "../../../src/core/id.ts";
import { callOf, judgeThread } from "../../../src/core/id.ts";
import { ask, endCall, image } from "./call-moves.ts";
import type { Chain } from "./chain-builder.ts";
import { endAttempt, headOfRun } from "./moves.ts";

/** The moves from a submission to an accepted task, and to the end of the run. */

type Result = Body<"criterion-judged">["result"];

/** One grading by one command. A failed one ends the attempt in the same batch. */
export function judge(
  chain: Chain,
  task: string | null,
  attempt: number,
  grading: number,
  tree: Digest,
  result: Result = "pass",
): Chain {
  const of = { task, attempt, grading };
  chain.add("judging-started", {
    ...of,
    tree,
    restored: null,
    criteria: [{ id: "c1", type: "command" }],
    image,
  });
  judgeOne(chain, of, result);
  const explanation = chain.blob(`verdict ${result}`);
  chain.add("verdict-given", { ...of, verdict: result, explanation, feedback: null });
  if (task !== null && result === "fail") endAttempt(chain, task, attempt, "rejected");
  return chain;
}

type OfGrading = Pick<Body<"criterion-judged">, "task" | "attempt" | "grading">;

const judgeOne = (
  chain: Chain,
  of: OfGrading,
  result: Result,
  change: Partial<Body<"criterion-judged">> = {},
): Chain =>
  chain.add("criterion-judged", {
    ...of,
    criterion: "c1",
    result,
    score: null,
    exit: result === "pass" ? 0 : null,
    explanation: chain.blob(`why ${result}`),
    output: null,
    ...change,
  });

/** One grading by one command and, since that passes, by an evaluator who hands in. */
export function judgeByRubric(
  chain: Chain,
  task: string,
  attempt: number,
  grading: number,
  tree: Digest,
  evaluate: (thread: ThreadId) => Chain = (thread) => ask(chain, thread, 1, ["submit_verdict"]),
): Chain {
  const of = { task, attempt, grading };
  const criteria = [
    { id: "c1", type: "command" as const },
    { id: "r1", type: "rubric" as const },
  ];
  chain.add("judging-started", { ...of, tree, restored: null, criteria, image });
  judgeOne(chain, of, "pass");
  const thread = judgeThread(task, attempt, grading);
  evaluate(thread);
  endCall(chain, callOf(thread, 1, 0));
  judgeOne(chain, of, "pass", { criterion: "r1", score: 0.9, exit: null });
  const explanation = chain.blob("verdict pass");
  return chain.add("verdict-given", { ...of, verdict: "pass", explanation, feedback: null });
}

export const startIntegration = (
  chain: Chain,
  task: string,
  attempt: number,
  base: Digest,
  candidate: Digest,
): Chain => chain.add("integration-started", { task, attempt, base, head: headOfRun(chain), candidate });

type Outcome = Body<"integration-ended">["outcome"];

export const endIntegration = (
  chain: Chain,
  task: string,
  attempt: number,
  outcome: Outcome,
  tree: Digest | null,
): Chain =>
  chain.add("integration-ended", {
    task,
    attempt,
    outcome,
    tree,
    conflicts: 0,
    regressions: 0,
    detail: null,
  });

/** Integrates, accepts and ends the attempt. */
export function accept(chain: Chain, task: string, attempt: number, base: Digest, candidate: Digest): Chain {
  const fast = base === headOfRun(chain);
  const tree = fast ? candidate : chain.blob(`merged ${task} ${attempt}`);
  startIntegration(chain, task, attempt, base, candidate);
  endIntegration(chain, task, attempt, fast ? "fast" : "merged", tree);
  const handoff = chain.blob(`handoff ${task}`);
  chain.add("task-accepted", { task, attempt, head: tree, handoff, by: "verdict" });
  return endAttempt(chain, task, attempt, "accepted");
}

/** The goal is judged on the head, and the run ends as met. */
export function meet(chain: Chain, grading = 1): Chain {
  judge(chain, null, 0, grading, headOfRun(chain));
  return chain.add("run-ended", { outcome: "met", head: headOfRun(chain), grading });
}
