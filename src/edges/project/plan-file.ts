import { stringify } from "yaml";
import { ownPlanSpec, settleOwnPlan, toOwnPlan } from "../../core/own-plan.ts";
import type { OwnPlanSpec } from "../../core/own-plan.ts";
import type { PlanSpec } from "../../core/plan.ts";
import { BadInput } from "./bad-input.ts";
import { parseSpec } from "./parse-spec.ts";
import type { Kind } from "./parse-spec.ts";
import { readText } from "./read-text.ts";

const kind: Kind<OwnPlanSpec> = { called: "the plan", schema: ownPlanSpec, elsewhere: {} };

/** A plan as a person wrote it, with its criteria settled. `path` is how errors name it. @throws BadInput */
export function parsePlan(path: string, text: string): PlanSpec {
  const { spec, lineOf } = parseSpec({ path, line: 1, text }, kind);
  const settled = settleOwnPlan(spec);
  if (!("faults" in settled)) return settled;
  const [first] = settled.faults;
  throw new BadInput(path, lineOf(first?.at ?? []), first?.what ?? "the plan cannot be used");
}

/** Reads `plan.yaml`. @throws BadInput */
export async function readPlan(file: string): Promise<PlanSpec> {
  const { path, text } = await readText(file);
  return parsePlan(path, text);
}

/** The plan as a person edits it. */
export const planText = (plan: PlanSpec): string => stringify(toOwnPlan(plan), { lineWidth: 100 });
