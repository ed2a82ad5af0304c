import type { SuiteSpec } from "../../evals/suite/spec.ts";
import type { Item } from "../../evals/suite/case.ts";
import { scoringFaults, rubricsOf } from "../../evals/scoring/faults.ts";
import { measuresOf } from "../../evals/scoring/measures.ts";
import { scorerFor } from "../../evals/scoring/scorer.ts";
import { unanswered } from "../../evals/subject/subject.ts";
import { counted, fails, holds, someOf } from "../../evals/suite/check/finding.ts";
import type { Finding } from "../../evals/suite/check/finding.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { commandsIn, metricSchemas } from "../evaluation/own-metrics.ts";
import { judgeModelOf, rubricsThere } from "../evaluation/rubric-judge.ts";
import type { Opened } from "../registry/open-registry.ts";
import type { SuiteFile } from "./suite-file.ts";

/** How many references the suite's own commands are tried on. */
const tried = 8;

/**
 * Answers can be scored: rubrics and their judge are there, schemas can be used, and the suite's own commands give a number for
 * what is right and for no answer at all. No model is asked; missing references are another check's matter.
 */
export async function checkScored(
  opened: Opened,
  { spec, folder }: SuiteFile,
  items: readonly Item[],
  env: Readonly<Record<string, string | undefined>>,
  onCase: (done: number, of: number, what: string) => void = () => {},
): Promise<Finding> {
  const project = await readProject(opened.dir);
  const { schemas, bad: badSchemas } = await metricSchemas(folder, spec);
  const rubrics = await rubricsThere(opened, rubricsOf(spec));
  const judge = judgeModelOf({ project, opened }, { spec, folder });
  const [fault, ...more] = scoringFaults(spec, { items: [], models: [], rubrics, badSchemas, judge });
  if (fault !== undefined)
    return fails(
      "scored",
      `${fault}${more.length === 0 ? "" : ` (and ${more.length} more)`}`,
      "harness eval refuses it until then",
    );
  const commands = Object.keys(spec.metrics).filter((name) => "command" in (spec.metrics[name] ?? {}));
  if (commands.length === 0) return holds("scored", counted(measuresOf(spec).length, "measure"));
  const wrong = await commandFaults(spec, folder, { items, env, schemas, commands, onCase });
  return wrong.length === 0
    ? holds(
        "scored",
        `${counted(measuresOf(spec).length, "measure")}; ${someOf(commands)} tried on references`,
      )
    : fails("scored", wrong[0] ?? "", "mend the command");
}

interface Trying {
  readonly items: readonly Item[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly commands: readonly string[];
  readonly onCase: (done: number, of: number, what: string) => void;
}

/** What a reference scores as an answer, and an empty one: a number each, and not the same one for all. */
async function commandFaults(
  spec: SuiteSpec,
  folder: string,
  { items, env, schemas, commands, onCase }: Trying,
): Promise<readonly string[]> {
  const scorer = scorerFor(spec, {
    fits: () => null,
    commands: commandsIn(folder, env),
    schemas,
    judge: () => () => ({ score: null }),
  });
  const { signal } = new AbortController();
  const [scores, faults] = [new Map(commands.map((name) => [name, new Set<number>()])), new Set<string>()];
  const tries = items.filter(hasExpect).slice(0, tried);
  for (const [index, item] of tries.entries()) {
    onCase(index + 1, tries.length, "cases");
    for (const text of [expectOf(item), ""]) {
      const answered = { ...unanswered("error", ""), outcome: "complete" as const, why: null, text };
      const ask = { arm: "candidate" as const, item, sample: 1, form: null };
      const found = await scorer.score(ask, answered, signal);
      for (const name of commands) {
        const score = found.scores[name];
        if (typeof score === "number") scores.get(name)?.add(score);
        else faults.add(`metrics.${name}: ${found.whys[name] ?? "it gave no number"} (case ${item.case.id})`);
      }
    }
  }
  for (const [name, seen] of scores)
    if (seen.size === 1 && items.some(hasExpect))
      faults.add(
        `metrics.${name}: right answers and empty ones all score ${[...seen][0]}, so it tells nothing`,
      );
  return [...faults];
}

const hasExpect = ({ case: one }: Item): boolean => "expect" in one && one.expect !== undefined;

const expectOf = ({ case: one }: Item): string =>
  "expect" in one && one.expect !== undefined ? ([one.expect].flat()[0] ?? "") : "";
