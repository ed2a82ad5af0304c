import type { Registering } from "./registering.ts";

/** Commands that measure answers, and what answers are measured on. */
export function evaluating({ cli, io, act, json }: Registering): void {
  cli
    .command("metric")
    .summary("measures answers, one JSON object a line")
    .description(
      'measures answers: one {"gold", "pred"} a line on stdin, one {"value"} a line on stdout; without a name, all metrics',
    )
    .argument("[name]", "like f1_score or ece_10_bin")
    .option("--helm", "HELM's own numbers, its known faults too")
    .addOption(json())
    .addHelpText("after", "\nExample: harness metric f1_score < answers.jsonl")
    .action(
      act(async (name: string | undefined, options) =>
        (await import("../commands/metric.ts")).metric(io, name, options),
      ),
    );

  cli
    .command("perturb")
    .summary("puts questions in other forms, one JSON object a line")
    .description(
      'puts questions in other forms: one {"id", "seed", "input", "references"} a line on stdin, perturbed on stdout; without a name, all perturbations',
    )
    .argument("[name]", "like typos or person_name")
    .option("--params <json>", "its parameters, like '{\"prob\": 0.1}'")
    .option("--helm", "HELM's own swaps of genders and names, their known faults too")
    .addOption(json())
    .addHelpText("after", "\nExample: harness perturb mild_mix < cases.jsonl")
    .action(
      act(async (name: string | undefined, options) =>
        (await import("../commands/perturb.ts")).perturb(io, name, options),
      ),
    );
}
