import type { Command } from "commander";

/**
 * Where an action of a command is told its options: `harness suite check takes --json; see harness suite --help`. Options
 * of one action say so: `for check: …`. @param argv as typed, the command's name first
 */
export function helpFor(command: Command, argv: readonly string[]): string {
  const help = `see harness ${command.name()} --help`;
  const [first] = command.registeredArguments;
  if (first?.name() !== "action") return help;
  const actions = first.description.split(/, | or /);
  const action = argv.slice(1).find((word) => actions.includes(word));
  if (action === undefined) return help;
  const told = command.options
    .filter(({ long }) => long !== "--json")
    .map((option) => ({
      option,
      of: actionsOf(option.description, actions),
    }));
  // Where some do not say whose they are, nobody can be told what an action takes.
  if (told.some(({ of }) => of.length === 0)) return help;
  const names = told.flatMap(({ option, of }) => (of.includes(action) ? [option.long ?? option.flags] : []));
  const json = command.options.some(({ long }) => long === "--json") ? ["--json"] : [];
  const takes = [...names, ...json].join(", ") || "no option";
  return `harness ${command.name()} ${action} takes ${takes}; ${help}`;
}

function actionsOf(description: string, actions: readonly string[]): readonly string[] {
  const named = /^for ([a-z, ]+?)(?:,? with\b[^:]*)?:/.exec(description)?.[1]?.split(/, | and /) ?? [];
  return named.filter((word) => actions.includes(word));
}
