import { z } from "zod";

const common = {
  id: z.string().regex(/^[\w.:-]{1,120}$/, "is 1 to 120 of letters, digits, . _ : and -"),
  /** Cases of a cluster err together, and are in one part of the split. Unless said, each case is its own. */
  cluster: z.string().min(1).optional(),
  groups: z.array(z.string().min(1)).default([]),
};

/** One call: the prompt's variables, and what a right answer is (of several any). */
export const promptCase = z.strictObject({
  ...common,
  vars: z.record(z.string(), z.json()),
  expect: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
});

/** Work that a person judged: `fail` or `pass`; without a label it waits for `harness label`. */
export const judgeCase = z.strictObject({
  ...common,
  /** What was asked, what was answered; or files, by path, before and after. */
  vars: z.record(z.string(), z.json()),
  answer: z.union([z.string(), z.record(z.string(), z.string())]),
  rubric: z.string().min(1),
  label: z.enum(["pass", "fail"]).optional(),
  by: z.string().optional(),
  /** What the person who labelled it wrote down. */
  note: z.string().min(1).optional(),
});

/** A goal for the whole loop: a folder of the suite with `goal.md`, `workspace/`, and `oracle/` (the files of a right result). */
export const agentCase = z.strictObject({ ...common, folder: z.string().min(1) });

export const anyCase = z.union([promptCase, judgeCase, agentCase]);
export type PromptCase = z.infer<typeof promptCase>;
export type JudgeCase = z.infer<typeof judgeCase>;
export type AgentCase = z.infer<typeof agentCase>;
export type Case = z.infer<typeof anyCase>;

/** A case as it is evaluated: with its cluster settled. */
export interface Item {
  readonly case: Case;
  readonly cluster: string;
}
