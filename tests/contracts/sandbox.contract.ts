import { once } from "node:events";
import { chmod, mkdir, readFile, readdir, stat, symlink, watch, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExecResult, Sandbox, Slot } from "../../src/core/sandbox.ts";

/** A sandbox and directories for its slots. */
export interface SandboxGround {
  readonly sandbox: Sandbox;
  /** A new empty directory with a name of its own. `outside` is another one, not to be reached from it. */
  workspace(): Promise<{ readonly name: string; readonly dir: string; readonly outside: string }>;
  /** What this process writes into a workspace belongs to its worker afterwards, as what the harness writes does. */
  own(path: string): Promise<void>;
  remove(): Promise<void>;
}

export const textOf = (result: ExecResult): string => Buffer.from(result.output).toString("utf8");
/** A command that prints what the host says at /path, or what is wrong. */
const fetching = (host: string): string =>
  `{ if command -v curl > /dev/null; then curl -s http://${host}/path; else python3 -c 'import urllib.request as u; print(u.urlopen("http://${host}/path").read().decode(), end="")'; fi; }`;
const allBytes = Uint8Array.from({ length: 256 }, (_, n) => n);

/** What every `Sandbox` keeps. Commands are plain sh with the programs every sandbox has. */
export function sandboxContract(name: string, make: () => Promise<SandboxGround>): void {
  describe(`sandbox: ${name}`, () => {
    let ground: SandboxGround;
    let slot: Slot;
    let dir: string;
    let outside: string;
    beforeAll(async () => {
      ground = await make();
      ({ slot, dir, outside } = await opened());
    });
    afterAll(() => ground.remove());

    async function opened(): Promise<{ slot: Slot; dir: string; outside: string }> {
      const workspace = await ground.workspace();
      const made = await ground.sandbox.open(workspace.name, workspace.dir);
      if ("broken" in made) throw new Error(made.broken);
      return { slot: made, dir: workspace.dir, outside: workspace.outside };
    }
    const run = (
      command: string,
      more: { timeoutMs?: number; maxOutputBytes?: number } = {},
    ): Promise<ExecResult> => slot.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1 << 20, ...more });
    const said = async (command: string): Promise<string> => textOf(await run(command));
    const sizeOf = async (file: string): Promise<number> => (await stat(join(dir, file))).size;
    /** Nothing writes the file any more, though another command has run meanwhile. */
    const expectStill = async (file: string): Promise<void> => {
      const size = await sizeOf(file);
      expect(await said("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; echo $i")).toBe("2000\n");
      expect(await sizeOf(file)).toBe(size);
    };

    describe("a command", () => {
      it("gives its output and exit code", async () => {
        expect(await run("echo hello")).toEqual({
          outcome: "exited",
          exit: 0,
          output: new Uint8Array(Buffer.from("hello\n")),
          dropped: 0,
          why: null,
          denied: [],
        });
      });

      it.each([
        ["true", 0],
        ["false", 1],
        ["exit 7", 7],
        ["(exit 3)", 3],
        ["exit 9 | true", 0],
        ["false || true", 0],
        ["true && false", 1],
        ["set -e; false; exit 0", 1],
        ["set -o pipefail; false | true", 1],
        ["no-such-program", 127],
        ["if true; then", 2],
      ])("%s → exit %i", async (command, exit) => {
        expect(await run(command)).toMatchObject({ outcome: "exited", exit });
      });

      it("names a program that is not there", async () => {
        expect(await said("no-such-program")).toMatch(/no-such-program: (command )?not found/);
      });

      it("runs in a new shell in /workspace each time", async () => {
        await run("cd /; left=over; umask 0");
        expect(await said('pwd; echo "[$left]"')).toBe("/workspace\n[]\n");
      });

      it("has a fixed environment with nothing of the host's", async () => {
        process.env["HARNESS_CONTRACT_SECRET"] = "of the host";
        const environment = await said("env | sort");
        delete process.env["HARNESS_CONTRACT_SECRET"];
        expect(environment).toContain("PATH=");
        expect(environment).not.toContain("HARNESS_CONTRACT_SECRET");
        expect(await said("env | sort")).toBe(environment);
      });

      it("works on the directory: what it writes is there, what is there it reads", async () => {
        await writeFile(join(dir, "given"), "from the host\n");
        expect(await said("cat given; mkdir -p a/b; echo 'äöü 漢字 🎉' > a/b/made")).toBe("from the host\n");
        expect(await readFile(join(dir, "a/b/made"), "utf8")).toBe("äöü 漢字 🎉\n");
      });

      it("makes files 0644 and directories 0755; chmod reaches the host", async () => {
        await run("echo x > plain; echo x > tool; mkdir folder; chmod +x tool");
        const modes = await Promise.all(
          ["plain", "tool", "folder"].map(async (at) => (await stat(join(dir, at))).mode & 0o777),
        );
        expect(modes).toEqual([0o644, 0o755, 0o755]);
      });

      it("runs a script of the workspace, by sh and by its mode", async () => {
        await run("printf '#!/bin/sh\\necho \"ran $1\"\\n' > run.sh; chmod 755 run.sh");
        expect(await said("sh run.sh a; ./run.sh b")).toBe("ran a\nran b\n");
      });
    });

    describe("output", () => {
      it("comes back as the bytes that were written", async () => {
        await writeFile(join(dir, "all"), allBytes);
        expect([...(await run("cat all")).output]).toEqual([...allBytes]);
        expect([...(await run("cat all; echo é")).output]).toEqual([...allBytes, 0xc3, 0xa9, 10]);
        expect(await said("echo 'äöü 漢字 🎉' | tee text; cat text")).toBe("äöü 漢字 🎉\näöü 漢字 🎉\n");
      });

      it("holds stdout and stderr", async () => {
        expect(await said("echo out; echo err >&2")).toBe("out\nerr\n");
      });

      it.each([100, 101, 1, 0])(
        "keeps head and tail of %i bytes and counts the rest",
        async (maxOutputBytes) => {
          const whole = Array.from({ length: 300 }, (_, n) => `line ${n}\n`).join("");
          const { output, dropped } = await run(
            "i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done",
            { maxOutputBytes },
          );
          const head = Math.floor(maxOutputBytes / 2);
          const kept = whole.slice(0, head) + whole.slice(whole.length - (maxOutputBytes - head));
          expect(Buffer.from(output).toString()).toBe(kept);
          expect(dropped).toBe(whole.length - maxOutputBytes);
        },
      );

      it("drops nothing at exactly its limit", async () => {
        expect(await run("echo 123456789", { maxOutputBytes: 10 })).toMatchObject({
          dropped: 0,
          output: { length: 10 },
        });
      });

      it("that floods ends the command", async () => {
        const command =
          "x=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do x=$x$x; done; while :; do echo $x; echo x >> flood; done";
        const result = await run(command, { maxOutputBytes: 1000 });
        expect(result).toMatchObject({ outcome: "flood", exit: null, output: { length: 1000 } });
        expect(result.dropped).toBeGreaterThan(1_000_000);
        await expectStill("flood");
      });
    });

    describe("time", () => {
      it("that is over ends the command: nothing of it writes any more", async () => {
        const result = await run("echo began; while :; do echo x >> late; done", { timeoutMs: 700 });
        expect(result).toMatchObject({ outcome: "timeout", exit: null, why: null });
        expect(await sizeOf("late")).toBeGreaterThan(0);
        await expectStill("late");
      });

      it("keeps what was said before", async () => {
        expect(textOf(await run("echo began; sleep 100", { timeoutMs: 500 }))).toBe("began\n");
      });

      it("ends Python too", async ({ skip }) => {
        if ((await ground.sandbox.capabilities()).python === null) return skip("no python in this sandbox");
        const command = `python3 -c '
while True:
    with open("python-late", "a") as file: file.write("x")'`;
        expect(await run(command, { timeoutMs: 3000 })).toMatchObject({ outcome: "timeout", exit: null });
        await expectStill("python-late");
      });
    });

    describe("write", () => {
      it("makes parents and keeps every byte", async () => {
        expect(await slot.write("deep/er/file", allBytes)).toBeNull();
        expect([...(await readFile(join(dir, "deep/er/file")))]).toEqual([...allBytes]);
        expect(await said("wc -c < deep/er/file")).toMatch(/^\s*256\n$/);
      });

      it("replaces a file and keeps its mode", async () => {
        await writeFile(join(dir, "mode"), "longer than before");
        await ground.own(join(dir, "mode"));
        await chmod(join(dir, "mode"), 0o755);
        expect(await slot.write("./mode", Buffer.from("new"))).toBeNull();
        expect(await readFile(join(dir, "mode"), "utf8")).toBe("new");
        expect((await stat(join(dir, "mode"))).mode & 0o777).toBe(0o755);
      });

      it.each(["..", "../escaped", "a/../../escaped", "/escaped", "/workspace/escaped", "", ".", "a\0b"])(
        "refuses %j with a sentence",
        async (path) => {
          const before = await readdir(join(dir, ".."));
          expect(await slot.write(path, Buffer.from("x"))).toMatch(/\w/);
          expect(await readdir(join(dir, ".."))).toEqual(before);
          expect(await readdir(dir)).not.toContain("escaped");
        },
      );

      it("keeps output below .harness, where commands read it, and says what stands in the way", async () => {
        const made = await opened();
        const exec = async (command: string): Promise<string> =>
          textOf(await made.slot.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1000 }));
        const file = ".harness/output/turn-1-1.txt";
        expect(await made.slot.write(file, Buffer.from("first\n"))).toBeNull();
        expect(await made.slot.write(file, Buffer.from("one\ntwo\n"))).toBeNull();
        expect(await exec(`grep -n two ${file}; sed -n 1p ${file}`)).toBe("2:two\none\n");
        await exec("rm -rf .harness; echo mine > .harness");
        expect(await made.slot.write(file, Buffer.from("x"))).toMatch(/\w/);
        await exec("rm .harness");
        await symlink(made.outside, join(made.dir, ".harness"));
        expect(await made.slot.write(file, Buffer.from("x"))).toMatch(/\w/);
        expect(await readdir(made.outside)).toEqual([]);
        await made.slot.close();
      });

      it("refuses to follow a link out of the workspace", async () => {
        await symlink(outside, join(dir, "door"));
        await writeFile(join(outside, "target"), "untouched");
        await symlink(join(outside, "target"), join(dir, "pointer"));
        for (const path of ["door/new", "door/target", "pointer", "door/deeper/new"])
          expect(await slot.write(path, Buffer.from("x"))).toMatch(/\w/);
        expect(await readdir(outside)).toEqual(["target"]);
        expect(await readFile(join(outside, "target"), "utf8")).toBe("untouched");
      });
    });

    describe("the rest of the host", () => {
      it("is not seen and not changed", async () => {
        const made = await opened();
        const secret = join(made.outside, "secret");
        await writeFile(secret, "SECRET");
        await mkdir(join(made.outside, "folder"));
        await symlink(secret, join(made.dir, "absolute"));
        await symlink(`../../../../../../../../../..${secret}`, join(made.dir, "relative"));
        await symlink(made.outside, join(made.dir, "folder"));
        const commands = [
          `cat ${secret}; cat ../../../../../../../..${secret}; cat absolute; cat relative; cat folder/secret; ls folder/`,
          "cp absolute copy1; cp relative copy2; cp -r folder copy3; cat copy1 copy2 copy3/secret; tar c absolute folder/ | cat",
          "cat < absolute",
          ...["absolute", "relative", "folder/secret", "folder/new", secret].flatMap((path) => [
            `echo CHANGED > ${path}`,
            `echo CHANGED >> ${path}`,
            `echo CHANGED | tee ${path}`,
            `chmod 777 ${path}; touch ${path}; mkdir ${path}x`,
            `mv ${path} moved; rm -rf ${path}/`,
          ]),
          `ln -s ${made.outside} mine; cat mine/secret; echo CHANGED > mine/secret`,
          `ln ${secret} hard; echo CHANGED > hard; ln -f absolute hard2; echo CHANGED > hard2`,
          "rm -rf folder/*; find . -name secret -exec rm {} +",
        ];
        for (const command of commands) {
          const result = await made.slot.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1 << 20 });
          expect({ command, outcome: result.outcome }).toEqual({ command, outcome: "exited" });
          expect({ command, seen: textOf(result).includes("SECRET") }).toEqual({ command, seen: false });
        }
        expect(await readFile(secret, "utf8")).toBe("SECRET");
        expect((await readdir(made.outside)).toSorted()).toEqual(["folder", "secret"]);
        await made.slot.close();
      });

      it("does not lend a slot the files of another", async () => {
        const [one, other] = [await opened(), await opened()];
        const exec = async (at: Slot, command: string): Promise<string> =>
          textOf(await at.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1000 }));
        await Promise.all([
          exec(one.slot, "echo one > /tmp/mine; echo one > mine"),
          exec(other.slot, "true"),
        ]);
        expect(await exec(other.slot, "ls /tmp/mine mine 2>/dev/null; ls /workspace")).toBe("");
        expect(await exec(one.slot, "cat /tmp/mine mine")).toBe("one\none\n");
        await Promise.all([one.slot.close(), other.slot.close()]);
      });
    });

    describe("hosts", () => {
      it("are open for as long as a slot over the directory is opened with them", async () => {
        const server = createServer((asked, answer) => answer.end(`said to ${asked.url}`)).listen(
          0,
          "127.0.0.1",
        );
        await once(server, "listening");
        const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
        const workspace = await ground.workspace();
        const over = async (hosts?: readonly string[]): Promise<Slot> => {
          const made = await ground.sandbox.open(workspace.name, workspace.dir, hosts);
          if ("broken" in made) throw new Error(made.broken);
          return made;
        };
        const exec = (at: Slot, command: string): Promise<ExecResult> =>
          at.exec({ command, timeoutMs: 60_000, maxOutputBytes: 10_000 });

        const first = await over();
        await exec(first, "echo one > one; : > alive");
        const changes = watch(join(workspace.dir, "alive"))[Symbol.asyncIterator]();
        const change = changes.next();
        const running = exec(first, "while :; do echo x >> alive; done");
        await change;
        await first.close();
        await running;
        await changes.return?.();
        const { size } = await stat(join(workspace.dir, "alive"));

        const second = await over([host]);
        const granted = await exec(
          second,
          `cat one; ${fetching(host)} > two; cat two; ${fetching("evil.example")}`,
        );
        expect(textOf(granted)).toMatch(/^one\nsaid to \/path/);
        expect(granted.denied).toEqual([{ host: "evil.example", port: 80, count: 1 }]);
        expect((await exec(second, "cat one")).denied).toEqual([]);
        await second.close();

        const third = await over([]);
        const after = await exec(third, `cat one two; echo; ${fetching(host)}`);
        expect(textOf(after)).toMatch(/^one\nsaid to \/path\n/);
        expect(textOf(after).match(/said/g)).toHaveLength(1);
        expect((await stat(join(workspace.dir, "alive"))).size).toBe(size);
        await third.close();
        server.close();
      });
    });

    describe("the end", () => {
      it("kill ends what runs and leaves the slot usable", async () => {
        await run(": > killed");
        const changes = watch(join(dir, "killed"))[Symbol.asyncIterator]();
        const first = changes.next();
        const running = run("while :; do echo x >> killed; done");
        await first;
        await slot.kill();
        expect(await running).toMatchObject({
          outcome: "broken",
          exit: null,
          why: expect.stringMatching(/\w/),
        });
        await expectStill("killed");
        await changes.return?.();
      });

      it("kill and freeze do nothing where nothing runs", async () => {
        await slot.freeze();
        await slot.kill();
        await slot.kill();
        expect(await said("echo again")).toBe("again\n");
      });

      it("a closed slot is broken", async () => {
        const made = await opened();
        await made.slot.close();
        const result = await made.slot.exec({
          command: "echo x > after",
          timeoutMs: 60_000,
          maxOutputBytes: 10,
        });
        expect(result).toMatchObject({ outcome: "broken", exit: null, why: expect.stringMatching(/\w/) });
        expect(JSON.stringify(await made.slot.write("after", allBytes))).toMatch(/closed|ended/);
        expect(await readdir(made.dir)).toEqual([]);
        await made.slot.close();
      });

      it("close ends what runs", async () => {
        const made = await opened();
        const changes = watch(made.dir)[Symbol.asyncIterator]();
        const first = changes.next();
        const running = made.slot.exec({
          command: "while :; do echo x >> f; done",
          timeoutMs: 60_000,
          maxOutputBytes: 10,
        });
        await first;
        await made.slot.close();
        expect((await running).outcome).toBe("broken");
        await changes.return?.();
      });

      it("a directory that is not there cannot be opened", async () => {
        const { name: other, dir: at } = await ground.workspace();
        expect(await ground.sandbox.open(other, join(at, "none"))).toEqual({
          broken: expect.stringMatching(/\w/),
        });
      });

      it("reaps what nobody left", async () => {
        await expect(ground.sandbox.reap("nobody/")).resolves.toBeUndefined();
      });
    });

    describe("capabilities", () => {
      it("name what is there, the same each time", async () => {
        const { sandbox } = ground;
        const found = await sandbox.capabilities();
        expect(await sandbox.capabilities()).toEqual(found);
        expect(found.notes.every((note) => /^\S.*\.$/.test(note))).toBe(true);
        expect([sandbox.kind, sandbox.image, sandbox.profile].every((name) => /^\S+$/.test(name))).toBe(true);
        expect(found.programs).toEqual(expect.arrayContaining(["cat", "grep", "sed", "awk", "sh", "bash"]));
        expect(found.programs.toSorted()).toEqual(found.programs);
        const missing = `for p in ${found.programs.join(" ")}; do command -v "$p" > /dev/null || echo "$p"; done`;
        expect(await said(missing)).toBe("");
      });

      it("name the Python that runs", async ({ skip }) => {
        const { python } = await ground.sandbox.capabilities();
        if (python === null) return skip("no python in this sandbox");
        expect(await said("python3 --version")).toContain(python);
      });
    });
  });
}
