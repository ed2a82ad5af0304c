import { nameText } from "../../core/registry/artifact.ts";
import type { ArtifactName } from "../../core/registry/artifact.ts";
import { Refused } from "../exit.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import { isJudgedByLoop } from "./judge-subject.ts";

/** What no answer of a suite depends on cannot be told apart by it, and so must not be promoted by it. @throws Refused */
export function refuseUnused(suite: ReadSuite, candidate: ArtifactName): void {
  const why = unusedBy(suite, candidate);
  if (why === null) return;
  throw new Refused(
    `${nameText(candidate)} cannot be evaluated on ${suite.name}: ${why}; say another suite, or make one: harness suite new NAME --target ${nameText(candidate)}`,
  );
}

/** Why, as the end of a sentence; null: it is used. */
function unusedBy({ spec, items }: ReadSuite, { kind, name }: ArtifactName): string | null {
  if (kind === "dataset" || kind === "suite") return `no answer depends on a ${kind}`;
  if (kind === "model") return null;
  if (spec.kind === "prompt")
    return kind === "rubric" ? "a rubric there scores the answers of both sides alike" : null;
  if (spec.kind === "agent") return null;
  const judge = isJudgedByLoop(spec.target) ? "evaluator" : "judge";
  if (kind === "prompt") return name === judge ? null : `its cases are judged by prompt:${judge}`;
  const isUsed = [...items.held_out, ...items.train].some(
    ({ case: one }) => "rubric" in one && one.rubric === name,
  );
  return isUsed ? null : "none of its cases is judged by it";
}
