import type { Registering } from "./registering.ts";

/** Commands that begin runs, follow and steer them. */
export function running({ cli, io, act, json }: Registering): void {
  cli
    .command("init")
    .summary("makes a project with a first goal")
    .description(
      "makes a project: harness.yaml, a first goal, prompts, rubrics, tasks, sandbox, schemas for editors",
    )
    .argument("[dir]", "where", ".")
    .addHelpText("after", "\nExample: harness init my-agent")
    .action(act(async (dir: string) => (await import("../commands/init.ts")).init(io, dir)));

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
    .option(
      "--rubric <which>",
      "helpful@2 or helpful=file: not the one in production; once for each rubric",
      (one: string, others: readonly string[]) => [...others, one],
      [],
    )
    .option("--yes", "start without reviewing the plan; without a terminal nobody is asked anyway")
    .option("--detach", "go on without this terminal; harness watch looks at it, harness stop stops it")
    .option("--explain", "of a plan of your own: say which tasks would run again, and why; runs nothing")
    .option("--anew", "keep nothing of earlier runs, whatever has not changed")
    .option("--export <dir>", "write the result into a new directory when the goal is met")
    .addOption(json())
    .addHelpText("after", "\nExample: harness run goal.md --model anthropic/<model> --budget 5")
    .action(
      act(async (goal: string, options) => (await import("../commands/run.ts")).run(io, goal, options)),
    );

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
        (await import("../commands/run.ts")).resume(io, run, options),
      ),
    );

  cli
    .command("fork")
    .summary("goes on from a checkpoint of another run, with another prompt, model, budget or plan")
    .description(
      "a new run that goes on from where another one stood: what was accepted there is kept, what was done outside is known as done",
    )
    .argument("<run>", "its id, or the beginning of it")
    .option("--at <task>", "where this task was accepted, or start; the last acceptance if left out")
    .option(
      "--prompt <which>",
      "worker@6 or worker=file; once for each role",
      (one: string, others: readonly string[]) => [...others, one],
      [],
    )
    .option("--model <name>", "model for all roles")
    .option("--budget <dollars>", "most money this run may spend, as its parent if left out")
    .option("--plan <file>", "a plan of your own for what is left, instead of what was left of the parent's")
    .option("--replan", "the planner plans what is left anew")
    .addOption(json())
    .addHelpText("after", "\nExample: harness fork 7k2m --at adapter --prompt worker@6")
    .action(
      act(async (run: string, options) => (await import("../commands/fork.ts")).fork(io, run, options)),
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
        (await import("../commands/watch.ts")).watch(io, run, options),
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
        (await import("../commands/steer.ts")).tell(io, run, words, options),
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
        (await import("../commands/steer.ts")).stop(io, run, options),
      ),
    );
}
