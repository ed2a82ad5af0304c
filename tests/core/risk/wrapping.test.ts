import * as fc from "fast-check";
import { expect, test } from "vitest";
import { worst } from "../../../src/core/assessment.ts";
import { risks } from "../../../src/core/tool.ts";
import { assessShell } from "../../../src/edges/shell/assess.ts";
import { parseShell } from "../../../src/edges/shell/parse.ts";
import { labelled } from "./labelled.ts";

const level = (command: string): number => risks.indexOf(worst(assessShell(command).parts));
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
/** Commands that stand for themselves: a wrapper changes what the broken ones mean, and what `{}` is. */
const whole = labelled.filter(
  ({ command }) => parseShell(command).problem === null && !/^\s*(?:alias|IFS=)|\{\}/.test(command),
);
const simple = whole.filter(({ command }) => {
  const [only, ...more] = parseShell(command).commands;
  return (
    more.length === 0 &&
    only?.kind === "simple" &&
    only.redirects.length === 0 &&
    only.assignments.length === 0 &&
    /^[a-z]/.test(command)
  );
});
const onLines = (text: string): string => `${text}\n`;

const around: readonly ((text: string) => string)[] = [
  (text) => `ls; ${onLines(text)}`,
  (text) => `${onLines(text)}ls`,
  (text) => `ls && ${onLines(text)}`,
  (text) => `(${onLines(text)})`,
  (text) => `{ ${onLines(text)}}`,
  (text) => `! { ${onLines(text)}}`,
  (text) => `if ${onLines(text)} then ls; fi`,
  (text) => `if true; then ${onLines(text)} else ls; fi`,
  (text) => `while ${onLines(text)} do ls; done`,
  (text) => `for q1 in a; do ${onLines(text)} done`,
  (text) => `case x in x) ${onLines(text)};; esac`,
  (text) => `f() { ${onLines(text)}}`,
  (text) => `function f { ${onLines(text)}}; f`,
  (text) => `echo $(${onLines(text)})`,
  (text) => `echo "a $(${onLines(text)}) b"`,
  (text) => `x=$(${onLines(text)})`,
  (text) => `cat <(${onLines(text)})`,
  (text) => `ls > >(${onLines(text)})`,
  (text) => `echo \${x:-$(${onLines(text)})}`,
  (text) => `echo $((1 + $(${onLines(text)})))`,
  (text) => `[[ -n $(${onLines(text)}) ]]`,
  (text) => `cat <<E1\n$(${onLines(text)})\nE1\n`,
  (text) => `{ ${onLines(text)}} | cat`,
  (text) => `{ ${onLines(text)}} &`,
  (text) => `bash -c ${quoted(text)}`,
  (text) => `sh -ec ${quoted(text)}`,
  (text) => `eval ${quoted(text)}`,
  (text) => `trap ${quoted(text)} EXIT`,
  (text) => `sudo sh -c ${quoted(text)}`,
  (text) => `env A=b timeout 5 bash -c ${quoted(text)}`,
  (text) => `find . -exec sh -c ${quoted(text)} \\;`,
  (text) => `xargs sh -c ${quoted(text)} < a`,
  (text) => `watch ${quoted(text)}`,
  (text) => `bash <<'E1'\n${text}\nE1\n`,
  (text) => `coproc { ${onLines(text)}}`,
];

const before: readonly ((text: string) => string)[] = [
  (text) => `command ${text}`,
  (text) => `env ${text}`,
  (text) => `env A=b ${text}`,
  (text) => `nohup ${text}`,
  (text) => `nice -n 5 ${text}`,
  (text) => `timeout 5 ${text}`,
  (text) => `time ${text}`,
  (text) => `stdbuf -oL ${text}`,
  (text) => `A=b ${text}`,
  (text) => `2>/dev/null ${text}`,
  (text) => `\\${text}`,
  (text) => `""${text}`,
  (text) => `'${text[0] ?? ""}'${text.slice(1)}`,
  (text) => `sudo ${text}`,
  (text) => `find . -exec ${text} \\;`,
  (text) => `${text} # comment`,
  (text) => `${text}\\\n`,
];

const notShell = new Set(["time", "coproc"]);
const isOwnWord = (command: string): boolean => notShell.has(command.split(" ")[0] ?? "");

const lowered = (rows: typeof whole, wraps: typeof around): readonly string[] =>
  rows.flatMap(({ command }) => {
    const alone = level(command);
    return wraps.map((wrap) => wrap(command)).filter((text) => level(text) < alone);
  });

// All of them, not a sample: what is rare among thousands of commands is what a sample misses.
test("no place a command stands in makes it less risky", () => {
  expect(lowered(whole, around)).toEqual([]);
});

test("no place within a place does either", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...whole),
      fc.array(fc.constantFrom(...around), { minLength: 2, maxLength: 3 }),
      ({ command }, wraps) => {
        const text = wraps.reduce((inner, wrap) => wrap(inner), command);
        expect({ text, isLower: level(text) < level(command) }).toMatchObject({ isLower: false });
      },
    ),
    { numRuns: 4000 },
  );
});

test("no program in front and no other spelling makes a command less risky", () => {
  expect(
    lowered(
      simple.filter(({ command }) => !isOwnWord(command)),
      before,
    ),
  ).toEqual([]);
});

test("any text is judged, and nothing is thrown", () => {
  const pieces = fc.constantFrom(
    "$(",
    ")",
    "`",
    "'",
    '"',
    "${",
    "}",
    "((",
    "))",
    "[[",
    "]]",
    "<<E",
    "\n",
    ";",
    "|",
    "&",
    "<(",
    "rm",
    "x",
    " ",
    "\\",
    "{",
    ",",
    "if",
    "then",
    "fi",
    "case",
    "in",
    "esac",
    "a[",
    "]",
    "=",
    "(",
    "$",
    "*",
    "!",
    "#",
    "E",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces, { maxLength: 30 }).map((all) => all.join("")),
      ),
      (text) => {
        expect(assessShell(text).parts.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 2000 },
  );
});
