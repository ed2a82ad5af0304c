import { mkdir, mkdtemp, readFile, readlink, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExecResult, Slot } from "../../../src/core/sandbox.ts";
import { embeddedSandbox } from "../../../src/edges/embedded/sandbox.ts";
import { sandboxContract, textOf } from "../../contracts/sandbox.contract.ts";
import type { SandboxGround } from "../../contracts/sandbox.contract.ts";

async function ground(): Promise<SandboxGround> {
  const root = await mkdtemp(join(tmpdir(), "embedded-"));
  let count = 0;
  return {
    sandbox: embeddedSandbox(),
    workspace: async () => {
      const at = join(root, String(++count));
      await mkdir(join(at, "workspace"), { recursive: true });
      await mkdir(join(at, "outside"));
      return { name: `run/task/${count}/1`, dir: join(at, "workspace"), outside: join(at, "outside") };
    },
    own: async () => undefined,
    remove: async () => rm(root, { recursive: true, force: true }),
  };
}

sandboxContract("embedded", ground);

describe("the embedded shell", () => {
  let made: SandboxGround;
  let slot: Slot;
  let dir: string;
  beforeAll(async () => {
    made = await ground();
    const workspace = await made.workspace();
    dir = workspace.dir;
    const opened = await made.sandbox.open(workspace.name, dir);
    if ("broken" in opened) throw new Error(opened.broken);
    slot = opened;
  });
  afterAll(async () => {
    await slot.close();
    await made.remove();
  });
  const run = (command: string): Promise<ExecResult> =>
    slot.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1 << 20 });
  const said = async (command: string): Promise<string> => textOf(await run(command));
  const given = (path: string, text: string): ReturnType<Slot["write"]> =>
    slot.write(path, Buffer.from(text));

  it("is named after the installed library", async () => {
    const found = JSON.parse(await readFile("node_modules/just-bash/package.json", "utf8")) as {
      version: string;
    };
    expect(made.sandbox.image).toBe(`just-bash@${found.version}`);
    expect(made.sandbox.kind).toBe("embedded");
  });

  it("has no network, no native programs and not the files of the host", async () => {
    expect(await made.sandbox.capabilities()).toMatchObject({ network: false, native: false });
    expect((await run("curl http://127.0.0.1/")).exit).toBe(127);
    expect((await run("node --version")).exit).toBe(127);
    expect((await run("js-exec -c 1")).exit).toBe(127);
    expect((await run("cat /etc/passwd")).exit).toBe(1);
    expect(await said("ls /")).toBe("bin\ndev\nhome\nproc\ntmp\nusr\nworkspace\n");
  });

  it("says of a redirection through a link out of the workspace that it is refused", async () => {
    await symlink("/etc/hostname", join(dir, "outward"));
    const result = await run("echo before; echo x > outward");
    expect(result).toMatchObject({ outcome: "exited", exit: 1 });
    expect(textOf(result)).toMatch(/^before\n.*EACCES: permission denied/);
  });

  it("gives stdout and stderr in order of arrival, in loops and branches too", async () => {
    const command = `echo 1; echo 2 >&2; echo 3
for n in 4 6; do echo $n; echo $((n+1)) >&2; done
if echo 8; then echo 9 >&2; echo 10; else echo no; fi
case x in x) echo 11 >&2; echo 12;; esac
cat none; echo 13`;
    const text = await said(command);
    expect(
      text
        .replace(/cat: .*\n/, "14\n")
        .split("\n")
        .map(Number),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 13, 0]);
  });

  it("keeps host paths out of links, and links inside", async () => {
    await run(
      "mkdir -p sub; echo inside > in.txt; ln -s ../in.txt sub/relative; ln -s /workspace/in.txt sub/absolute; ln -s sub/.. self",
    );
    expect(await said("cat sub/relative sub/absolute")).toBe("inside\ninside\n");
    expect(
      await Promise.all(["sub/relative", "sub/absolute", "self"].map((at) => readlink(join(dir, at)))),
    ).toEqual(["../in.txt", "../in.txt", "."]);
    for (const target of ["/etc", "../../outside", "/workspacex"]) {
      expect((await run(`ln -s ${target} out`)).exit).toBe(1);
      await expect(readlink(join(dir, "out"))).rejects.toThrow("ENOENT");
    }
  });

  it.each([
    ["globs", "touch g2 g1; echo g*; for f in g?; do echo $f; done", "g1 g2\ng1\ng2\n"],
    ["pipes and substitutions", "seq 1 3 | wc -l; echo $(echo in | tr a-z A-Z)", "3\nIN\n"],
    ["here-documents", "cat <<E\n  a $((1+1))\nE\ncat <<'E'\n$x\nE", "  a 2\n$x\n"],
    ["which and command -v", "which grep; command -v jq", "/usr/bin/grep\n/usr/bin/jq\n"],
    ["~, $0 and TZ", 'echo ~ "$0"; date -d @0 +%H%Z', "/tmp bash\n00UTC\n"],
    [
      "jq and sqlite3",
      `echo '{"a":[1,2]}' | jq -c .a; sqlite3 t.db 'create table t(a); insert into t values(7)'; sqlite3 t.db 'select a from t'`,
      "[1,2]\n7\n",
    ],
    ["redirections of the shell itself", "exec 2>&1; echo a >&2; exec > log; echo b; cat log >&2", "a\nb\n"],
    ["set -u", "set -u\necho $none\necho after", "bash: none: unbound variable\n"],
    [
      "awk -f, which it does not know",
      "echo '{print}' > p; echo a | awk -f p",
      "awk: invalid option -- 'f'\n",
    ],
    ["& , which waits", "{ sleep 0.01; echo late; } & echo next", "late\nnext\n"],
  ])("%s", async (_what, command, output) => {
    expect(await said(command)).toBe(output);
  });

  describe("python3", () => {
    it("reads a program as it stands: strings, lines, modules beside it, what it ends with", async () => {
      await given("lib/other.py", "word = 'found'\n");
      await given(
        "lib/program.py",
        'import other, sys\ntext = """a\n  b\nc"""\nprint(repr(text), other.word, sys.argv, __name__)\nsys.exit("bye")\n',
      );
      const result = await run("python3 lib/program.py x 'y z'");
      expect(textOf(result)).toBe(
        String.raw`'a\n  b\nc' found ['lib/program.py', 'x', 'y z'] __main__` + "\nbye\n",
      );
      expect(result.exit).toBe(1);
      await expect(stat(join(dir, "lib/__pycache__"))).rejects.toThrow("ENOENT");
    });

    it("names file and line of an error, nothing of its own", async () => {
      await given("fail.py", 'def f():\n    raise ValueError("é")\n\nf()\n');
      const result = await run("python3 fail.py");
      expect(result.exit).toBe(1);
      expect(textOf(result)).toMatch(
        /^Traceback .*\n {2}File "fail.py", line 4, in <module>\n[^]*File "fail.py", line 2, in f\n[^]*ValueError: é\n$/,
      );
      expect(await said('python3 -c "if"')).toContain('File "<string>", line 1');
    });

    it.each([
      ["-c, with arguments", `python3 -c 'import sys; print(sys.argv)' a`, "['-c', 'a']\n"],
      [
        "a program on stdin",
        "echo 'import sys; print(sys.argv, 1)' | python3 - a; echo 'print(2)' | python3",
        "['', 'a'] 1\n2\n",
      ],
      ["data on stdin", `printf 'é\\n' | python3 -c 'import sys; print(len(sys.stdin.read()))'`, "2\n"],
      ["-m", `echo '{"a":1}' | python3 -m json.tool --compact`, '{"a":1}\n'],
      ["options", "python -u -W ignore -c 'print(1)'; python3 -V", "1\nPython 3.13.2 (Emscripten)\n"],
      [
        "exit codes",
        "python3 -c 'import sys; sys.exit(3)'; echo $?; python3 -c 'raise SystemExit'; echo $?",
        "3\n0\n",
      ],
      [
        "a file that is not there",
        "python3 none.py; echo $?",
        "python3: can't open file '/workspace/none.py': No such file or directory\n2\n",
      ],
      [
        "text",
        `python3 -c 'print("äöü 漢字 🎉"); open("u.txt", "w").write("漢字")'; cat u.txt`,
        "äöü 漢字 🎉\n漢字",
      ],
      [
        "folders",
        `mkdir d; echo 1 > d/a.csv; cd d; python3 -c 'import os; print(os.getcwd(), open("a.csv").read().strip(), os.listdir("."))'`,
        "/workspace/d 1 ['a.csv']\n",
      ],
    ])("takes %s", async (_what, command, output) => {
      expect(await said(command)).toBe(output);
    });

    it("makes files 0644, sees no paths of the host and leaves nothing after a time-out of its own", async () => {
      await run(`python3 -c 'open("made", "w").write("x")'`);
      expect((await stat(join(dir, "made"))).mode & 0o777).toBe(0o644);
      expect(await said("python3 -c 'import os, sys; print(os.environ, sys.path)'")).not.toContain(
        "node_modules",
      );
      expect(await said(`timeout 1 python3 -c 'while True: pass'; echo $?`)).toMatch(/\b124\n$/);
    });
  });
});
