import { holdsUnknown, tame } from "./arg.ts";
import type { Arg } from "./arg.ts";
import { destroys, ownCode, unknownCode } from "./finding.ts";
import type { Outcome } from "./finding.ts";

/**
 * A command that hides in an option or a setting of another program: as risky as its text, and never only reading.
 * @param given "name": it gets the name of a file behind its words; "input": what it works on stands on its input
 */
export function hiddenCommand(because: string, command: Arg, given: "name" | "input" = "name"): Outcome {
  if (holdsUnknown(command)) return [unknownCode(because)];
  const text = given === "name" ? { ...command, shape: `${command.shape} ${tame}` } : command;
  return [
    ownCode(because),
    ...(command.shape.trim() === "" ? [] : [{ shell: text, input: "pipe" as const }]),
    ...(isRemover(command) ? [destroys("it removes what it is given")] : []),
  ];
}

/** Whether a command removes whatever names are put behind it. */
const isRemover = ({ shape }: Pick<Arg, "shape">): boolean =>
  /^\s*(?:[^\s]*\/)?(?:rm|unlink|shred|truncate|rmdir|srm|wipe|trash|trash-put)(?:\s|$)/.test(shape);
