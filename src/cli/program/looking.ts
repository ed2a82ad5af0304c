import type { Registering } from "./registering.ts";

/** Commands that tell of runs, and take what they made. */
export function looking({ cli, io, act, json }: Registering): void {
  cli
    .command("runs")
    .description("lists the runs of this project")
    .addOption(json())
    .addHelpText("after", "\nExample: harness runs --json | jq -r .id")
    .action(act(async (options) => (await import("../commands/runs.ts")).runs(io, options)));

  cli
    .command("show")
    .description("tells the story of a run: attempts, verdicts, money")
    .argument("[run]", "the last one if left out")
    .option("--task <id>", "one task in full")
    .option("--left-out", "what of the workspace no worker saw, and why")
    .option("--html [file]", "all of it as one page for a browser; - is stdout, RUN.html if left out")
    .option("--force", "the page may take the place of another file")
    .addOption(json())
    .addHelpText("after", "\nExample: harness show 7k2m --task clean\n         harness show 7k2m --html")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("../commands/show.ts")).show(io, run, options),
      ),
    );

  cli
    .command("cost")
    .summary("says what was paid, and for what")
    .description("says what was paid, and for what: over all runs of this project, or in one of them")
    .argument("[run]", "all if left out")
    .option(
      "--by <what>",
      "run, task, role, model, prompt or day; run if left out, task where a run is named",
    )
    .option("--since <day>", "only calls that ended since, like 2027-01-31, or days with today, like 7; UTC")
    .addOption(json())
    .addHelpText("after", "\nExample: harness cost --by day --since 7")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("../commands/cost.ts")).cost(io, run, options),
      ),
    );

  cli
    .command("diff")
    .description("prints what a run changed, as a patch")
    .argument("[run]", "the last one if left out")
    .option("--stat", "names and sizes only")
    .addHelpText("after", "\nExample: harness diff 7k2m | git apply")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("../commands/take.ts")).diff(io, run, options),
      ),
    );

  cli
    .command("export")
    .description("writes the result of a run where you want it")
    .argument("[run]", "the last one if left out")
    .option("--to <dir>", "a new or empty directory")
    .option("--branch <name>", "a new branch of the workspace's git repository")
    .addHelpText("after", "\nExample: harness export 7k2m --branch agent/no-moment")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("../commands/take.ts")).take(io, run, options),
      ),
    );
}
