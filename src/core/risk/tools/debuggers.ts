import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { ownCode, trusted, unknownCode } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { hiddenCommand } from "../hidden-command.ts";
import { given, has, valuesOf } from "../options.ts";
import { suspectPaths } from "../spec.ts";

/** Debuggers, and what they are told to do. */
export const debuggers: Tools = { ...each("gdb lldb cgdb gdbtui", (call) => debugged(call)) };

/** A debugger over a program of the project; over another process it reads its memory. */
function debugged(call: Call): Outcome {
  const options = "-ex -iex -eval-command --eval-command --ex -o -O --one-line";
  const found = given(call.args, {
    valued: `${options} -x -p -pid --pid -c -core -s -cd -n`,
    isSingle: true,
  });
  const texts = valuesOf(found, options).map(({ shape }) => shape.trim());
  const isAttached =
    has(found, "-p -pid --pid -n") ||
    /^\d+$/.test(found.operands[1]?.shape ?? "") ||
    texts.some((text) => /^(?:attach|process attach|target|remote|gdb-remote|platform)\b/.test(text));
  return [
    ownCode(`${call.name} runs the project's code`),
    ...(isAttached ? [trusted(`${call.name} reads and changes other processes`)] : []),
    ...texts.flatMap((text) => debuggerCommand(text)),
    ...afterArgs(call),
    ...(call.input.kind === "none" || call.input.kind === "empty"
      ? []
      : [unknownCode(`what ${call.name} is told comes from elsewhere`)]),
    ...suspectPaths(call.args, call.cwd),
  ];
}

/** `gdb --args COMMAND`, `lldb -- COMMAND`. */
function afterArgs({ args }: Call): Outcome {
  const at = args.findIndex(({ shape }) => /^(?:--?args|--)$/.test(shape));
  const runs = at === -1 ? [] : args.slice(at + 1);
  return runs.length === 0 ? [] : [{ runs, isLoose: true, isOwn: true }];
}

function debuggerCommand(text: string): Outcome {
  const shell = /^(?:shell|!|platform shell|make|pipe [^|]*\|)\s*(.*)$/.exec(text);
  if (shell !== null)
    return hiddenCommand(
      "the debugger runs a command",
      { shape: shell[1] ?? "", isGlob: false, isOutput: false },
      "input",
    );
  if (/^(?:python|py|script|command script|guile|source|expr|call|compile|add-auto-load|signal)\b/.test(text))
    return [unknownCode("the debugger runs code")];
  return [];
}
