import { Command, Option } from "commander";
import type { Argument } from "commander";
import { exit } from "./exit.ts";
import { processIo } from "./io.ts";
import type { Io } from "./io.ts";
import { artifacts } from "./program/artifacts.ts";
import { completing } from "./program/completing.ts";
import { deciding } from "./program/deciding.ts";
import { evaluating } from "./program/evaluating.ts";
import { keeping } from "./program/keeping.ts";
import { looking } from "./program/looking.ts";
import { helpFor } from "./program/own-options.ts";
import { running } from "./program/running.ts";
import { ownVersion } from "./version.ts";
import { inOneLine } from "./view/words.ts";
import { tellFailure } from "./failure.ts";

/** Runs one command line. @returns the exit code; never rejects. */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  const done: { code: number } = { code: exit.ok };
  try {
    await program(io, done, argv).parseAsync(argv, { from: "user" });
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
  return `harness: ${inOneLine(what)}${meant}; ${help}\n`;
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

function program(io: Io, done: { code: number }, argv: readonly string[]): Command {
  const cli = new Command("harness")
    .description(summary)
    .version(ownVersion())
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: complain(() => "see harness --help"),
    })
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

  for (const register of [running, looking, deciding, artifacts, evaluating, keeping, completing])
    register({ cli, io, json, act });

  for (const command of cli.commands)
    command.configureOutput({ outputError: complain(() => helpFor(command, argv)) });
  return cli;
}

const argument = (one: Argument): string => (one.required ? `<${one.name()}>` : `[${one.name()}]`);

const complain =
  (help: () => string) =>
  (text: string, write: (text: string) => void): void =>
    write(usage(text, help()));
