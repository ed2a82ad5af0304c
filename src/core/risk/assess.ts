import type { Assessment } from "../assessment.ts";
import type { ParseScript, Script } from "../shell.ts";
import { hiddenIn } from "./hidden.ts";
import { partOf } from "./part.ts";
import { newScope } from "./scope.ts";
import { walkScript } from "./walk.ts";

/**
 * What a script would do. It is walked twice, so that a function knows the variables that are set after it; texts
 * within it (`bash -c`, `eval`, here-documents) are parsed with `parse`.
 */
export function assessCommand(script: Script, parse: ParseScript): Assessment {
  const scope = newScope(parse);
  walkScript(script, scope, { kind: "none" });
  const first = scope.parts;
  const { variables, arrays, functions, references, aliases, descriptors, isDividedOddly } = scope;
  const again = {
    ...newScope(parse),
    variables,
    arrays,
    functions,
    references,
    aliases,
    descriptors,
    isDividedOddly,
  };
  const isLearned = [variables, functions, aliases].some(({ size }) => size > 0);
  if (isLearned) walkScript(script, again, { kind: "none" });
  const parts = isLearned ? again.parts : first;
  const hidden = hiddenIn(script.text);
  if (hidden !== null)
    parts.push(
      partOf(script.text, [], [{ risk: "privilege", because: hidden, hosts: null, isOpaque: true }]),
    );
  if (parts.length === 0)
    parts.push(partOf(script.text, [], [{ risk: "write", because: "there is nothing to run" }]));
  return { parts };
}
