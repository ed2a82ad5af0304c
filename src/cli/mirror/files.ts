import { createHash } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { statThere } from "../there.ts";
import type { Page } from "./pages.ts";

const ending = ".part";
const logName = "log.txt";

/** The files of a mirror as they lie on disk. Only what differs is written. */
export class MirrorFiles {
  readonly #dir: string;
  /** What each page holds on disk, by its hash. */
  readonly #known = new Map<string, string>();
  #log = { lines: 0, bytes: -1 };

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Removes what a process that died left half-written. */
  async sweep(): Promise<void> {
    if ((await statThere(this.#dir)) === null) return;
    const left = await readdir(this.#dir, { recursive: true });
    for (const name of left) if (name.endsWith(ending)) await rm(join(this.#dir, name), { force: true });
  }

  async write({ path, text }: Page): Promise<void> {
    const hash = createHash("sha256").update(text).digest("hex");
    if (this.#known.get(path) === hash) return;
    const target = join(this.#dir, path);
    if (this.#known.has(path) || !(await holds(target, text))) await replace(target, text);
    this.#known.set(path, hash);
  }

  /** Makes log.txt hold these lines, by appending to it where it holds the beginning that was last written. */
  async log(lines: readonly string[]): Promise<void> {
    const { lines: written, bytes } = this.#log;
    const path = join(this.#dir, logName);
    const isWhole = bytes >= 0 && (await statThere(path))?.size === bytes;
    if (isWhole && written === lines.length) return;
    const more = textOf(isWhole ? lines.slice(written) : lines);
    if (isWhole) await appendFile(path, more);
    else await this.write({ path: logName, text: more });
    this.#log = { lines: lines.length, bytes: Buffer.byteLength(more) + (isWhole ? bytes : 0) };
    this.#known.delete(logName);
  }
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

async function holds(path: string, text: string): Promise<boolean> {
  const size = (await statThere(path))?.size;
  return size === Buffer.byteLength(text) && (await readFile(path, "utf8")) === text;
}

/** Whole or not at all: readers never see half a page. */
async function replace(path: string, text: string): Promise<void> {
  const part = path + ending;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(part, { force: true });
  try {
    await writeFile(part, text, { mode: 0o600, flag: "wx" });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
