import { z } from "zod";
import { parseSpec } from "../../edges/project/parse-spec.ts";
import type { Kind } from "../../edges/project/parse-spec.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { readText } from "../../edges/project/read-text.ts";

const texts = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const vars = z.record(z.string(), z.unknown());

/** What a rendered prompt must be, or the error that must come instead. */
const expectSpec = z.strictObject({
  /** Texts that are in it. */
  contains: texts.optional(),
  /** Texts that are not. */
  not: texts.optional(),
  /** Who speaks, in order: system first, where there is one. */
  roles: z.array(z.enum(["system", "user", "assistant"])).optional(),
  /** At most so many tokens, by a rough count. */
  tokens: z.int().min(1).optional(),
  /** Part of the message with which rendering fails. */
  error: z.string().min(1).optional(),
});
export type ExpectSpec = z.infer<typeof expectSpec>;

const fileSpec = z.strictObject({
  /** `worker`: the working file; `worker@5`, `worker@production`. */
  prompt: z.string().min(1),
  /** For all cases; a case's own are put over them. */
  vars: vars.optional(),
  cases: z
    .array(z.strictObject({ id: z.string().min(1).max(80), vars: vars.optional(), expect: expectSpec }))
    .min(1),
});
type FileSpec = z.infer<typeof fileSpec>;

/** One render of a prompt and what must come of it. */
export interface RenderCase {
  readonly id: string;
  /** Of the case's file. */
  readonly line: number;
  readonly prompt: string;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly expect: ExpectSpec;
}

const kind: Kind<FileSpec> = { called: "a file of render cases", schema: fileSpec, elsewhere: {} };

/** Reads the cases of a file of `tasks/prompts/`. @throws BadInput */
export async function readCases(file: string): Promise<readonly RenderCase[]> {
  const { path, text } = await readText(file);
  const { spec, lineOf } = parseSpec({ path, line: 1, text }, kind);
  return spec.cases.map(({ id, vars: own, expect }, index) => {
    const line = lineOf(["cases", index]);
    if (expect.error !== undefined && Object.keys(expect).length > 1)
      throw new BadInput(path, line, `case "${id}" expects an error and a text; keep one of them`);
    if (Object.keys(expect).length === 0)
      throw new BadInput(
        path,
        line,
        `case "${id}" expects nothing; say contains, not, roles, tokens or error`,
      );
    return { id, line, prompt: spec.prompt, vars: { ...spec.vars, ...own }, expect };
  });
}
