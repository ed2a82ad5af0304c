import type { Argument, Command, Option } from "commander";

/** What can stand at a place of a command line: one of these words, or what only the state or the disk knows. */
export type Kind =
  | { readonly type: "words"; readonly words: readonly string[] }
  | { readonly type: "run" | "task" | "waiting" | "goal" | "file" | "directory" | "other" };

interface OptionShape {
  /** `--json`; a short form is completed by nobody. */
  readonly flag: string;
  readonly about: string;
  /** Of the value that follows it; null: none does. */
  readonly value: Kind | null;
}

export interface CommandShape {
  readonly name: string;
  readonly about: string;
  readonly places: readonly Kind[];
  readonly options: readonly OptionShape[];
}

/** A command line as its program declares it, hidden commands and options left out. */
export function shapesOf(program: Command): readonly CommandShape[] {
  const help = program.createHelp();
  return help.visibleCommands(program).map((command) => ({
    name: command.name(),
    about: aboutOf(command),
    places: command.registeredArguments.map(placeOf),
    options: help.visibleOptions(command).flatMap((option) => optionOf(option) ?? []),
  }));
}

const aboutOf = (command: Command): string =>
  firstLine(command.summary() === "" ? command.description() : command.summary());

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

function optionOf(option: Option): OptionShape | null {
  const { long, description } = option;
  if (long === undefined || long === null) return null;
  const takesValue = option.required || option.optional;
  return { flag: long, about: firstLine(description), value: takesValue ? valueOf(option) : null };
}

function valueOf(option: Option): Kind {
  const words = option.argChoices ?? wordsIn(option.description);
  if (words !== null) return { type: "words", words };
  // `--to <dir>` is a directory, `--task <id>` a task: by the name of the value, else by that of the option.
  const named = /[<[]([\w-]+)/.exec(option.flags)?.[1] ?? "";
  return kindNamed(named) ?? kindNamed(option.name()) ?? { type: "other" };
}

function placeOf(argument: Argument): Kind {
  const words = argument.argChoices ?? wordsIn(argument.description);
  if (words !== null) return { type: "words", words };
  return argument.name() === "id" ? { type: "waiting" } : (kindNamed(argument.name()) ?? { type: "other" });
}

const kinds = {
  run: "run",
  goal: "goal",
  dir: "directory",
  file: "file",
  task: "task",
} as const satisfies Readonly<Record<string, Kind["type"]>>;

const kindNamed = (name: string): Kind | null =>
  Object.hasOwn(kinds, name) ? { type: kinds[name as keyof typeof kinds] } : null;

const list = /^(?:for [a-z]+: )?([a-z0-9-]+(?:, [a-z0-9-]+)*) or ([a-z0-9-]+)(?:;|$)/;

/** The words of a description that begins with a plain list, like `docker or embedded; …`. */
function wordsIn(description: string): readonly string[] | null {
  const found = list.exec(description);
  return found === null ? null : [...(found[1] ?? "").split(", "), found[2] ?? ""];
}
