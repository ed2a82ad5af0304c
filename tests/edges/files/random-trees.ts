import { chmodSync, linkSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as fc from "fast-check";

/** One change of a directory. What stands at the path goes away first; where its parent is no directory, nothing is done. */
export type Step =
  | { readonly do: "file"; readonly path: Path; readonly content: Uint8Array; readonly mode: number }
  | { readonly do: "dir"; readonly path: Path; readonly mode: number }
  | { readonly do: "symlink"; readonly path: Path; readonly target: Path }
  | { readonly do: "link"; readonly path: Path; readonly to: Path }
  | { readonly do: "fifo"; readonly path: Path }
  | { readonly do: "chmod"; readonly path: Path; readonly mode: number }
  | { readonly do: "remove"; readonly path: Path };
/** Bytes, each as the character of its number. */
type Path = string;

const isRoot = process.geteuid?.() === 0;

const latin = (text: string): Path => Buffer.from(text).toString("latin1");
const name = fc.oneof(
  fc.constantFrom("a", "b", "c"),
  fc.constantFrom(
    latin("é"),
    latin("e\u0301"),
    "A",
    "\xff",
    "ff",
    latin("\uFFFD"),
    "line\nfeed",
    "__proto__",
    "constructor",
    ".gitignore",
    latin("😀"),
    latin("\uFFFF"),
    "-rf",
    " ",
    "moved-up-1",
  ),
);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const content = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.constantFrom("", "same", "Same", "\r\n").map((text) => new TextEncoder().encode(text)),
  fc.constantFrom(1024 * 1024, 1024 * 1024 + 1).map((size) => new Uint8Array(size).fill(7)),
);
const fileMode = fc.oneof(
  fc.constantFrom(0o644, 0o755, 0o600, 0o000, 0o4755),
  fc.integer({ min: 0, max: 0o777 }),
);
/** Who is not root must be able to make the next step in it. */
const dirMode = isRoot
  ? fc.constantFrom(0o755, 0o700, 0o000, 0o555, 0o2755, 0o1777, 0o111)
  : fc.constantFrom(0o755, 0o700, 0o777);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("file" as const), path, content, mode: fileMode }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("dir" as const), path, mode: dirMode }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("symlink" as const), path, target: path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("link" as const), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fifo" as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("chmod" as const), path, mode: dirMode }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), path }) },
);

export const steps = fc.array(step, { maxLength: 25 });

/** Takes steps in a directory. `fifo`: one elsewhere on its file system. */
export function take(dir: string, fifo: string, all: readonly Step[]): void {
  const at = (path: Path): Buffer => Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(path, "latin1")]);
  for (const one of all) if (hasParents(one.path, at)) takeOne(one, fifo, at);
}

/** Makes what is missing above a path. @returns whether something can stand there. */
function hasParents(path: Path, at: (path: Path) => Buffer): boolean {
  const names = path.split("/").slice(0, -1);
  return names.every((_, n) => {
    const parent = at(names.slice(0, n + 1).join("/"));
    const stat = lstatSync(parent, { throwIfNoEntry: false });
    if (stat === undefined) mkdirSync(parent);
    return stat === undefined || stat.isDirectory();
  });
}

function takeOne(one: Step, fifo: string, at: (path: Path) => Buffer): void {
  const here = at(one.path);
  if (one.do === "chmod") return chmodThere(here, one.mode);
  rmSync(here, { recursive: true, force: true });
  if (one.do === "file") writeFileSync(here, one.content);
  if (one.do === "dir") mkdirSync(here);
  if (one.do === "symlink") symlinkSync(Buffer.from(one.target, "latin1"), here);
  if (one.do === "fifo") linkSync(fifo, here);
  if (one.do === "link") linkThere(at(one.to), here);
  if (one.do === "file" || one.do === "dir") chmodSync(here, one.mode);
}

function chmodThere(at: Buffer, mode: number): void {
  const stat = lstatSync(at, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true || stat?.isFile() === true) chmodSync(at, mode);
}

/** Does nothing where there is no such thing, a directory, or no way to it. */
function linkThere(from: Buffer, to: Buffer): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["ENOENT", "ENOTDIR", "EPERM", "ELOOP"].includes(code)) throw error;
  }
}
