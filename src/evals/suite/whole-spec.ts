import { z } from "zod";
import type { Case } from "./case.ts";
import { qualityName } from "./guards.ts";
import type { SuiteSpec } from "./spec.ts";

/** Numbers of F1 of classes; `all`: each of the three, and F1 of each class where there are few. */
const f1Names = {
  classification_f1: "all",
  classification_macro_f1: "macro",
  classification_micro_f1: "micro",
  classification_weighted_f1: "weighted",
} as const;

/** A metric that no single answer has: of all answers to a case at once, or of all answers of an arm. Never gates. */
export const wholeSpec = z.union([
  /** The chance that one of so many answers to a case passes; `of`: the rate that says which do. */
  z.strictObject({ name: z.string().min(1), pass_at: z.int().positive(), of: z.string().min(1) }),
  z.strictObject({ name: z.string().min(1), f1: z.enum(["all", "macro", "micro", "weighted"]) }),
]);
export type WholeSpec = z.infer<typeof wholeSpec>;

/** All that a suite wants, its own first. */
export function wholesIn(suite: SuiteSpec): readonly WholeSpec[] {
  const own = Object.entries(suite.metrics).flatMap(([name, spec]): WholeSpec[] =>
    "pass_at" in spec ? [{ name, pass_at: spec.pass_at, of: spec.of ?? qualityName(suite) }] : [],
  );
  const named = [...new Set(suite.report)].flatMap((name): WholeSpec[] =>
    isF1(name) ? [{ name, f1: f1Names[name] }] : [],
  );
  return [...own, ...named];
}

const isF1 = (name: string): name is keyof typeof f1Names => Object.hasOwn(f1Names, name);

/** Why a metric cannot stand where a number of one answer is wanted, with what to do; null: it may be such a number. */
export function whyWhole(suite: SuiteSpec, name: string): string | null {
  if (name === "pass_at_k")
    return "pass_at_k is of several answers to a case: write it under metrics, like pass_at_2: { pass_at: 2 }, which is reported and never gates";
  const own = Object.hasOwn(suite.metrics, name) ? suite.metrics[name] : undefined;
  if (own !== undefined && "pass_at" in own)
    return `${name} is made of all answers to a case at once, and a number of each answer is needed here: name ${own.of ?? "a rate"} itself, as ${name} is reported anyway`;
  if (isF1(name))
    return `${name} is made of all answers at once, and a number of each answer is needed here: name one of a single answer, like quasi_exact_match, and ${name} under report`;
  return null;
}

/** Why F1 of classes cannot be had of a case, which has one class; null: it can. */
export function classFault(one: Case): string | null {
  const expect = "expect" in one ? one.expect : undefined;
  if (expect === undefined) return "it has no expect, which is its class";
  const classes = new Set([expect].flat()).size;
  return classes === 1 ? null : `F1 of classes needs one expect, and it has ${classes}`;
}
