import { suiteSpec } from "../../../src/evals/suite/spec.ts";
import type { SuiteSpec } from "../../../src/evals/suite/spec.ts";

/** A suite of prompts, with what is not as usual. */
export const specOf = (over: object): SuiteSpec =>
  suiteSpec.parse({ suite: "core", kind: "prompt", target: "prompt:worker", ...over });
