import * as fc from "fast-check";
import { Bash, InMemoryFs } from "just-bash";
import { describe, expect, it } from "vitest";
import { inOrder, outputPath } from "../../../src/edges/embedded/in-order.ts";

/** What a script said (in which order is not asked here), its exit code, and the files it left. */
interface Run {
  readonly said: readonly string[];
  readonly exit: number;
  readonly files: string;
}

/** A script that others run. */
const other = "echo other; ls none; f() { echo f $1; }; f $1 | cat; x=$(echo s); echo $x >&2";

async function run(script: string, isOrdered: boolean): Promise<Run> {
  const fs = new InMemoryFs({ "/w/given": "one\ntwo\n", "/w/other": other, "/tmp/x": "", [outputPath]: "" });
  const bash = new Bash({ fs, cwd: "/w" });
  const order = inOrder();
  if (isOrdered) bash.registerTransformPlugin(order);
  order.begins();
  const { stdout, stderr, exitCode } = await bash.exec(script, { rawScript: true });
  const output = (await fs.readFile(outputPath)) + stdout + stderr;
  const files = await new Bash({ fs, cwd: "/w" }).exec("for f in /w/*; do echo $f; cat $f; done");
  return { said: output.split("\n").toSorted(), exit: exitCode, files: files.stdout };
}

const scripts = [
  "set -u; echo $none; echo no",
  "set -u\necho a; echo $none\necho after",
  "set -eu; x=$(echo $none); echo no",
  "echo ${x?unset}; echo no",
  "readonly q=1; q=2; echo after",
  "set -e; false; echo no",
  "set -e; f() { false; echo in; }; f; echo no",
  "set -e; false || true; echo yes; ! true; echo yes2; (exit 3); echo no",
  "set -e; if false; then :; fi; while false; do :; done; echo yes; x=$(false); echo no",
  "cd /tmp; pwd; x=3; export y=4; echo $x $y",
  "exit 4; echo no",
  "set -o pipefail; false | true; echo $?; nosuch | cat; echo ${PIPESTATUS[@]}",
  "return 3",
  "echo hi | exit 3; echo $?",
  "shopt -s nullglob; echo *.zzz",
  "alias ll='echo aliased'; shopt -s expand_aliases\nll",
  "read -r a b <<< 'x y'; echo $b; while read l; do echo \"l $l\"; done < given",
  "{ echo a; echo b >&2; } 2>/dev/null; echo c > file 2>&1; ls none > both 2>&1; ls none &> all; cat given nofile 2>&1 | wc -l",
  "ls none |& cat; ls none 2>&1 >/dev/null | tr a-z A-Z",
  "echo $LINENO\necho $LINENO; nosuch",
  "(( 0 )); echo $?; [[ a == b ]]; echo $?; ((1)) && [[ a ]] && echo y",
  "echo in\necho $(\n",
  "if true; then echo x\n",
  "false && echo a || echo b; echo $?; ! false; echo $?",
  "f() { echo fn; return 5; }; f; echo $?; x=$(f; echo e >&2); echo $x",
  "for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; [ $i = 3 ] && break; done; echo $?",
  "eval 'exit 9'",
  "bash -c 'exit 8'; echo $?; sh -c 'cat nofile'; source /nofile; echo $?",
  "echo a & echo b; wait",
  "set -- 1 2 3; echo $# $2; shift; echo $1",
  "printf -v z %05d 42; echo $z; declare -A m; m[a]=1; echo ${m[a]}; local x=1",
  "set -x; echo hi; cd /tmp",
  "cat <<E | tr a-z A-Z\nhello\nE\ncat <<E > made\n$((1+1))\nE",
  "select",
  "exec > log; echo q; ls nofile; exec 2>&1",
  "echo q > none/x; echo rc $?; echo q > /tmp; echo rc $?",
  "x=1 env | grep x=; cat < given; cat < nofile; echo $?",
  "case a in a) echo A;; *) echo no;; esac; until true; do :; done; for ((i=0;i<2;i++)); do echo $i; done",
  'sh other > out; echo "[$(cat out)]"; sh other 2> out; cat out; sh other > out 2>&1; sh other &> both; wc -l both',
  'x=$(sh other a); echo "[$x]"; x=$(bash -c "echo c; ls none"); echo "[$x]"; y=`sh -c "sh other"`; echo "[$y]"',
  "sh other | tr a-z A-Z; bash other |& tr a-z A-Z; cat other | sh | wc -l; sh < other > out; sh <<< 'echo h' | cat",
  "echo other | xargs sh > out; cat out; find . -name other -exec sh {} \\; > out; env sh other | cat; timeout 5 sh other > out",
  "sh other; for i in 1 2; do sh other $i; done | wc -l; { sh other; } > out; (sh other) > out; f() { sh other; }; f > out; x=$(f)",
  "if sh other | grep -q other; then echo y; fi; sh -c 'exit 3' > out; echo $?; set -e; sh -c 'exit 4' | cat; sh other > /tmp; echo no",
  "echo a | while read x; do echo $x; exit 3; done; echo $?; (cd /tmp; pwd); pwd",
];

describe("sending output where it is kept in order", () => {
  it.each(scripts)("does not change what a script does: %s", async (script) => {
    expect(await run(script, true)).toEqual(await run(script, false));
  });

  const { script } = fc.letrec<{ script: string; statement: string; list: string; command: string }>(
    (tie) => ({
      command: fc.oneof(
        { maxDepth: 2 },
        fc.constantFrom(
          "echo a",
          "echo b >&2",
          "true",
          "false",
          "ls none",
          "x=$((x+1))",
          "echo $x $?",
          "cat given",
          "cat",
        ),
        fc.constantFrom(
          "echo c >> file",
          "ls none 2>> file",
          "ls none 2>&1",
          "exit 3",
          "x=$(echo s; ls none)",
          "sh other",
          "sh other > file",
          "x=$(sh other; sh -c 'echo $x >&2')",
          "f",
          "wc -l < given",
        ),
        tie("statement").map((body) => `( ${body}; )`),
        tie("statement").map((body) => `{ ${body}; }`),
        tie("statement").map((body) => `{ ${body}; } 2>/dev/null`),
        fc
          .tuple(tie("list"), tie("statement"), tie("statement"))
          .map(([a, b, c]) => `if ${a}; then ${b}; else ${c}; fi`),
        tie("statement").map((body) => `for i in 1 2; do ${body}; done`),
        tie("statement").map((body) => `for i in 1 2; do ${body}; break; done`),
        tie("statement").map((body) => `case $x in 1) ${body};; *) echo other;; esac`),
      ),
      list: fc
        .tuple(tie("command"), fc.constantFrom(" && ", " || ", " | ", " |& "), tie("command"), fc.boolean())
        .map(([a, by, b, isLong]) => (isLong ? `${a}${by}${b}` : a)),
      statement: fc.array(tie("list"), { minLength: 1, maxLength: 2 }).map((lists) => lists.join("; ")),
      script: fc
        .tuple(
          fc.constantFrom("", "set -e\n", "set -o pipefail\n"),
          fc.array(tie("statement"), { minLength: 1, maxLength: 3 }),
        )
        .map(
          ([set, statements]) => `${set}x=0; f() { echo in; ls none; return 2; }\n${statements.join("\n")}`,
        ),
    }),
  );

  it("does not change what any script does", async () => {
    await fc.assert(
      fc.asyncProperty(script, async (text) => {
        expect(await run(text, true)).toEqual(await run(text, false));
      }),
      { numRuns: 60 },
    );
  });
});
