import { execFile } from "node:child_process";
import { chown, mkdir, mkdtemp, readdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ExecResult, Slot } from "../../../src/core/sandbox.ts";
import { textOf } from "../../contracts/sandbox.contract.ts";
import { describeDocker, sandboxImage } from "../../docker.ts";
import { ground, users } from "./ground.ts";
import { python, slotForAll } from "./inside.ts";

const execute = promisify(execFile);

describeDocker("limits of a Docker slot", () => {
  const { run, said, opened } = slotForAll();

  const sizeOf = async (file: string): Promise<number> => (await stat(join(opened().dir, file))).size;
  /** Nothing writes the file any more, though another command has run meanwhile. */
  async function expectStill(file: string): Promise<void> {
    const size = await sizeOf(file);
    expect(size).toBeGreaterThan(0);
    expect(await said("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i")).toBe("20000\n");
    expect(await sizeOf(file)).toBe(size);
  }
  const workers = async (): Promise<string> =>
    said("ps -u $(id -u) -o comm= | grep -vE '^(bash|ps|grep|tr|sort)$' | tr '\\n' ' '; true");

  describe("time", () => {
    const writing = "while :; do echo x >> FILE; done";
    const stubborn: Record<string, string> = {
      "ignores every signal it can": `trap '' TERM INT HUP QUIT USR1; ${writing}`,
      "leaves its session": `setsid sh -c '${writing}' & sleep 1000`,
      "forks twice": `( ( ${writing} ) & ) & sleep 1000`,
      "leaves a nohup behind": `nohup sh -c '${writing}' > /dev/null 2>&1 & disown; sleep 1000`,
      "is a daemon of Python": `python3 -c '
import os, signal
for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(name, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: open("FILE", "a").write("x")
' ; sleep 1000`,
    };
    it.each(Object.entries(stubborn))("is over for what %s", async (name, command) => {
      const file = `late-${name.replaceAll(" ", "-")}`;
      const result = await run(command.replaceAll("FILE", file), { timeoutMs: 1500 });
      expect(result).toMatchObject({ outcome: "timeout", exit: null, why: null });
      await expectStill(file);
      expect(await workers()).toBe("");
    });

    it.each(Object.entries(stubborn))("kill() ends what %s", async (name, command) => {
      const file = `killed-${name.replaceAll(" ", "-")}`;
      await said(
        `(${command.replaceAll("FILE", file)}) > /dev/null 2>&1 & until [ -s ${file} ]; do sleep 0.05; done`,
      );
      await opened().slot.kill();
      await expectStill(file);
      expect(await workers()).toBe("");
    });

    it("a fork bomb ends with its time, and the next command works", async () => {
      const result = await run("bomb() { bomb | bomb & }; bomb; sleep 1000", { timeoutMs: 2000 });
      expect(["timeout", "flood"]).toContain(result.outcome);
      expect(await workers()).toBe("");
    });

    it("a fork bomb that is left behind ends with kill()", async () => {
      await run("(bomb() { bomb | bomb & }; bomb) > /dev/null 2>&1 &");
      await opened().slot.kill();
      expect(await workers()).toBe("");
    });

    it("processes that are left behind crowd the next command, and end with kill()", async () => {
      await run(
        python(`
import os, signal, time
if os.fork() > 0:
    while not os.path.exists("crowded"): time.sleep(0.05)
    os._exit(0)
for fd in (0, 1, 2): os.close(fd)
while True:
    try:
        if os.fork() == 0: signal.pause()
    except OSError: open("crowded", "w").close(); time.sleep(0.01)`),
      );
      const result = await run("echo next; exec dash -c 'ls; echo more'");
      await opened().slot.kill();
      // Whether the crowd left one place for it or none is a race: it gets nowhere, or does not even start.
      const said = result.outcome === "broken" ? result.why : textOf(result);
      expect(said).toMatch(/^next\n.*Cannot fork|^the command does not start: /);
      expect(await workers()).toBe("");
    });

    it("processes are counted: a worker does not have them all", async () => {
      const result = await run(
        python(`
import os, time
made = 0
try:
    while True:
        if os.fork() == 0: time.sleep(1000)
        made += 1
except OSError as error: print(made, error.strerror, flush=True)`),
        { timeoutMs: 20_000 },
      );
      const [, made] = /^(\d+) Resource temporarily unavailable/.exec(textOf(result)) ?? [];
      expect(Number(made)).toBeGreaterThan(100);
      expect(Number(made)).toBeLessThan(512);
      await opened().slot.kill();
    });
  });

  describe("output", () => {
    it("of 1 GB ends the command and costs this process little memory", async () => {
      const { dir, project: own } = await floodGround();
      const { stdout } = await execute(process.execPath, [
        join(import.meta.dirname, "flood-child.ts"),
        await sandboxImage(),
        own,
        dir,
        String(users.uid),
        String(users.gid),
      ]);
      const found = JSON.parse(stdout) as { grew: number; ms: number };
      expect(found).toMatchObject({ outcome: "flood", kept: 4 * 2 ** 20, after: "exited" });
      expect(found.grew).toBeLessThanOrEqual(50 * 2 ** 20);
    });

    async function floodGround(): Promise<{ dir: string; project: string }> {
      const at = await ground();
      onTestFinished(async () => at.remove());
      return { dir: (await at.workspace()).dir, project: at.project };
    }

    it.each(["head -c 200000000 /dev/zero >&2; sleep 1000", "cat /dev/urandom", "yes '' | cat; sleep 1000"])(
      "that floods ends the command: %s",
      async (command) => {
        expect(await run(command, { maxOutputBytes: 1000 })).toMatchObject({
          outcome: "flood",
          exit: null,
          output: { length: 1000 },
        });
        expect(await workers()).toBe("");
      },
    );

    it("may be anything: every byte, no newline, nothing", async () => {
      const all = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000)";
      const { output } = await run(`python3 -c '${all}'`);
      expect(Buffer.from(output).equals(Buffer.concat(Array.from({ length: 1000 }, () => everyByte)))).toBe(
        true,
      );
      expect(await said("printf 'no newline'")).toBe("no newline");
      expect(await said("true")).toBe("");
    });
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, n) => n));

    it("cannot forge an end, a frame or an exit code", async () => {
      const frame = String.raw`\1\0\0\0\0\0\0\4fake\2\0\0\0\377\377\377\377`;
      const closing = 'HTTP/1.1 200 OK\\r\\n\\r\\n{"ExitCode":0,"Running":false}\\n[exit 0]\\n\\4\\0';
      const result = await run(`printf '${frame}${closing}'; printf 'after'; exit 3`);
      expect(result).toMatchObject({ outcome: "exited", exit: 3 });
      expect(textOf(result).startsWith("\u0001\0\0\0\0\0\0\u0004fake")).toBe(true);
      expect(textOf(result).endsWith("[exit 0]\n\u0004\0after")).toBe(true);
    });

    it("written into other processes' streams does not count for more", async () => {
      const result = await run("for fd in /proc/[0-9]*/fd/1; do echo forged > $fd; done 2>/dev/null; exit 5");
      expect(result).toMatchObject({ outcome: "exited", exit: 5 });
    });

    it.each(["sleep 1000 &", "(sleep 1000 &) ; (sleep 1000 &);", "exec 3>&1; sleep 1000 >&3 &"])(
      "held open in the background does not hold the command: %s",
      async (command) => {
        const result = await run(`${command} echo started`, { timeoutMs: 30_000 });
        expect(result).toMatchObject({ outcome: "exited", exit: 0 });
        expect(textOf(result)).toBe("started\n");
      },
    );

    it("that the command closes itself does not end it", async () => {
      expect(await said("echo first; exec > log 2>&1; sleep 1; echo second; cat log > copy")).toBe("first\n");
      expect(await said("cat copy")).toBe("second\n");
    });
  });

  describe("exit codes", () => {
    it.each([
      ["exit 137", 137],
      ["exit 129", 129],
      ["exit 255", 255],
      ["kill -9 $$", 137],
      ["kill -TERM $$", 143],
      ["sh -c 'kill -9 $$'", 137],
      ["kill -SEGV $$", 139],
    ])("%s → exited %i", async (command, exit) => {
      expect(await run(command)).toMatchObject({ outcome: "exited", exit });
    });
  });

  describe("memory", () => {
    const eater = "python3 -c 'x = bytearray(2**30)'";
    it.each([
      ["by Python", eater],
      ["in a pipeline that ends with 0", `${eater} | cat; true`],
      ["in the background, waited for", `${eater} & wait; exit 0`],
      ["by a shell's variable", "x=0123456789abcdef; while :; do x=$x$x; done"],
      ["in /tmp", "cat /dev/zero > /tmp/fill"],
      [
        "in $HOME and /dev/shm",
        "cat /dev/zero > /dev/shm/fill; cat /dev/zero > $HOME/fill; cat /dev/zero > /tmp/fill",
      ],
    ])("that runs out is told: %s", async (_, command) => {
      const { outcome, why } = await run(command);
      expect({ outcome, why }).toEqual({ outcome: "oom", why: null });
      expect(await said("ls -A /tmp /dev/shm $HOME | grep fill; true")).toBe("");
    });

    it("that is nearly full does not break the next command", async () => {
      const result = await run("head -c 520000000 /dev/zero > /tmp/fill; true");
      expect(["exited", "oom"]).toContain(result.outcome);
      expect((await run("echo next")).outcome).toMatch(/^(exited|oom)$/);
      await opened().slot.kill();
      expect(await said("ls -A /tmp")).toBe("");
    });

    it("that ran out before is not told again", async () => {
      expect((await run(eater)).outcome).toBe("oom");
      expect(await run("exit 137")).toMatchObject({ outcome: "exited", exit: 137 });
    });
  });

  describe("files and descriptors", () => {
    it("one file has a largest size: the signal, or the error", async () => {
      const most = 4 * 2 ** 30;
      const program = `
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
fd = os.open("large", os.O_CREAT | os.O_WRONLY)
os.ftruncate(fd, ${most})
os.lseek(fd, ${most}, 0)
try: os.write(fd, b"x")
except OSError as error: print(error.strerror)`;
      expect(await said(python(program))).toBe("File too large\n");
      const grown = await run(`dd if=/dev/zero of=large bs=1 count=1 seek=${most} conv=notrunc`);
      expect(grown).toMatchObject({ outcome: "exited", exit: 153 });
      expect(await sizeOf("large")).toBe(most);
      await said("rm large");
    });

    it("descriptors end, and with them only the one who took them", async () => {
      const program = `
import os
taken = 0
try:
    while True: os.open("/dev/null", os.O_RDONLY); taken += 1
except OSError as error: print(taken > 1000, taken < 20000, error.strerror)`;
      expect(await said(python(program))).toBe("True True Too many open files\n");
    });
  });
});

describeDocker("the disk of a Docker slot", () => {
  it.skipIf(process.getuid?.() !== 0).each([
    ["bytes", "size=64m", "dd if=/dev/zero of=fill bs=64k; sleep 1000"],
    ["bytes at once", "size=64m", "fallocate -l 63M fill"],
    ["bytes, the errors ignored", "size=64m", "while :; do cat /dev/zero >> fill; done 2>/dev/null"],
    ["inodes", "size=64m,nr_inodes=2000", "i=0; while :; do : > f$i; i=$((i+1)); done 2>/dev/null"],
    [
      "directories",
      "size=64m,nr_inodes=2000",
      python("import os\nwhile True:\n    try: os.mkdir('d'); os.chdir('d')\n    except OSError: pass"),
    ],
  ])("that runs full ends the command: %s", async (_, options, command) => {
    const { slot, dir, fresh } = await smallDisk(options);
    expect(await run(slot, command)).toMatchObject({ outcome: "full", exit: null, why: null });

    // Until there is room, it is said; then it goes on, here and in a new slot.
    expect(await run(slot, "echo again")).toMatchObject({
      outcome: "broken",
      why: expect.stringContaining("make room"),
    });
    await Promise.all((await readdir(dir)).map(async (name) => rm(join(dir, name), { recursive: true })));
    expect(await run(slot, "echo again")).toMatchObject({ outcome: "exited", exit: 0 });
    await slot.close();
    expect(await run(await fresh(), "echo again")).toMatchObject({ outcome: "exited", exit: 0 });
  });

  it.skipIf(process.getuid?.() !== 0)("that is slowly filled is stopped before it is full", async () => {
    const { slot, dir } = await smallDisk("size=64m");
    const slowly = "fallocate -l 58M fill; while :; do head -c 20000 /dev/zero >> fill; sleep 0.01; done";
    expect(await run(slot, slowly)).toMatchObject({ outcome: "full" });
    const { bavail, bsize } = await statfs(dir);
    expect(bavail * bsize).toBeGreaterThan(1_000_000);
    await writeFile(join(dir, "of the harness"), Buffer.alloc(1_000_000));
  });

  const run = async (slot: Slot, command: string): Promise<ExecResult> =>
    slot.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1 << 16 });

  /** A slot whose directory is on a file system of its own, in memory. */
  async function smallDisk(
    options: string,
  ): Promise<{ slot: Slot; dir: string; fresh: () => Promise<Slot> }> {
    const at = await ground();
    const disk = await mkdtemp(join(tmpdir(), "harness-small-disk-"));
    await execute("mount", ["-t", "tmpfs", "-o", options, "none", disk]);
    onTestFinished(async () => {
      await at.remove();
      await execute("umount", ["-l", disk]);
      await rm(disk, { recursive: true });
    });
    const dir = join(disk, "workspace");
    await mkdir(dir);
    await chown(dir, users.uid, users.gid);
    let count = 0;
    const fresh = async (): Promise<Slot> => {
      const slot = await at.sandbox.open(`run/disk/${++count}`, dir);
      if ("broken" in slot) throw new Error(slot.broken);
      return slot;
    };
    return { slot: await fresh(), dir, fresh };
  }
});
