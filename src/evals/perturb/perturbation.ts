import type { z } from "zod";
import type { Concern } from "../metrics/worst-case.ts";
import type { Mode } from "../mode.ts";
import { PythonRandom } from "./python-random.ts";

/** What is perturbed: the input of an item and its references. */
export interface Instance {
  readonly id: string;
  /** null: the first form, seeded with the id alone. */
  readonly seed: number | null;
  readonly input: string;
  readonly references: readonly string[];
}

export type Perturbed = Pick<Instance, "input" | "references">;

/** Changes a text by what `random` gives. */
export type Change = (text: string, random: PythonRandom) => string;

export interface Perturbation {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  readonly concern: Concern;
  /** Its parameters, as an example. */
  readonly form: string;
  /** The same parameters, item and mode make the same text on any machine. @throws z.ZodError for other parameters */
  readonly make: (params: unknown, mode: Mode) => (instance: Instance) => Perturbed;
}

/** `Random(id)`, or `Random(str(seed) + id)`. HELM: `Perturbation.get_rng` (augmentations/perturbation.py). */
export const randomOf = ({ id, seed }: Pick<Instance, "id" | "seed">): PythonRandom =>
  new PythonRandom(seed === null ? id : `${seed}${id}`);

/** A perturbation whose parameters are read by a schema. */
export function perturbation<T>(
  params: z.ZodType<T>,
  about: Omit<Perturbation, "make">,
  make: (params: T, mode: Mode) => (instance: Instance) => Perturbed,
): Perturbation {
  return { ...about, make: (given, mode) => make(params.parse(given), mode) };
}

/** Of the input alone: the references are what a right answer to the same question is. */
export const ofInput =
  (change: Change) =>
  (instance: Instance): Perturbed => ({
    input: change(instance.input, randomOf(instance)),
    references: instance.references,
  });

/** Of references and input, in this order, by one run of numbers. */
export const ofReferencesToo =
  (change: Change) =>
  (instance: Instance): Perturbed => {
    const random = randomOf(instance);
    const references = instance.references.map((reference) => change(reference, random));
    return { input: change(instance.input, random), references };
  };
