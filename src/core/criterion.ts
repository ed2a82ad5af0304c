import { z } from "zod";
import { safeId } from "./id.ts";

const guard = z.boolean().optional().describe("true: it already holds and must stay true");

/**
 * How a result is judged, as a plan or a goal file says it.
 * `command` passes when it exits with `exit` (default 0) within `timeout_s` (default 120 s);
 * `file` passes when the file exists and, with `schema`, parses as JSON that fits the JSON Schema;
 * `rubric` passes when the evaluator's score (0 to 1) reaches `threshold` (default: the rubric's own).
 */
export const criterionSpec = z.discriminatedUnion("type", [
  z.strictObject({
    id: safeId.optional(),
    type: z.literal("command"),
    run: z.string().min(1).describe("a shell command, run in a fresh sandbox on the result"),
    exit: z.int().min(0).max(255).optional().describe("the exit code that means pass, 0 if left out"),
    timeout_s: z.number().positive().max(7200).optional(),
    protect: z.array(z.string()).optional().describe("globs of files put back from the start before judging"),
    guard,
  }),
  z.strictObject({
    id: safeId.optional(),
    type: z.literal("file"),
    path: z.string().min(1).describe("relative to the workspace"),
    schema: z.record(z.string(), z.json()).optional().describe("a JSON Schema the file must fit"),
    guard,
  }),
  z.strictObject({
    id: safeId.optional(),
    type: z.literal("rubric"),
    rubric: z.string().min(1).describe("name of a rubric, or what to look for in words"),
    threshold: z.number().min(0).max(1).optional(),
    guard,
  }),
]);
export type CriterionSpec = z.infer<typeof criterionSpec>;

/** A criterion with its id settled: what tasks and gradings hold. */
export type Criterion = CriterionSpec & { readonly id: string };

/** Gives criteria without an id the names `c1`, `c2`, … by position, as the public schema promises. */
export const nameCriteria = (specs: readonly CriterionSpec[]): Criterion[] =>
  specs.map((spec, index) => ({ ...spec, id: spec.id ?? `c${index + 1}` }));

/** What a rubric's score must reach where neither criterion nor rubric says. */
export const defaultThreshold = 0.7;

/** `invalid`: the judging itself broke (infrastructure), which says nothing of the work. */
export const criterionResult = z.enum(["pass", "fail", "invalid"]);
export type CriterionResult = z.infer<typeof criterionResult>;
