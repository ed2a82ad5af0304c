import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { linesOf } from "../../contracts/workspaces.contract.ts";
import { asPlainUser, slotGround, textAt } from "./slot.ts";

describe("what is no file", () => {
  test("FIFOs and sockets are reported and never opened; a reset removes them", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({ a: "a", "d/b": "b" });
    execFileSync("mkfifo", [join(slot.dir, "d/pipe"), join(slot.dir, "pipe")]);
    const server = createServer().listen(join(slot.dir, "socket"));
    await once(server, "listening");
    const base = await ground.tree({ a: "a", "d/b": "b" });
    expect(await slot.snapshot()).toEqual({ tree: base, skipped: ["d/pipe", "pipe", "socket"] });
    expect(await textAt(slot, "pipe")).toBe("is a FIFO");
    expect(await textAt(slot, "socket")).toBe("is a socket or a device");
    await slot.reset(base);
    expect(readdirSync(slot.dir).toSorted()).toEqual(["a", "d"]);
    server.close();
  });

  test("a directory so deep that no path reaches its end is reported, reset and removed", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({ a: "a" });
    const dig = `const fs = require("node:fs"); const name = "x".repeat(100);
      for (let n = 0; n < 90; n++) { fs.mkdirSync(name); process.chdir(name); fs.writeFileSync("f", "f"); }`;
    const digHole = (): unknown => execFileSync(process.execPath, ["-e", dig], { cwd: slot.dir });
    digHole();
    const { skipped, tree } = await slot.snapshot();
    expect(skipped.length).toBe(1);
    expect((await linesOf(ground.blobs, tree)).length).toBeGreaterThan(50);
    await slot.reset(await ground.tree({ a: "a" }));
    expect(readdirSync(slot.dir)).toEqual(["a"]);
    digHole();
    await slot.remove();
    expect(existsSync(slot.dir)).toBe(false);
  });
});

describe("ways out", () => {
  test("a symlink is stored as itself and never followed out of the workspace", async () => {
    const ground = slotGround();
    writeFileSync(join(ground.base, "secret"), "secret");
    const slot = await ground.checkout({ "d/in": "inside" });
    symlinkSync(ground.base, join(slot.dir, "out"));
    symlinkSync(join(ground.base, "secret"), join(slot.dir, "link"));
    symlinkSync("d", join(slot.dir, "within"));
    expect(await textAt(slot, "out/secret")).toBe("leads out of the workspace");
    expect(await textAt(slot, "link")).toBe("is a symlink");
    expect(await textAt(slot, "within/in")).toBe("inside");
    expect(await textAt(slot, "/etc/passwd")).toBe("is outside the workspace");
    const { tree } = await slot.snapshot();
    expect(await linesOf(ground.blobs, tree)).toContain(`out -> ${ground.base}`);
    await slot.reset(await ground.tree({ "d/in": "inside", "out/secret": "mine" }));
    expect(await textAt(slot, "out/secret")).toBe("mine");
    await slot.remove();
    expect(readdirSync(ground.base).toSorted()).toEqual(["secret", "slots"]);
  });

  test("a directory that begins with the workspace's own name is outside too", async () => {
    const ground = slotGround();
    const [slot] = [
      await ground.checkout({}, "run/a"),
      await ground.checkout({ secret: "secret" }, "run/ab"),
    ];
    symlinkSync("../run.ab", join(slot.dir, "out"));
    expect(await textAt(slot, "out/secret")).toBe("leads out of the workspace");
  });

  test("while a directory is swapped for a symlink and back, nothing outside is ever read", async () => {
    const ground = slotGround();
    mkdirSync(join(ground.base, "outside"));
    writeFileSync(join(ground.base, "outside/file"), "secret");
    writeFileSync(join(ground.base, "outside/other"), "secret");
    const slot = await ground.checkout({ "d/file": "inside" });
    symlinkSync(join(ground.base, "outside"), join(slot.dir, "l"));
    const swap = `const fs = require("node:fs"); console.log("swapping");
      for (;;) { fs.renameSync("d", "e"); fs.renameSync("l", "d"); fs.renameSync("d", "l"); fs.renameSync("e", "d"); }`;
    const swapper = spawn(process.execPath, ["-e", swap], {
      cwd: slot.dir,
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void swapper.kill("SIGKILL"));
    await once(swapper.stdout, "data");
    const seen = new Set<string>();
    for (let n = 0; n < 5000 || !seen.has("leads out of the workspace"); n += 1) {
      seen.add(await textAt(slot, "d/file"));
      if (n % 100 > 0) continue;
      const lines = await linesOf(ground.blobs, (await slot.snapshot()).tree);
      expect(lines.filter((line) => line.includes("secret") || line.includes("other"))).toEqual([]);
    }
    const fine = ["inside", "leads out of the workspace", "missing"];
    expect([...seen].filter((text) => !fine.includes(text))).toEqual([]);
  });

  test("names of workspaces stay below the root, each apart", async () => {
    const ground = slotGround();
    const names = ["../up", "..", ".", "/", "a/b", "a.b", "a%2eb", "A/b", "a//b", "ä"];
    for (const name of names) await ground.checkout({ name }, name);
    expect(readdirSync(ground.base)).toEqual(["slots"]);
    expect(readdirSync(join(ground.base, "slots")).length).toBe(names.length);
    await ground.workspaces.sweep("a/");
    expect(readdirSync(join(ground.base, "slots")).length).toBe(names.length - 2);
    await ground.workspaces.sweep("");
    expect(readdirSync(join(ground.base, "slots"))).toEqual([]);
    await expect(ground.checkout({}, "")).rejects.toThrow("needs a name");
  });
});

describe("modes that lock us out, as a user they bind", () => {
  const spec = {
    closed: { dir: 0o000 },
    "closed/in": "in",
    "closed/deep": { dir: 0o000 },
    "closed/deep/er": "er",
    listable: { dir: 0o444 },
    "listable/x": "x",
    passable: { dir: 0o111 },
    "passable/y": "y",
    fixed: { dir: 0o555 },
    "fixed/z": "z",
    unreadable: { text: "u", mode: 0o000 },
    writable: { text: "w", mode: 0o222 },
  } as const;

  test("they are written, snapshot with their true modes, reset, removed and swept", async () => {
    const ground = slotGround();
    asPlainUser(ground.base);
    const base = await ground.tree(spec);
    const slot = await ground.checkout(spec);
    const mode = (path: string): number => lstatSync(join(slot.dir, path)).mode & 0o777;
    expect([mode("closed"), mode("fixed"), mode("unreadable")]).toEqual([0o000, 0o555, 0o000]);
    for (let n = 0; n < 2; n += 1) expect(await slot.snapshot()).toEqual({ tree: base, skipped: [] });
    expect([mode("closed"), mode("listable"), mode("unreadable")]).toEqual([0o000, 0o444, 0o000]);
    expect(await textAt(slot, "unreadable")).toBe("may not be read");
    chmodSync(join(slot.dir, "fixed"), 0o755);
    writeFileSync(join(slot.dir, "fixed/new"), "n");
    chmodSync(join(slot.dir, "fixed"), 0o000);
    await slot.reset(base);
    expect((await slot.snapshot()).tree).toBe(base);
    await slot.reset(await ground.tree({ ...spec, "fixed/z": "other", "fixed/more": "m" }));
    expect(await textAt(slot, "fixed/z")).toBe("other");
    await slot.reset(await ground.tree({ closed: "file", fixed: "file" }));
    expect(readdirSync(slot.dir).toSorted()).toEqual(["closed", "fixed"]);
    await slot.reset(base);
    chmodSync(slot.dir, 0o000);
    expect((await slot.snapshot()).tree).toBe(base);
    await slot.remove();
    expect(existsSync(slot.dir)).toBe(false);
    await ground.checkout(spec);
    await ground.checkout(spec);
    await ground.workspaces.sweep("run/");
    expect(readdirSync(join(ground.base, "slots"))).toEqual([]);
  });
});
