import { Command, Option } from "commander";
import type { Argument } from "commander";
import { exit } from "./exit.ts";
import { processIo } from "./io.ts";
import type { Io } from "./io.ts";
import { ownVersion } from "./version.ts";
import { inOneLine } from "./view/words.ts";
import { tellFailure } from "./failure.ts";

/** Runs one command line. @returns the exit code; never rejects. */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  const done: { code: number } = { code: exit.ok };
  try {
    await program(io, done).parseAsync(argv, { from: "user" });
    return done.code;
  } catch (error) {
    return await tellFailure(error, io);
  }
}

/** What commander finds wrong with a command line, in one line: `error: …`, perhaps with a guess on a second one. */
function usage(text: string, help: string): string {
  const [, what = "", guess] =
    /^(?:error: )?([\s\S]*?)\.?(?:\n\(Did you mean (.*)\?\))?\n?$/.exec(text) ?? [];
  const meant = guess === undefined ? "" : `; did you mean ${guess}?`;
  return `harness: ${inOneLine(what)}${meant}; see ${help}\n`;
}

const summary = `Runs an LLM agent on a goal: plans, works in a sandbox, judges by checks, keeps
every accepted result and survives any crash.

Start here:
  harness init            a new project with a first goal
  harness run goal.md     until the goal is met; ctrl-c stops it, resume goes on
`;

const codes = `
Example: harness run goal.md --budget 5 --export result

Exit codes: 0 met, ok · 1 not met · 2 bad input · 3 waits for a person
            4 budget used up · 5 infrastructure · 130, 143 stopped
            harness resume goes on from 3, 4, 5, 130 and 143`;

function program(io: Io, done: { code: number }): Command {
  const cli = new Command("harness")
    .description(summary)
    .version(ownVersion())
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err, outputError: complain("harness --help") })
    .configureHelp({
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.slice(0, 1).map(argument)].join(" "),
    })
    .addHelpText("after", codes);
  const json = (): Option => new Option("--json", "for machines: JSON on stdout, nothing else there");
  const act =
    <A extends unknown[]>(run: (...args: A) => Promise<number>) =>
    async (...args: A): Promise<void> => {
      done.code = await run(...args);
    };

  cli
    .command("init")
    .summary("makes a project with a first goal")
    .description(
      "makes a project: harness.yaml, a first goal, prompts, rubrics, tasks, sandbox, schemas for editors",
    )
    .argument("[dir]", "where", ".")
    .addHelpText("after", "\nExample: harness init my-agent")
    .action(act(async (dir: string) => (await import("./commands/init.ts")).init(io, dir)));

  cli
    .command("run")
    .description("works on a goal until it is met")
    .argument("<goal>", "a goal file (Markdown, with optional YAML front matter)")
    .option("--model <name>", "model for all roles: anthropic/<model>, openai/<model>, scripted/<file>, …")
    .option("--sandbox <kind>", "docker or embedded; docker if left out and an engine answers")
    .option("--budget <dollars>", "most money this run may spend")
    .option(
      "--prompt <which>",
      "worker@6 or worker=file: not the one in production; once for each role",
      (one: string, others: readonly string[]) => [...others, one],
      [],
    )
    .option("--yes", "start without reviewing the plan; without a terminal nobody is asked anyway")
    .option("--detach", "go on without this terminal; harness watch looks at it, harness stop stops it")
    .option("--export <dir>", "write the result into a new directory when the goal is met")
    .addOption(json())
    .addHelpText("after", "\nExample: harness run goal.md --model anthropic/<model> --budget 5")
    .action(act(async (goal: string, options) => (await import("./commands/run.ts")).run(io, goal, options)));

  cli
    .command("resume")
    .summary("goes on with a run where it stood")
    .description("goes on with a run where it stood; nothing accepted is done again")
    .argument("[run]", "the last one that has not ended if left out")
    .option(
      "--budget <more>",
      "+5: five dollars more; +30m, +200000tokens, +20turns, +3attempts; without +: the ceiling",
    )
    .option("--detach", "go on without this terminal")
    .addOption(json())
    .addHelpText("after", "\nExample: harness resume 7k2m --budget +5")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("./commands/run.ts")).resume(io, run, options),
      ),
    );

  cli
    .command("watch")
    .summary("follows a run that another process works on")
    .description("follows a run that another process works on; reads only, ctrl-c leaves it as it is")
    .argument("[run]", "the one at work if left out, else the last")
    .addOption(json())
    .addHelpText("after", "\nExample: harness watch 7k2m")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("./commands/watch.ts")).watch(io, run, options),
      ),
    );

  cli
    .command("tell")
    .description("leaves a note that the worker's next turn holds")
    .argument("<run>", "its id, or the beginning of it")
    .argument("<words...>", "the note")
    .option("--task <id>", "only for the worker of this task")
    .addHelpText("after", "\nExample: harness tell 7k2m 'the fixtures are in test/data' --task adapter")
    .action(
      act(async (run: string, words: readonly string[], options) =>
        (await import("./commands/steer.ts")).tell(io, run, words, options),
      ),
    );

  cli
    .command("stop")
    .summary("stops a run from any terminal")
    .description("stops a run from any terminal: what is open ends first, and nothing accepted is lost")
    .argument("[run]", "the last one that has not ended if left out")
    .option("--now", "do not wait for what is open")
    .addHelpText("after", "\nExample: harness stop 7k2m")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("./commands/steer.ts")).stop(io, run, options),
      ),
    );

  cli
    .command("runs")
    .description("lists the runs of this project")
    .addOption(json())
    .addHelpText("after", "\nExample: harness runs --json | jq -r .id")
    .action(act(async (options) => (await import("./commands/runs.ts")).runs(io, options)));

  cli
    .command("show")
    .description("tells the story of a run: attempts, verdicts, money")
    .argument("[run]", "the last one if left out")
    .option("--task <id>", "one task in full")
    .option("--left-out", "what of the workspace no worker saw, and why")
    .addOption(json())
    .addHelpText("after", "\nExample: harness show 7k2m --task clean")
    .action(
      act(async (run: string | undefined, options) =>
        (await import("./commands/show.ts")).show(io, run, options),
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
        (await import("./commands/cost.ts")).cost(io, run, options),
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
        (await import("./commands/take.ts")).diff(io, run, options),
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
        (await import("./commands/take.ts")).take(io, run, options),
      ),
    );

  cli
    .command("approvals")
    .description("what waits for a person, and how to answer it")
    .argument(
      "[action]",
      "list, show, watch, approve, reject, settle, retry, accept, raise, replan, drop or stop",
      "list",
    )
    .argument("[id]", "what is shown or answered")
    .argument("[finding]", "for settle: happened, not or skip")
    .option("--note <text>", "what the worker is told, like why it is rejected")
    .option("--edit <file>", "for approve: run this command (or these arguments, as JSON) instead")
    .option("--remember", "for approve: also write a rule into harness.yaml that allows the same from now on")
    .option("--until <date>", "for --remember: the last day the rule holds, or days from now (30)")
    .option("--alike", "also answer all other requests of the run that are the same")
    .option("--budget <more>", "for raise: +2 for two dollars more, +20m, +200000tokens")
    .addOption(json())
    .addHelpText("after", "\nExample: harness approvals reject a31 --note 'use the fixture in test/data'")
    .action(
      act(async (action: string, id: string | undefined, finding: string | undefined, options) =>
        (await import("./commands/approvals.ts")).approvals(io, action, id, finding, options),
      ),
    );

  cli
    .command("prompts")
    .summary("prompts as versions: who made them, which one is used")
    .description(
      "prompts as versions: who made them, when and why, which one is used; what a model would be sent",
    )
    .argument("[action]", "list, log, diff, get, render, commit or test", "list")
    .argument("[names...]", "a prompt: worker, worker@5, worker@production, worker=file (the file as it is)")
    .option("-m, --message <why>", "for commit: what changed, and why")
    .option("--stage <stage>", "staging or production; for get and render")
    .option("--vars <file>", "for render: the variables, as YAML or JSON")
    .addOption(json())
    .addHelpText("after", "\nExample: harness prompts diff worker@3 worker@5")
    .action(
      act(async (action: string, names: readonly string[], options) =>
        (await import("./commands/prompts.ts")).prompts(io, action, names, options),
      ),
    );

  cli
    .command("promote")
    .summary("lets runs use a version of a prompt")
    .description(
      "lets runs use a version of a prompt; what was in its place is archived. All of it is text in git: harness.lock",
    )
    .argument("[artifact]", "a version, like prompt:worker@5")
    .option("--to <stage>", "staging or production")
    .option("--why <reason>", "for who reads it in a year")
    .option("--unproven", "production without a receipt: a person answers for it, and it is shown")
    .option("--check", "for CI: are harness.lock, the files of versions and the receipts whole?")
    .addHelpText("after", "\nExample: harness promote prompt:worker@5 --to staging --why 'shorter rules'")
    .action(
      act(async (artifact: string | undefined, options) =>
        (await import("./commands/promote.ts")).promote(io, artifact, options),
      ),
    );

  cli
    .command("rollback")
    .summary("puts back what was in production before")
    .description("puts back what was in production before; it is recorded, and asks no network")
    .argument("<artifact>", "a name, like prompt:worker")
    .option("--why <reason>", "for who reads it in a year")
    .addHelpText("after", "\nExample: harness rollback prompt:worker --why 'it forgets the tests'")
    .action(
      act(async (artifact: string, options) =>
        (await import("./commands/rollback.ts")).rollback(io, artifact, options),
      ),
    );

  cli
    .command("policy")
    .summary("says whether a command would be asked about")
    .description("says what the rules of this project make of a command, and why; nothing is run")
    .argument("<action>", "test")
    .argument("[command]", "a shell command, in quotes")
    .option(
      "--stdin",
      'many: one {"command": …} a line, answered with one {"risk", "decision", "because"} a line',
    )
    .addOption(json())
    .addHelpText("after", "\nExample: harness policy test 'git push origin main'")
    .action(
      act(async (action: string, command: string | undefined, options) =>
        (await import("./commands/policy.ts")).policy(io, action, command, options),
      ),
    );

  cli
    .command("traces")
    .summary("how far traces were sent, and sends what waits")
    .description(
      "says how far traces were sent to Langfuse or an OTLP endpoint, sends what waits, or writes a file",
    )
    .argument("[action]", "status, push or export", "status")
    .option("--run <run>", "only this run")
    .option("--since <day>", "only runs made since that day, like 2026-11-28")
    .option("--again", "for push: also what was refused for good before")
    .option("--otlp <file>", "for export: a new file of OTLP/JSON requests, one a line; - for stdout")
    .addOption(json())
    .addHelpText("after", "\nExample: harness traces push --since 2026-11-01")
    .action(
      act(async (action: string, options) =>
        (await import("./commands/traces.ts")).traces(io, action, options),
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
        (await import("./commands/audit.ts")).auditRun(io, run, options),
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
    .action(act(async (options) => (await import("./commands/gc.ts")).gc(io, options)));

  cli
    .command("backup")
    .description("copies all runs of this project into one file, also while one is at work")
    .argument("<file>", "a new file")
    .addOption(json())
    .addHelpText("after", "\nExample: harness backup ../runs.tar")
    .action(
      act(async (file: string, options) => (await import("./commands/backup.ts")).backup(io, file, options)),
    );

  cli
    .command("restore")
    .description("brings the runs of a backup back, into a project that has none")
    .argument("<file>", "what harness backup wrote")
    .option("--verify", "read every blob too (done anyway below 256 MB)")
    .addOption(json())
    .addHelpText("after", "\nExample: harness restore ../runs.tar")
    .action(
      act(async (file: string, options) => (await import("./commands/backup.ts")).restore(io, file, options)),
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
        (await import("./commands/doctor.ts")).doctor(io, goal, options),
      ),
    );

  cli
    .command("completion")
    .summary("prints a script with which a shell completes harness")
    .description("prints a script with which a shell completes commands, options, runs and what waits")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", "\nExample: source <(harness completion bash)      (in ~/.bashrc)")
    .action(
      act(async (shell: string) => (await import("./commands/completion.ts")).completion(io, cli, shell)),
    );

  cli
    .command("__complete", { hidden: true })
    .argument("<kind>")
    .argument("[words...]")
    .action(
      act(async (kind: string, words: readonly string[]) =>
        (await import("./commands/completion.ts")).complete(io, kind, words),
      ),
    );

  for (const command of cli.commands)
    command.configureOutput({ outputError: complain(`harness ${command.name()} --help`) });
  return cli;
}

const argument = (one: Argument): string => (one.required ? `<${one.name()}>` : `[${one.name()}]`);

const complain =
  (help: string) =>
  (text: string, write: (text: string) => void): void =>
    write(usage(text, help));
