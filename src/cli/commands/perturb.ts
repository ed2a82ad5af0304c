import type { Readable } from "node:stream";
import { z } from "zod";
import { meant } from "../../core/nearest.ts";
import { perturbationNamed, perturbations } from "../../evals/perturb/table.ts";
import { answerLines, inWords } from "../evaluating/json-lines.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { inColumns } from "../view/columns.ts";
import { jsonLine } from "../view/json-line.ts";

export interface PerturbOptions {
  readonly params?: string;
  readonly helm?: boolean;
  readonly json?: boolean;
}

const instance = z.object({
  id: z.string(),
  seed: z
    .int()
    .nullish()
    .transform((seed) => seed ?? null),
  input: z.string(),
  references: z.array(z.string()).default([]),
});

const form =
  '{"id": "case 1", "seed": 1, "input": "…", "references": ["…"]}; seed and references may be left out';

/** `harness perturb [NAME]`: each line of stdin perturbed; without a name all perturbations. */
export async function perturb(
  io: Io,
  name: string | undefined,
  options: PerturbOptions,
  input: Readable = process.stdin,
): Promise<number> {
  if (name === undefined) return list(io, options.json === true);
  const found = perturbationNamed(name);
  if (found === undefined)
    throw new Refused(
      `perturbation ${name}: there is none${meant(
        name,
        perturbations.map((one) => one.name),
      )}; harness perturb lists all`,
    );
  const change = inWords("--params", found.form, () =>
    found.make(JSON.parse(options.params ?? "{}"), options.helm === true ? "helm" : "strict"),
  );
  await answerLines(io, input, form, (line) => {
    const one = instance.parse(line);
    const made = change(one);
    const isChanged =
      made.input !== one.input || made.references.some((text, at) => text !== one.references[at]);
    return { id: one.id, seed: one.seed, ...made, changed: isChanged };
  });
  return exit.ok;
}

function list(io: Io, isJson: boolean): number {
  if (isJson) {
    for (const { make: _, ...told } of perturbations) io.out(jsonLine(told));
    return exit.ok;
  }
  const rows = perturbations.map(({ name, concern, about }) => [name, concern, about]);
  for (const line of inColumns(rows, ["left", "left", "left"], io.columns)) io.out(`${line}\n`);
  io.out(`\n Which parameters each takes: harness perturb --json\n`);
  return exit.ok;
}
