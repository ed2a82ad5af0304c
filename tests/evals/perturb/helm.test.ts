import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { matchCase } from "../../../src/evals/perturb/match-case.ts";
import { perturbationNamed } from "../../../src/evals/perturb/table.ts";
import { helm } from "../vectors.ts";

interface Case {
  readonly perturbation: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly instance_id: string;
  readonly seed: number | null;
  readonly input: string;
  readonly references: readonly string[];
  readonly output: string;
  readonly output_references: readonly string[];
}
const cases = helm.perturbations as readonly Case[];

test("letters take the case of what they stand for as in HELM", () => {
  for (const { source, target, expected } of helm.match_case)
    expect(matchCase(source, target)).toBe(expected);
});

test("every perturbation is HELM's own, letter for letter", () => {
  expect(cases.length).toBe(60);
  const unlike = cases.flatMap((one) => {
    const { perturbation, params, instance_id: id, seed, input, references } = one;
    const made = perturbationNamed(perturbation)?.make(params, "helm")({ id, seed, input, references });
    const wanted = { input: one.output, references: one.output_references };
    return isDeepStrictEqual(made, wanted) ? [] : [{ perturbation, params, input, made, wanted }];
  });
  expect(unlike).toEqual([]);
});
