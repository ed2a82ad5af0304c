import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { LoopArm } from "../../../src/cli/evaluation/arm-use.ts";
import { openPlace } from "../../../src/cli/evaluation/place.ts";
import type { Place } from "../../../src/cli/evaluation/place.ts";
import type { Io } from "../../../src/cli/io.ts";
import { readProject } from "../../../src/edges/project/project-file.ts";
import type { Arm, Ask } from "../../../src/evals/answer.ts";
import type { Case } from "../../../src/evals/suite/case.ts";
import { suiteSpec } from "../../../src/evals/suite/spec.ts";
import type { SuiteSpec } from "../../../src/evals/suite/spec.ts";
import { noEngine } from "../ground.ts";
import type { Files } from "../ground.ts";
import { submits, writes } from "../errands.ts";
import type { Turn } from "../errands.ts";
import { quietIo } from "./quiet-io.ts";

export const never = new AbortController().signal;

export const ioAt = (cwd: string, env: Io["env"] = {}): Io => quietIo(cwd, { ...noEngine, ...env });

/** A place for evaluations of the project in `dir`; closed after the test, unless it is closed before. */
export async function placeIn(dir: string, named = "one", env: Io["env"] = {}): Promise<Place> {
  const place = await openPlace(ioAt(dir, env), await readProject(dir), join(dir, ".harness/evals", named));
  let isOpen = true;
  const close: Place["close"] = async (then) => {
    if (isOpen) await place.close(then);
    isOpen = false;
  };
  onTestFinished(async () => close("kept"));
  return { ...place, close };
}

export const suite = (more: Turn = {}): SuiteSpec =>
  suiteSpec.parse({ suite: "files", kind: "agent", target: "prompt:worker", ...more });

export const worker = (version: number | null): LoopArm => ({
  kind: "prompt",
  name: "worker",
  version,
  model: null,
});

export const ask = (found: Case, sample = 1, arm: Arm = "candidate"): Ask => ({
  arm,
  item: { case: found, cluster: found.cluster ?? found.id },
  sample,
  form: null,
});

export const agentCaseOf = (folder: string): Case => ({ id: folder, groups: [], folder });

/** The planner's word for a plan of tasks that are done when their file says good. */
export const plans = (...ids: readonly string[]): Turn => ({
  submit_plan: {
    tasks: ids.map((id) => ({
      id,
      title: `${id}.txt says good`,
      instructions: `Write ${id}.txt.`,
      criteria: [{ id: "says", type: "command", run: `grep -q good ${id}.txt` }],
    })),
  },
});

export const works = (id: string, word = "good"): readonly Turn[] => [
  writes(`${id}.txt`, `${word}\n`),
  submits(`${id}.txt says ${word}`),
];

/** A project with one case, `tasks/files/NAME`, whose check is that `a.txt` says good. */
export const caseFilesOf = (name: string, script: Turn, front: Turn = {}): Files => ({
  [`tasks/files/${name}/goal.md`]: `---\n${JSON.stringify({
    model: "scripted/script.yaml",
    sandbox: { kind: "embedded" },
    checks: [{ id: "good", run: "grep -q good a.txt" }],
    ...front,
  })}\n---\n# Files\n\nLet a.txt say good.\n`,
  [`tasks/files/${name}/script.yaml`]: JSON.stringify({ price: { input: 1, output: 5 }, ...script }),
  [`tasks/files/${name}/workspace/a.txt`]: "bad\n",
  [`tasks/files/${name}/oracle/a.txt`]: "good\n",
});
