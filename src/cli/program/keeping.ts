import type { Registering } from "./registering.ts";

/** Commands about the state as a whole: traces, audits, backups, this machine. */
export function keeping({ cli, io, act, json }: Registering): void {
  cli
    .command("traces")
    .summary("how far traces were sent, and sends what waits")
    .description(
      "says how far traces were sent to Langfuse or an OTLP endpoint, sends what waits, or writes a file",
    )
    .argument("[action]", "status, push or export", "status")
    .option("--run <run>", "only this run")
    .option("--since <day>", "only runs made since that day (UTC), like 2026-11-28")
    .option("--again", "for push: also what was refused for good before")
    .option("--otlp <file>", "for export: a new file of OTLP/JSON requests, one a line; - for stdout")
    .addOption(json())
    .addHelpText("after", "\nExample: harness traces push --since 2026-11-01")
    .action(
      act(async (action: string, options) =>
        (await import("../commands/traces.ts")).traces(io, action, options),
      ),
    );

  cli
    .command("audit")
    .description("checks a run against the promises, by reading only")
    .argument("[run]", "the last one if left out")
    .addOption(json())
    .addHelpText("after", "\nExample: harness audit 7k2m")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("../commands/audit.ts")).auditRun(io, run, options),
      ),
    );

  cli
    .command("gc")
    .summary("drops what nothing needs any more, and gives the disk space back")
    .description(
      "drops what nothing needs any more, and gives the disk space back; what each run started from, handed in and accepted stays",
    )
    .option("--keep-days <n>", "also what only the turns and calls of runs needed that ended longer ago")
    .option("--dry-run", "only say what would go")
    .addOption(json())
    .addHelpText("after", "\nExample: harness gc --keep-days 30 --dry-run")
    .action(act(async (options) => (await import("../commands/gc.ts")).gc(io, options)));

  cli
    .command("backup")
    .description("copies all runs and evaluations of this project into one file, also while one is at work")
    .argument("<file>", "a new file")
    .addOption(json())
    .addHelpText("after", "\nExample: harness backup ../runs.tar")
    .action(
      act(async (file: string, options) => (await import("../commands/backup.ts")).backup(io, file, options)),
    );

  cli
    .command("restore")
    .description("brings the runs and evaluations of a backup back, into a project that has none")
    .argument("<file>", "what harness backup wrote")
    .option("--verify", "read every blob too (done anyway below 256 MB)")
    .addOption(json())
    .addHelpText("after", "\nExample: harness restore ../runs.tar")
    .action(
      act(async (file: string, options) =>
        (await import("../commands/backup.ts")).restore(io, file, options),
      ),
    );

  cli
    .command("doctor")
    .summary("says what keeps a run from starting here, and what to do")
    .description(
      "looks at machine, project, models, state and engine; says what is in the way; changes nothing",
    )
    .argument("[goal]", "a goal file: also tries its checks on the workspace as it is")
    .addOption(json())
    .addHelpText("after", "\nExample: harness doctor goal.md")
    .action(
      act(async (goal: string | undefined, options) =>
        (await import("../commands/doctor.ts")).doctor(io, goal, options),
      ),
    );
}
