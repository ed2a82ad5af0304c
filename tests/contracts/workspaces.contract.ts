import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeText } from "../../src/core/canonical.ts";
import { addedTo, noEnvironment } from "../../src/core/environment.ts";
import type { Environment } from "../../src/core/environment.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Blobs } from "../../src/core/ports.ts";
import type { Workspace, Workspaces } from "../../src/core/workspace.ts";
import type { TreeEntry } from "../../src/core/tree.ts";
import { listTree } from "../../src/core/tree-diff.ts";
import { treeStore } from "../../src/core/tree-store.ts";

/** The worker of a test: changes what a workspace holds, past the port. */
export interface Editor {
  write(path: string, text: string, mode?: number): void;
  mkdir(path: string, mode?: number): void;
  link(path: string, target: string): void;
  remove(path: string): void;
}

export interface WorkspacesGround {
  /** Called once in a test. */
  workspacesWith(environment: Environment): Workspaces;
  readonly blobs: Blobs;
  edit(name: string, workspace: Workspace): Editor;
  remove(): Promise<void>;
}

/** What stands at each path of a tree to be made: text is a file of 0644. */
export type Spec = Readonly<Record<string, string | TreeSpec>>;
type TreeSpec =
  | { readonly text: string; readonly mode: number }
  | { readonly dir: number }
  | { readonly target: string };

/** Stores the tree a spec describes. Directories that are not named are 0755. */
export async function treeOf(blobs: Blobs, spec: Spec): Promise<Digest> {
  const store = treeStore(blobs);
  const make = async (prefix: string): Promise<Digest> => {
    const below = Object.keys(spec).filter((path) => path.startsWith(prefix));
    const names = [...new Set(below.map((path) => path.slice(prefix.length).split("/")[0] ?? ""))].toSorted();
    const entries = await Promise.all(names.map(async (name) => entry(prefix + name, name)));
    return (await store.store([{ v: 1, entries }]))[0] as Digest;
  };
  const entry = async (path: string, name: string): Promise<TreeEntry> => {
    const said = spec[path] ?? { dir: 0o755 };
    if (typeof said !== "string" && "target" in said) return { name, type: "symlink", target: said.target };
    if (typeof said !== "string" && "dir" in said)
      return { name, type: "dir", mode: said.dir, tree: await make(`${path}/`) };
    const { text, mode } = typeof said === "string" ? { text: said, mode: 0o644 } : said;
    const bytes = encodeText(text);
    const [content = ""] = await blobs.put([bytes]);
    return { name, type: "file", mode, size: bytes.length, content };
  };
  return make("");
}

/** One line for each path of a tree. */
export async function linesOf(blobs: Blobs, tree: Digest): Promise<string[]> {
  const lines: string[] = [];
  for await (const { path, entry } of listTree(treeStore(blobs), tree)) {
    if (entry.type === "symlink") lines.push(`${path} -> ${entry.target}`);
    else if (entry.type === "dir") lines.push(`${path}/ ${entry.mode.toString(8)}`);
    else
      lines.push(
        `${path} ${entry.mode.toString(8)} ${new TextDecoder().decode(await blobs.get(entry.content))}`,
      );
  }
  return lines;
}

const everyKind: Spec = {
  "a.txt": "a",
  "run.sh": { text: "#!/bin/sh\n", mode: 0o755 },
  secret: { text: "s", mode: 0o600 },
  frozen: { text: "f", mode: 0o444 },
  empty: "",
  hollow: { dir: 0o700 },
  "sub/b.txt": "b",
  "sub/deeper": { dir: 0o750 },
  "sub/deeper/c.txt": "c",
  closed: { dir: 0o555 },
  "closed/d.txt": "d",
  up: { target: "../../etc/passwd" },
  "sub/loop": { target: "loop" },
  "ünïcode \n line": "u",
};

/** What every `Workspaces` keeps. Scratch is `**\/cache/**`. */
export function workspacesContract(name: string, make: () => Promise<WorkspacesGround>): void {
  describe(`workspaces: ${name}`, () => {
    let ground: WorkspacesGround;
    let workspaces: Workspaces;
    beforeEach(async () => {
      ground = await make();
      workspaces = ground.workspacesWith(noEnvironment);
    });
    afterEach(() => ground.remove());

    const tree = (spec: Spec): Promise<Digest> => treeOf(ground.blobs, spec);
    const lines = async (workspace: Workspace): Promise<string[]> =>
      linesOf(ground.blobs, (await workspace.snapshot()).tree);
    const checkout = async (spec: Spec, name = "run/task/a/1"): Promise<[Workspace, Editor]> => {
      const workspace = await workspaces.checkout(name, await tree(spec));
      return [workspace, ground.edit(name, workspace)];
    };

    it("gives back the tree that was checked out, to the last bit", async () => {
      const base = await tree(everyKind);
      const workspace = await workspaces.checkout("run/task/a/1", base);
      expect(await workspace.snapshot()).toEqual({ tree: base, skipped: [] });
      expect(await workspace.snapshot()).toEqual({ tree: base, skipped: [] });
    });

    it("takes an empty tree", async () => {
      const [workspace] = await checkout({});
      expect(await workspace.snapshot()).toEqual({ tree: await tree({}), skipped: [] });
    });

    it("snapshots what was changed, added and removed", async () => {
      const [workspace, worker] = await checkout({ "a.txt": "a", "sub/b.txt": "b", "gone/c": "c" });
      worker.write("a.txt", "A");
      worker.write("sub/new.sh", "n", 0o755);
      worker.mkdir("hollow", 0o700);
      worker.link("sub/link", "../a.txt");
      worker.remove("gone");
      expect(await lines(workspace)).toEqual([
        "a.txt 644 A",
        "hollow/ 700",
        "sub/ 755",
        "sub/b.txt 644 b",
        "sub/link -> ../a.txt",
        "sub/new.sh 755 n",
      ]);
    });

    it("sees a change of the same size right after a snapshot, and right after the next", async () => {
      const [workspace, worker] = await checkout({ "a.txt": "a" });
      for (const text of ["b", "c", "d"]) {
        worker.write("a.txt", text);
        expect(await lines(workspace)).toEqual([`a.txt 644 ${text}`]);
      }
    });

    it("leaves scratch out of a snapshot, at any depth", async () => {
      const [workspace, worker] = await checkout({ "a.txt": "a", "sub/b.txt": "b" });
      worker.write("cache/x", "x");
      worker.write("sub/cache/deep/y", "y");
      worker.write("sub/cache.txt", "kept");
      expect(await lines(workspace)).toEqual([
        "a.txt 644 a",
        "sub/ 755",
        "sub/b.txt 644 b",
        "sub/cache.txt 644 kept",
      ]);
    });

    it("leaves .git and .harness at the top out of a snapshot in every spelling, and says so", async () => {
      const [workspace, worker] = await checkout({ "a.txt": "a" });
      const reserved = [".GIT", ".git", ".git. ", ".g\u200cit", ".git:x", "git~1", ".harness", ".Harness"];
      worker.write(".git/hooks/post-checkout", "#!/bin/sh\n", 0o755);
      worker.write(".GIT", "gitdir: elsewhere\n");
      worker.link("git~1", "sub");
      worker.write(".git. /config", "c");
      worker.mkdir(".g\u200cit");
      worker.write(".git:x", "x");
      worker.write(".harness/runs", "r");
      worker.write(".Harness", "r");
      worker.write(".gitignore", "kept");
      worker.write(".gitx/config", "kept");
      worker.write("sub/.git/config", "kept");
      worker.write("sub/.harness", "kept");
      const { skipped } = await workspace.snapshot();
      expect(skipped).toEqual(reserved.toSorted());
      expect(await lines(workspace)).toEqual([
        ".gitignore 644 kept",
        ".gitx/ 755",
        ".gitx/config 644 kept",
        "a.txt 644 a",
        "sub/ 755",
        "sub/.git/ 755",
        "sub/.git/config 644 kept",
        "sub/.harness 644 kept",
      ]);
      await workspace.reset(await tree({ "a.txt": "a" }));
      expect(await workspace.snapshot()).toEqual({ tree: await tree({ "a.txt": "a" }), skipped: [] });
      expect((await workspace.read(".git/hooks/post-checkout", 0, 9)).type).toBe("missing");
      expect((await workspace.read(".harness/runs", 0, 9)).type).toBe("missing");
    });

    it("resets to a tree whatever was there: changed, removed, added, swapped, scratch", async () => {
      const [workspace, worker] = await checkout(everyKind);
      worker.write("a.txt", "A");
      worker.write("run.sh", "#!/bin/sh\n", 0o600);
      worker.remove("secret");
      worker.remove("sub");
      worker.write("sub", "now a file");
      worker.remove("hollow");
      worker.link("hollow", "sub");
      worker.remove("up");
      worker.write("up/in", "the way");
      worker.remove("empty");
      worker.mkdir("empty", 0o755);
      worker.write("extra/new", "n");
      worker.write("cache/x", "x");
      const base = await tree(everyKind);
      await workspace.reset(base);
      expect(await workspace.snapshot()).toEqual({ tree: base, skipped: [] });
      expect((await workspace.read("cache/x", 0, 9)).type).toBe("missing");
    });

    it("resets from one tree to another and back", async () => {
      const [workspace] = await checkout(everyKind);
      const other = await tree({ "a.txt": { dir: 0o711 }, "a.txt/x": "x", sub: "file" });
      for (const wanted of [other, await tree(everyKind), await tree({}), other]) {
        await workspace.reset(wanted);
        expect((await workspace.snapshot()).tree).toBe(wanted);
      }
    });

    it("puts a file right that was changed without its size after the last snapshot", async () => {
      const [workspace, worker] = await checkout({ "a.txt": "a" });
      await workspace.snapshot();
      worker.write("a.txt", "b");
      await workspace.reset(await tree({ "a.txt": "a" }));
      expect(await lines(workspace)).toEqual(["a.txt 644 a"]);
    });

    it("reads files in part, and says what is missing or refused", async () => {
      const [workspace] = await checkout({ "a.txt": "0123456789", "sub/b": "b", link: { target: "a.txt" } });
      const text = async (path: string, offset: number, limit: number): Promise<unknown> => {
        const read = await workspace.read(path, offset, limit);
        return read.type === "file" ? [new TextDecoder().decode(read.bytes), read.size] : read.type;
      };
      expect(await text("a.txt", 0, 100)).toEqual(["0123456789", 10]);
      expect(await text("a.txt", 3, 4)).toEqual(["3456", 10]);
      expect(await text("a.txt", 8, 4)).toEqual(["89", 10]);
      expect(await text("a.txt", 10, 4)).toEqual(["", 10]);
      expect(await text("a.txt", 99, 4)).toEqual(["", 10]);
      expect(await text("sub/b", 0, 4)).toEqual(["b", 1]);
      expect(await text("none", 0, 4)).toBe("missing");
      expect(await text("a.txt/none", 0, 4)).toBe("missing");
      for (const path of ["sub", ".", "link", "../a", "sub/../../x"])
        expect([path, await text(path, 0, 4)]).toEqual([path, "refused"]);
    });

    it("replaces what an earlier owner left under a name", async () => {
      const [, worker] = await checkout(everyKind);
      worker.write("left", "over");
      const [workspace] = await checkout({ "a.txt": "a" });
      expect(await lines(workspace)).toEqual(["a.txt 644 a"]);
    });

    it("keeps workspaces apart, whose names begin alike too", async () => {
      const [one, worker] = await checkout({ "a.txt": "1" }, "run/task/a/1");
      const [two] = await checkout({ "a.txt": "2" }, "run/task/a/11");
      const [three] = await checkout({ "a.txt": "3" }, "run/task/a");
      worker.write("a.txt", "one");
      await three.remove();
      expect(await lines(one)).toEqual(["a.txt 644 one"]);
      expect(await lines(two)).toEqual(["a.txt 644 2"]);
    });

    it("sweeps the names that begin with a prefix and no others", async () => {
      const [swept] = await checkout({ "a.txt": "1" }, "7k2m/task/a/1");
      const [kept] = await checkout({ "a.txt": "2" }, "7k2mx/task/a/1");
      await workspaces.sweep("7k2m/");
      await workspaces.sweep("none/");
      expect(await lines(kept)).toEqual(["a.txt 644 2"]);
      expect((await swept.read("a.txt", 0, 1)).type).toBe("missing");
    });

    it("removes a workspace, twice is fine, and its name can be used again", async () => {
      const [workspace] = await checkout(everyKind);
      await workspace.remove();
      await workspace.remove();
      expect((await workspace.read("a.txt", 0, 1)).type).toBe("missing");
      const [again] = await checkout({ "a.txt": "a" });
      expect(await lines(again)).toEqual(["a.txt 644 a"]);
    });

    describe("with an environment", () => {
      const base: Spec = { "a.txt": "a", "src/b.txt": "b", "gone/c.txt": "c" };
      const made: Spec = {
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/index": { text: "i", mode: 0o600 },
        "lib/deep/x.js": "x",
        "lib/cache/y": "y",
        "lib/link": { target: "deep" },
        "src/gen": { dir: 0o700 },
        "src/gen/.git": "gitdir: ../..\n",
        "gone/built": "built",
        "tool.sh": { text: "t", mode: 0o755 },
      };
      const whole: Spec = { ...base, ...made };
      const checkoutWith = async (spec: Spec): Promise<[Workspace, Editor, Digest]> => {
        const { added } = await addedTo(treeStore(ground.blobs), await tree(base), await tree(whole));
        workspaces = ground.workspacesWith({ v: 1, added });
        const digest = await tree(spec);
        const workspace = await workspaces.checkout("run/task/a/1", digest);
        return [workspace, ground.edit("run/task/a/1", workspace), digest];
      };
      const textOf = async (workspace: Workspace, path: string): Promise<string> => {
        const read = await workspace.read(path, 0, 1000);
        return read.type === "file" ? new TextDecoder().decode(read.bytes) : read.type;
      };
      const isThere = async (workspace: Workspace): Promise<void> => {
        expect(await textOf(workspace, ".git/HEAD")).toBe("ref: refs/heads/main\n");
        expect(await textOf(workspace, ".git/index")).toBe("i");
        expect(await textOf(workspace, "lib/deep/x.js")).toBe("x");
        expect(await textOf(workspace, "lib/cache/y")).toBe("y");
        expect(await textOf(workspace, "src/gen/.git")).toBe("gitdir: ../..\n");
        expect(await textOf(workspace, "tool.sh")).toBe("t");
      };

      it("holds it, and a snapshot is the tree alone", async () => {
        const [workspace, , digest] = await checkoutWith(base);
        await isThere(workspace);
        expect(await textOf(workspace, "gone/built")).toBe("built");
        expect(await workspace.snapshot()).toEqual({ tree: digest, skipped: [] });
      });

      it("leaves it out whatever became of it, and a reset brings it back", async () => {
        const [workspace, worker, digest] = await checkoutWith(base);
        worker.write(".git/HEAD", "0");
        worker.write(".git/hooks/post-checkout", "#!/bin/sh\n", 0o755);
        worker.remove("lib");
        worker.write("lib", "a file now");
        worker.remove("src/gen/.git");
        worker.mkdir("src/gen/.git");
        worker.write("src/gen/more", "m");
        worker.remove("tool.sh");
        worker.write("tool.sh/in", "i");
        worker.write("a.txt", "A");
        expect((await workspace.snapshot()).skipped).toEqual([]);
        expect(await lines(workspace)).toEqual([
          "a.txt 644 A",
          "gone/ 755",
          "gone/c.txt 644 c",
          "src/ 755",
          "src/b.txt 644 b",
        ]);
        await workspace.reset(digest);
        await isThere(workspace);
        expect((await workspace.read(".git/hooks/post-checkout", 0, 9)).type).toBe("missing");
        expect(await workspace.snapshot()).toEqual({ tree: digest, skipped: [] });
      });

      it("still leaves out and names reserved names that a worker made", async () => {
        const [workspace, worker] = await checkoutWith(base);
        worker.write(".git. /config", "c");
        worker.write(".harness/runs", "r");
        expect((await workspace.snapshot()).skipped).toEqual([".git. ", ".harness"]);
      });

      it("adds nothing where the tree has its own, which a snapshot takes", async () => {
        const own = { ...base, "lib/mine": "m", "tool.sh": "mine" };
        const [workspace, worker, digest] = await checkoutWith(own);
        expect(await textOf(workspace, "tool.sh")).toBe("mine");
        expect(await textOf(workspace, "lib/deep/x.js")).toBe("missing");
        expect(await workspace.snapshot()).toEqual({ tree: digest, skipped: [] });
        worker.write("lib/mine", "M");
        expect(await lines(workspace)).toContain("lib/mine 644 M");
      });

      it("adds nothing to a directory that the tree lost, and leaves it out of one that is made again", async () => {
        const [workspace, worker, digest] = await checkoutWith({ "a.txt": "a", src: "a file" });
        expect(await workspace.read("gone/built", 0, 9)).toEqual({ type: "missing" });
        expect(await workspace.snapshot()).toEqual({ tree: digest, skipped: [] });
        worker.write("gone/built", "again");
        worker.write("gone/new", "n");
        expect(await lines(workspace)).toEqual([
          "a.txt 644 a",
          "gone/ 755",
          "gone/new 644 n",
          "src 644 a file",
        ]);
      });

      it("goes along from tree to tree", async () => {
        const [workspace] = await checkoutWith(base);
        const other = await tree({ "src/b.txt": "B", "src/gen/own": "o" });
        for (const wanted of [other, await tree({}), await tree(base), other]) {
          await workspace.reset(wanted);
          expect(await workspace.snapshot()).toEqual({ tree: wanted, skipped: [] });
        }
      });
    });

    it("sweeps where nothing was ever checked out", async () => {
      await expect(workspaces.sweep("")).resolves.toBeUndefined();
    });
  });
}
