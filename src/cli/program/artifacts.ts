import type { Registering } from "./registering.ts";

/** Commands about what is kept in versions besides prompts: models, datasets, rubrics. */
export function artifacts({ cli, io, act, json }: Registering): void {
  cli
    .command("models")
    .summary("models as versions: whose they are, what they were trained on")
    .description("models as versions: whose they are, what they were trained on, which one is used")
    .argument("[action]", "list, show, log, diff or register", "list")
    .argument("[names...]", "a model: my-ft, my-ft@2, my-ft@production")
    .option("--provider <name>", "for register: anthropic, openai, openai-compatible or scripted")
    .option("--id <model>", "for register: what the provider calls it")
    .option("--base <model>", "for register: what it was trained from")
    .option(
      "--training-dataset <dataset...>",
      "for register: a file, or a version like train@2; more than one in the order of training",
    )
    .option("--params <file>", "for register: parameters, as YAML or JSON")
    .option("--metrics <file>", "for register: what it reached, as YAML or JSON")
    .option("--commit <sha>", "for register: of the code that trained it")
    .option("-m, --message <why>", "for register: what it is for")
    .addOption(json())
    .addHelpText(
      "after",
      "\nExample: harness models register my-ft --provider openai --id ft:… -m 'our style'",
    )
    .action(
      act(async (action: string, names: readonly string[], options) =>
        (await import("../commands/models.ts")).models(io, action, names, options),
      ),
    );

  cli
    .command("datasets")
    .summary("datasets as versions: rows that stay where they are")
    .description("datasets as versions: the rows stay where they are, their digest is kept")
    .argument("[action]", "list, show, log, add, diff, split or verify", "list")
    .argument("[names...]", "a dataset: train, train@2; for add and diff also a file")
    .option("--name <name>", "for add: its name; that of the file if left out")
    .option("--by <field>", "for split: rows with the same value of it stay together")
    .option("--share <part>", "for split: how much of the values goes to train, like 0.8")
    .option("--to <dir>", "for split: also write the two files there")
    .option("-m, --message <why>", "for add and split: what it is, and why")
    .addOption(json())
    .addHelpText("after", "\nExample: harness datasets split train --by cluster --share 0.8 --to data")
    .action(
      act(async (action: string, names: readonly string[], options) =>
        (await import("../commands/datasets.ts")).datasets(io, action, names, options),
      ),
    );

  cli
    .command("rubrics")
    .description("rubrics as versions: who made them, which one is used")
    .argument("[action]", "list, log, diff, get or commit", "list")
    .argument("[names...]", "a rubric: helpful, helpful@2, helpful@production, helpful=file")
    .option("-m, --message <why>", "for commit: what changed, and why")
    .addOption(json())
    .addHelpText("after", "\nExample: harness rubrics diff helpful")
    .action(
      act(async (action: string, names: readonly string[], options) =>
        (await import("../commands/rubrics.ts")).rubrics(io, action, names, options),
      ),
    );
}
