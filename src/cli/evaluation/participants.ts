import type { Json } from "../../core/canonical.ts";
import type { JudgeUse } from "../../evals/receipt/receipt.ts";
import type { Form } from "../../evals/runner/order.ts";
import type { Purse } from "../../evals/runner/purse.ts";
import type { Scorer } from "../../evals/scoring/scorer.ts";
import type { Subject } from "../../evals/subject/subject.ts";
import type { Item } from "../../evals/suite/case.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import { agentSubject } from "./agent-subject.ts";
import { isJudgedByLoop, judgeSubject } from "./judge-subject.ts";
import { loopParticipants } from "./loop-participants.ts";
import { rubricParticipants } from "./rubric-participants.ts";
import { promptParticipants } from "./prompt-participants.ts";
import type { Arms } from "./settle.ts";
import type { World } from "./world.ts";

/** Who answers a suite and who scores it. */
export interface Participants {
  readonly subject: Subject;
  readonly scorer: Scorer;
  readonly forms: readonly Form[];
  readonly judge: JudgeUse | null;
  /** What a person should know though it stops nothing, a line each. */
  readonly warnings: readonly string[];
  /** What besides arms and suite makes it another evaluation. */
  readonly settings: Json;
  /** `removed`: nothing that is half done is needed any more. */
  readonly close: (then: "kept" | "removed") => Promise<void>;
}

export interface Participating {
  readonly suite: ReadSuite;
  readonly arms: Arms;
  readonly items: readonly Item[];
  /** Of which judges are paid. */
  readonly purse: Purse;
  /** A model as it was typed, as the project knows it. */
  readonly model: string | null;
}

/** @throws Refused for what keeps answers from being asked for or scored */
export async function participants(world: World, asked: Participating): Promise<Participants> {
  switch (asked.suite.spec.kind) {
    case "prompt":
      return promptParticipants(world, asked);
    case "agent":
      return loopParticipants(world, asked, agentSubject);
    case "judge":
      return isJudgedByLoop(asked.suite.spec.target)
        ? loopParticipants(world, asked, judgeSubject)
        : rubricParticipants(world, asked);
  }
}
