import type { ArtifactKind } from "../../core/registry/artifact.ts";
import { openedAt } from "../registry/open-registry.ts";
import { runPrompts } from "../registry/run-prompts.ts";
import type { RunPrompts } from "../registry/run-prompts.ts";
import { runRubrics } from "../registry/run-rubrics.ts";
import type { RunRubrics } from "../registry/run-rubrics.ts";

/** The version that the runs of an arm use; everything else is production's. */
export interface LoopArm {
  readonly kind: ArtifactKind;
  readonly name: string;
  /** null: the working file. */
  readonly version: number | null;
  /** Asked in all roles, as after `--model` in the project's directory; null: as suite, goal or project say. */
  readonly model: string | null;
}

/** What the runs of an arm use: read once, so that nobody who promotes or edits meanwhile changes an evaluation. */
export interface ArmUse {
  readonly prompts: RunPrompts;
  readonly rubrics: RunRubrics;
  /** As `LoopArm.model`; null: as goal or project say. */
  readonly model: string | null;
}

/** @param model asked where the arm says none @throws Refused, BadInput, RegistryRefused */
export async function armUse(dir: string, arm: LoopArm, model: string | null): Promise<ArmUse> {
  const { kind, name, version } = arm;
  const typed = version === null ? `${name}=file` : `${name}@${version}`;
  const itself = kind === "model" && version !== null ? typed : null;
  return {
    prompts: await runPrompts(dir, kind === "prompt" ? [typed] : []),
    rubrics: await runRubrics(await openedAt(dir), kind === "rubric" ? [typed] : []),
    model: itself ?? arm.model ?? model,
  };
}
