import { basename } from "node:path";
import { rubricSpec } from "../../core/goal.ts";
import type { RubricSpec } from "../../core/goal.ts";
import { BadInput } from "./bad-input.ts";
import { parseSpec } from "./parse-spec.ts";
import type { Kind, Parsed } from "./parse-spec.ts";
import { readText } from "./read-text.ts";

const rubric: Kind<RubricSpec> = { called: "the rubric", schema: rubricSpec, elsewhere: {} };

/** Reads `rubrics/NAME.yaml`. @throws BadInput */
export async function readRubric(file: string): Promise<RubricSpec> {
  const { path, text } = await readText(file);
  return parseRubric(path, text, basename(path, ".yaml"));
}

/** Reads the text of a rubric of this name, which lies at `path`. @throws BadInput */
export function parseRubric(path: string, text: string, name: string): RubricSpec {
  const parsed = parseSpec({ path, line: 1, text }, rubric);
  const [problem] = problems(name, parsed);
  if (problem !== undefined) throw new BadInput(path, parsed.lineOf(problem.at), problem.what);
  return parsed.spec;
}

interface Problem {
  readonly at: readonly (string | number)[];
  readonly what: string;
}

function problems(name: string, { spec }: Parsed<RubricSpec>): Problem[] {
  const named: Problem[] =
    spec.rubric === name
      ? []
      : [
          {
            at: ["rubric"],
            what: `the rubric is called "${spec.rubric}", its file "${name}"; give both one name`,
          },
        ];
  return [
    ...named,
    ...spec.criteria.flatMap(({ id, levels = {} }, index): Problem[] => [
      ...(spec.criteria.findIndex((other) => other.id === id) === index
        ? []
        : [{ at: ["criteria", index, "id"], what: `criterion id "${id}" is used twice; rename one` }]),
      ...Object.keys(levels)
        .filter((level) => !isScore(level))
        .map((level) => ({
          at: ["criteria", index, "levels", level],
          what: `level "${level}" of criterion "${id}" is no score; give a number from 0 to 1`,
        })),
    ]),
  ];
}

/** A level: a number from 0 to 1. */
export const score = /^(?:0|1|0?\.\d+|1\.0+)$/;
const isScore = (level: string): boolean => score.test(level);
