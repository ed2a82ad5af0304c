import type { Arg } from "./arg.ts";
import type { Call } from "./call.ts";
import { codeFindings } from "./code.ts";
import { changesOutside, ownCode } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { taskVerbs } from "./task-verbs.ts";

/** What the words for a tool of a project say it does: verbs, and code for a framework (`rails runner`, `manage.py shell -c`). */
export function taskFindings(words: readonly Arg[], { cwd, input }: Pick<Call, "cwd" | "input">): Finding[] {
  const at = words.findIndex(({ shape }) => takesCode.test(shape));
  if (at === -1) return taskVerbs(words);
  if (/^db(?:shell|console)$/.test(words[at]?.shape ?? "")) return [changesOutside("it opens a database")];
  const codes = words.slice(at + 1).map((word) => ({ ...word, shape: word.shape.replace(/^--?\w+=/, "") }));
  const isCode = ({ shape }: Arg): boolean => !shape.startsWith("-");
  return [
    ownCode("it runs code in the project"),
    ...[...codes.filter(isCode), ...(input.kind === "text" ? [input.text] : [])].flatMap((code) =>
      codeFindings(code, cwd, "ruby"),
    ),
  ];
}

const takesCode =
  /^(?:runner|r|console|c|shell|shell_plus|tinker|eval|php:eval|ev|php-eval|dbshell|dbconsole)$/;
