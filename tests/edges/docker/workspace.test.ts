import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { noEnvironment } from "../../../src/core/environment.ts";
import type { ExecResult } from "../../../src/core/sandbox.ts";
import type { Snapshot } from "../../../src/core/workspace.ts";
import { encodeTree } from "../../../src/core/tree.ts";
import { listTree } from "../../../src/core/tree-diff.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import { openWorkspaces } from "../../../src/edges/files/workspaces.ts";
import { runTool } from "../../../src/loop/run-tool.ts";
import type { ToolResult } from "../../../src/loop/run-tool.ts";
import type { OpenSlot } from "../../../src/loop/slots.ts";
import { textOf } from "../../contracts/sandbox.contract.ts";
import { describeDocker } from "../../docker.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { ground, users } from "./ground.ts";
import { expectNothingLeft, expectWorks, python } from "./inside.ts";

/** `HARNESS_LONG=1` takes each hostile part of a name alone, and deeper trees. */
const isLong = process.env["HARNESS_LONG"] === "1";

/** What a worker leaves in its workspace for the harness to read and write, as both meet there. */
describeDocker("attacks of a worker by what it leaves in its workspace", () => {
  const blobs = memoryBlobs();
  let at: Awaited<ReturnType<typeof ground>>;
  let secret: string;
  let living: OpenSlot;
  beforeAll(async () => {
    at = await ground();
    const { dir, outside } = await at.workspace();
    secret = join(outside, "secret");
    await writeFile(secret, "SECRET");
    const root = join(dir, "../slots");
    const owner = process.getuid?.() === 0 ? users : null;
    const workspaces = openWorkspaces({
      root,
      blobs,
      scratch: [],
      environment: noEnvironment,
      base: null,
      owner,
    });
    const [tree = ""] = await blobs.put([encodeTree({ v: 1, entries: [] })]);
    const workspace = await workspaces.checkout("run/t/1", tree);
    const slot = await at.sandbox.open("run/t/1", workspace.dir);
    if ("broken" in slot) throw new Error(slot.broken);
    living = { slot, workspace, tree, hosts: [], isUsed: true, skipped: new Set(), outputs: new Map() };
  });
  afterEach(async () => {
    await expectWorks(living.slot);
    await living.workspace.reset(living.tree ?? "");
    const [left, kept] = [await readdir(living.workspace.dir), await readFile(secret, "utf8")];
    if (left.length > 0 || kept !== "SECRET")
      throw new Error(`left: ${left.join(", ")}; the secret is ${kept}`);
  });
  afterAll(async () => {
    await living.slot.close();
    await expectNothingLeft(at.sandbox);
    await living.workspace.remove();
    await at.remove();
  });

  const run = async (command: string): Promise<ExecResult> =>
    living.slot.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1 << 20 });
  const said = async (command: string): Promise<string> => {
    const result = await run(command);
    expect({ command, ...result, output: textOf(result) }).toMatchObject({ outcome: "exited", exit: 0 });
    return textOf(result);
  };
  const tool = async (name: string, args: unknown): Promise<ToolResult> => runTool(name, args, living);
  async function listed({ tree }: Snapshot): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for await (const { path, entry } of listTree(treeStore(blobs), tree))
      found[path] =
        entry.type === "symlink" ? `-> ${entry.target}` : `${entry.type} ${entry.mode.toString(8)}`;
    return found;
  }

  describe("links", () => {
    const targets = (): Record<string, string> => ({
      host: secret,
      up: `../../../../../../../../../..${secret}`,
      shadow: "/etc/shadow",
      proc: `/proc/self/root${secret}`,
      init: `/proc/1/root${secret}`,
      fd: "/proc/self/fd/0",
      tmp: "/tmp/mine",
      loop: "loop",
    });
    const link = async (): Promise<void> => {
      for (const [name, target] of Object.entries(targets())) await said(`ln -s ${target} ${name}`);
    };

    it("are not followed by what the harness reads", async () => {
      await link();
      for (const name of Object.keys(targets())) {
        const read = await living.workspace.read(name, 0, 1000);
        expect({ name, type: read.type }).not.toEqual({ name, type: "file" });
        expect((await tool("read_file", { path: name })).text).not.toContain("SECRET");
      }
      await said(`ln -s ${join(secret, "..")} door`);
      expect(await living.workspace.read("door/secret", 0, 1000)).not.toMatchObject({ type: "file" });
    });

    it("are links in a snapshot, never what they lead to", async () => {
      await link();
      const expected = Object.entries(targets()).map(([name, target]) => [name, `-> ${target}`]);
      expect(await listed(await living.workspace.snapshot())).toEqual(Object.fromEntries(expected));
    });

    it("are not written through, out of the workspace", async () => {
      await link();
      for (const name of Object.keys(targets()))
        expect({ name, why: await living.slot.write(name, Buffer.from("x")) }).toEqual({
          name,
          why: expect.stringMatching(/\w/),
        });
      expect(await said("ls -A /tmp")).toBe("");
    });

    it("within the workspace are written through", async () => {
      await said("echo old > file; ln -s file near; mkdir d; ln -s d e");
      expect(await living.slot.write("near", Buffer.from("new"))).toBeNull();
      expect(await living.slot.write("e/f", Buffer.from("new"))).toBeNull();
      expect(await said("cat file d/f; test -L near && test -L e")).toBe("newnew");
    });
  });

  describe("what is no file", () => {
    it("is not waited for: FIFOs, sockets, directories", async () => {
      await said(
        python(
          "import os, socket\nos.mkfifo('fifo')\nsocket.socket(socket.AF_UNIX).bind('sock')\nos.mkdir('dir')",
        ),
      );
      for (const name of ["fifo", "sock", "dir"]) {
        expect(await living.slot.write(name, Buffer.from("x"))).toMatch(/cannot be written/);
        expect(await living.workspace.read(name, 0, 10)).toMatchObject({ type: "refused" });
        expect((await tool("read_file", { path: name })).outcome).toBe("error");
      }
      expect(await living.workspace.snapshot()).toMatchObject({ skipped: ["fifo", "sock"] });
    });
  });

  describe("modes", () => {
    it("setuid and setgid never come through a snapshot, and files are the worker's", async () => {
      await said("cp /bin/true plain; chmod 6755 plain; mkdir d; chmod 2775 d; chmod +t d");
      expect(await said("stat -c '%u:%g' plain d")).toBe(`${users.uid}:${users.gid}\n`.repeat(2));
      const snapshot = await living.workspace.snapshot();
      expect(await listed(snapshot)).toEqual({ d: "dir 775", plain: "file 755" });
      await living.workspace.reset(living.tree ?? "");
      await living.workspace.reset(snapshot.tree);
      expect(await said("stat -c %a plain d")).toBe("755\n775\n");
    });

    it("that shut the harness out are no hindrance", async () => {
      await said("mkdir -p shut/in; echo x > shut/in/f; chmod 0 shut/in/f shut/in shut");
      expect(await listed(await living.workspace.snapshot())).toMatchObject({ "shut/in/f": "file 0" });
      await said("chmod 700 shut");
    });
  });

  describe("names", () => {
    const names = isLong
      ? [
          "-rf",
          "--",
          "$(touch made)",
          "`touch made`",
          "a\nb",
          "a'b\"c",
          "; touch made",
          "*",
          "~",
          " ",
          "\\",
          "é\u202e",
        ]
      : ["-rf", "$(touch made)`touch made`; touch made", "a\nb'c\"d\\é\u202e", "*", "~", " "];

    it.each(names)("%j is a name like any other", async (name) => {
      await living.slot.write("kept", Buffer.from("needle in kept\n"));
      expect(await living.slot.write(name, Buffer.from("needle\n"))).toBeNull();
      expect(await living.slot.write(`${name}/`, Buffer.from("x"))).not.toBeNull();
      expect(await living.slot.write(`d/${name}/${name}`, Buffer.from("deep\n"))).toBeNull();
      expect((await tool("read_file", { path: name })).text).toContain("1\tneedle");
      expect((await tool("search", { pattern: "need[l]e", path: name })).text).toContain("needle");
      expect(
        (await tool("search", { pattern: name.replaceAll(/[^\w]/g, "."), path: "kept" })).outcome,
      ).toMatch(/ok|error/);
      expect((await tool("edit_file", { path: name, old: "needle", new: "pin" })).outcome).toBe("ok");
      expect(await readFile(join(living.workspace.dir, name), "utf8")).toBe("pin\n");
      expect((await readdir(living.workspace.dir)).toSorted()).toEqual(["d", "kept", name].toSorted());
    });

    it.each(names)("%j is a pattern like any other", async (pattern) => {
      await living.slot.write("kept", Buffer.from("nothing\n"));
      const { outcome } = await tool("search", { pattern, path: "." });
      expect(["ok", "error"]).toContain(outcome);
      expect(await readdir(living.workspace.dir)).toEqual(["kept"]);
    });
  });

  describe("size", () => {
    // No path of the host's reaches its end: 4,096 bytes are the most.
    const levels = isLong ? 5000 : 2100;
    it(`a tree of ${levels} levels is walked or refused in a sentence, and removed`, async () => {
      await said(python(`import os\nfor n in range(${levels}):\n    os.mkdir('d')\n    os.chdir('d')`));
      const taken = await living.workspace.snapshot().then(
        () => "taken",
        (error: Error) => error.message,
      );
      expect(taken).toMatch(/^taken$|\w+ \w+/);
    });

    it("a million characters reach a command; a program takes none of 128 KiB in one argument", async () => {
      const long = "x".repeat(1_000_000);
      expect(await said(`word=${long}; echo \${#word}; cat`)).toBe("1000000\n");
      const result = await run(`/bin/echo ${long}`);
      expect({ ...result, output: textOf(result) }).toMatchObject({
        outcome: "exited",
        exit: 126,
        output: expect.stringContaining("Argument list too long"),
      });
    });

    it("a file of many megabytes is written whole", async () => {
      const bytes = Buffer.alloc(20 * 2 ** 20, "0123456789abcdef");
      expect(await living.slot.write("large", bytes)).toBeNull();
      expect(bytes.equals(await readFile(join(living.workspace.dir, "large")))).toBe(true);
    });
  });

  it("edits after the end: what still runs is killed before the snapshot is taken", async () => {
    await said(
      "(setsid sh -c 'trap : TERM; while :; do echo x >> late; echo $(wc -c < late) > size; done' &) > /dev/null 2>&1; sleep 0.2",
    );
    await living.slot.kill();
    const first = await living.workspace.snapshot();
    await said("i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done");
    expect(await living.workspace.snapshot()).toEqual(first);
    expect(await listed(first)).toMatchObject({ late: "file 644" });
  });

  it("a workspace's files configure nothing: .bashrc, .profile, BASH_ENV, a sh of its own", async () => {
    await said(
      "for f in .bashrc .profile .bash_profile .npmrc; do echo 'touch made' > $f; done; printf '#!/bin/sh\\ntouch made\\n' > sh; cp sh bash; cp sh cat; chmod +x sh bash cat",
    );
    await living.slot.kill();
    expect(await said("echo same; cat .npmrc")).toBe("same\ntouch made\n");
    expect(await living.slot.write("f", Buffer.from("x"))).toBeNull();
    expect(await readdir(living.workspace.dir)).not.toContain("made");
    await mkdir(join(living.workspace.dir, "by-host"));
  });
});
