import type { Json } from "../../core/canonical.ts";
import type { JudgeUse } from "../../evals/receipt/receipt.ts";
import type { Form } from "../../evals/runner/order.ts";
import type { Purse } from "../../evals/runner/purse.ts";
import type { Scorer } from "../../evals/scoring/scorer.ts";
import type { Subject } from "../../evals/subject/subject.ts";
import type { Item } from "../../evals/suite/case.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
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
}

export interface Participating {
  readonly suite: ReadSuite;
  readonly arms: Arms;
  readonly items: readonly Item[];
  /** Of which judges are paid. */
  readonly purse: Purse;
}

/** @throws Refused for what keeps answers from being asked for or scored */
export async function participants(world: World, asked: Participating): Promise<Participants> {
  switch (asked.suite.spec.kind) {
    case "prompt":
      return promptParticipants(world, asked);
    case "agent":
    case "judge":
      throw new Error("to come");
  }
}
