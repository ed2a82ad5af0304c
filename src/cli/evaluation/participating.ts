import type { Json } from "../../core/canonical.ts";
import type { JudgeUse, SandboxUse } from "../../evals/receipt/receipt.ts";
import type { Form } from "../../evals/runner/order.ts";
import type { Scorer } from "../../evals/scoring/scorer.ts";
import type { Subject } from "../../evals/subject/subject.ts";
import type { Item } from "../../evals/suite/case.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import type { Arms } from "./arms.ts";
import type { Payer } from "./rubric-judge.ts";

/** Who answers a suite and who scores it. */
export interface Participants {
  readonly subject: Subject;
  readonly scorer: Scorer;
  readonly forms: readonly Form[];
  readonly judge: JudgeUse | null;
  /** What a person should know though it stops nothing, a line each. */
  readonly warnings: readonly string[];
  /** In which the whole loop works; none where nothing is worked. */
  readonly sandboxes: readonly SandboxUse[];
  /** What besides arms and suite makes it another evaluation. */
  readonly settings: Json;
  /** `removed`: nothing that is half done is needed any more. */
  readonly close: (then: "kept" | "removed") => Promise<void>;
}

export interface Participating {
  readonly suite: ReadSuite;
  /** A smoke run decides nothing, so nothing need be known of its judge. */
  readonly mode: "gate" | "smoke";
  readonly arms: Arms;
  readonly items: readonly Item[];
  /** Of judges. */
  readonly payer: Payer;
  /** A model as it was typed, as the project knows it. */
  readonly model: string | null;
}
