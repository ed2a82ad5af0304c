import type { Registering } from "./registering.ts";

/** Commands that tell of runs, and take what they made. */
export function looking({ cli, io, act, json }: Registering): void {
  cli
    .command("runs")
    .description("lists the runs of this project, and compares them")
    .option(
      "--where <condition>",
      "only runs for which this holds, like prompt.worker=worker@5, cost>1 or outcome!=met; may be repeated",
      (one: string, others: readonly string[] | undefined) => [...(others ?? []), one],
    )
    .option("--columns <fields>", "what to tell of each, like id,outcome,cost,prompt.worker,model.worker")
    .option("--csv", "as CSV, for a spreadsheet")
    .addOption(json())
    .addHelpText(
      "after",
      "\nExample: harness runs --where prompt.worker=worker@5 --columns id,outcome,cost,attempts",
    )
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
    .summary("prints what a run changed, or how two runs differ")
    .description(
      "prints what a run changed, as a patch; of two runs, what they were made of and where they went apart",
    )
    .argument("[run]", "the last one if left out")
    .argument("[other]", "a second run, to compare it with")
    .option("--stat", "of one run: names and sizes only")
    .option("--patch", "of two runs: the patch of each prompt that differs")
    .addOption(json())
    .addHelpText("after", "\nExample: harness diff 7k2m | git apply\nExample: harness diff 7k2m 9qx1")
    .action(
      act(async (run: string | undefined, other: string | undefined, options) =>
        run === undefined || other === undefined
          ? (await import("../commands/take.ts")).diff(io, run, options)
          : (await import("../commands/compare.ts")).compareRuns(io, [run, other], options),
      ),
    );

  cli
    .command("replay")
    .summary("does a run again from its recorded answers, and says what comes out otherwise")
    .description(
      "does a run again from its recorded answers: no model is asked, nothing outside is reached, tools really run; says which event comes out otherwise first",
    )
    .argument("[run]", "the last one if left out")
    .option(
      "--prompt <which>",
      "worker@6 or worker=file: with this prompt in place of the one it used; once for each role",
      (one: string, others: readonly string[]) => [...others, one],
      [],
    )
    .option("--policy <which>", "now: calls are judged by harness.yaml as it is")
    .addOption(json())
    .addHelpText("after", "\nExample: harness replay 7k2m --prompt worker=file")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("../commands/replay.ts")).replayRun(io, run, options),
      ),
    );

  cli
    .command("export")
    .description("writes the result of a run where you want it")
    .argument("[run]", "the last one if left out")
    .option("--to <dir>", "a new or empty directory")
    .option("--branch <name>", "a new branch of the workspace's git repository")
    .option(
      "--manifest",
      "what the run was made of, as JSON on stdout: code, data, artifacts, settings, machine",
    )
    .addHelpText("after", "\nExample: harness export 7k2m --branch agent/no-moment")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("../commands/take.ts")).take(io, run, options),
      ),
    );
}
