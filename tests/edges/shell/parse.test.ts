import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Command, Piece, Word } from "../../../src/core/shell.ts";
import { assessShell } from "../../../src/edges/shell/assess.ts";
import { parseShell } from "../../../src/edges/shell/parse.ts";

/** The words of all simple commands, in the order they are met, those within words too. */
function wordsIn(text: string): string[] {
  const found: string[] = [];
  const inWords = (words: readonly Word[]): void => {
    for (const { pieces } of words) for (const piece of pieces) inPiece(piece);
  };
  const inPiece = (piece: Piece): void => {
    if ("words" in piece) inWords(piece.words);
    if ("script" in piece) inCommands(piece.script.commands);
  };
  const inCommands = (commands: readonly Command[]): void => {
    for (const command of commands) inCommand(command);
  };
  const inCommand = (command: Command): void => {
    if (command.kind === "function") return inCommand(command.body);
    if (command.kind === "pipeline") return inCommands(command.commands);
    if (command.kind === "simple") {
      if (command.words.length > 0) found.push(command.words.map(({ text: word }) => word).join(" "));
      inWords([
        ...command.words,
        ...command.assignments.flatMap(({ value, subscript, elements }) => [
          ...(value === null ? [] : [value]),
          ...subscript,
          ...elements,
        ]),
      ]);
    } else {
      inWords(command.words ?? []);
      inCommands(command.commands);
    }
    inWords(command.redirects.map(({ target }) => target));
  };
  const script = parseShell(text);
  if (script.problem !== null) return [`? ${script.problem}`];
  inCommands(script.commands);
  return found;
}

test.each([
  ["a b; c && d || e & f", ["a b", "c", "d", "e", "f"]],
  ["a | b |&\n c | d", ["a", "b", "c", "d"]],
  ["a \\\n b # c\nd", ["a b", "d"]],
  ["a#b", ["a#b"]],
  ["(a; (b)); { c; }", ["a", "b", "c"]],
  ["((a); b)", ["a", "b"]],
  ["((a + 1)); b", ["b"]],
  ["if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]],
  ["while a; do b; done < c", ["a", "b"]],
  ["for x in 1 2; do a; done; for x; do b; done; for ((;;)); do c; done", ["a", "b", "c"]],
  ["select x in a; do b; done", ["b"]],
  ["case x in (a|b) c;; d) e;& f) g;;& esac; h", ["c", "e", "g", "h"]],
  ["f() { a; }; function g { b; }; function h() (c)", ["a", "b", "c"]],
  ["coproc a; coproc X { b; }", ["a", "b"]],
  ["! time -p a; time b", ["a", "b"]],
  ["time -f x a", ["time -f x a"]],
  [
    "a $(b $(c)) `d \\`e\\`` <(f) >(g)",
    ["a $(b $(c)) `d \\`e\\`` <(f) >(g)", "b $(c)", "c", "d `e`", "e", "f", "g"],
  ],
  [
    "a ${x:-$(b)} ${y[$(c)]} $((1 + $(d))) $[$(e)]",
    ["a ${x:-$(b)} ${y[$(c)]} $((1 + $(d))) $[$(e)]", "b", "c", "d", "e"],
  ],
  ["x=$(a) y[$(b)]=1 z=($(c) d)", ["a", "b", "c"]],
  ["[[ $(a) =~ (b|c) && ( -f d ) ]] && e", ["a", "e"]],
  ["a <<E && b\n$(c)\nE\nd", ["a", "c", "b", "d"]],
  ["a <<'E'\n$(c)\nE\nd", ["a", "d"]],
  ["a <<-E\n\tx\n\tE\nd", ["a", "d"]],
  ["a <<E\nx\\\nE\nE\nd", ["a", "d"]],
  ["a <<E\nx\nE\\\n\nd\nE\n", ["a", "d", "E"]],
  ["a <<A <<B\nA\nb\nB\nc", ["a", "c"]],
  ["$(a <<E\nb\nE\n)", ["$(a <<E\nb\nE\n)", "a"]],
  ["a 2>&1 >b <c &>d {e}>f", ["a"]],
  ["a !(b|c) @(d)", ["a !(b|c) @(d)"]],
  ["echo if then { }", ["echo if then { }"]],
  ["a 'b c' \"d e\" $'f\\'g'", ["a 'b c' \"d e\" $'f\\'g'"]],
])("%s", (text, expected) => {
  expect(wordsIn(text)).toEqual(expected);
});

test.each([
  "a)",
  "(a",
  "if a",
  "a |",
  "a &&&",
  "'a",
  '"a',
  "`a",
  "$(a",
  "${a",
  "case x",
  "for",
  "a <<",
  "f() a",
  "a > ",
  "{ a",
  "fi",
  "((a",
  "a(b)",
  "}",
  ";;",
])("%s is not shell", (text) => {
  expect(parseShell(text).problem).not.toBeNull();
});

test.each(["", " ", "\n\n", "# a", "a;", "a &", "\\\n"])("%j is", (text) => {
  expect(parseShell(text).problem).toBeNull();
});

/** What takes a careless reader for ever, or off its stack. */
test.each([
  ["(".repeat(1_000_000)],
  ["(".repeat(40_000)],
  [`echo ${"$(".repeat(40_000)}`],
  ["`".repeat(40_000)],
  ["{".repeat(40_000)],
  [`echo ${"{a,".repeat(20_000)}`],
  [`echo ${"{a,b}".repeat(1000)}`],
  [`echo ${"$((".repeat(100)}`],
  [`echo ${"${x:-".repeat(8_000)}`],
  [`[[ ${"( ".repeat(10_000)}`],
  [`echo ${"{a,".repeat(8_000)}${"}".repeat(8_000)}`],
  [`foo ${"a.".repeat(90_000)}`],
  [`test ${"[".repeat(90_000)}`],
  ["a[".repeat(10_000)],
  [`x=${"x=(".repeat(8_000)}`],
  ["!(".repeat(10_000)],
  [Array(10_000).fill("cat").join(" | ")],
  ["bash -c '".repeat(5000)],
  ["cat <<E\n".repeat(10_000)],
  [`${"eval ".repeat(8_000)}rm -rf x`],
  [`${"env ".repeat(8_000)}rm -rf x`],
  [`${"x=$x$x;".repeat(2000)} $x`],
  [`x=a; ${"x=$x$x$x$x$x$x$x$x; ".repeat(40)} $x`],
])("a text made to be hard to read is judged", (text) => {
  expect(assessShell(text).parts.length).toBeGreaterThan(0);
});

test("what is quoted is one word, whatever it is", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes("\u0000")),
      (text) => {
        const script = parseShell(`echo '${text.replaceAll("'", `'\\''`)}' x`);
        const [command] = script.commands;
        expect(script.problem).toBeNull();
        expect(command?.kind === "simple" ? command.words.length : 0).toBe(3);
      },
    ),
  );
});
