import { constants } from "node:fs";
import { access, mkdir, open, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BadInput } from "./bad-input.ts";
import { firstFiles } from "./first-files.ts";
import { madeByInit, schemaFiles } from "./json-schema.ts";

/** `added`: a line was added to a file that was there. */
export interface InitFile {
  /** Relative to the project. */
  readonly path: string;
  readonly state: "written" | "kept" | "added";
}

/**
 * Writes the files of a new project that are not there yet; changes none that is, but for a line in .gitignore and for
 * schemas of another version of ours. @throws BadInput before anything is written, where that can be told
 */
export async function initProject(dir: string): Promise<readonly InitFile[]> {
  const root = resolve(dir);
  const schemas = schemaFiles();
  for (const [path] of [...firstFiles, ...schemas]) await refusePlace(join(root, path));
  const files: InitFile[] = [];
  for (const [path, text] of firstFiles) {
    files.push({ path, state: (await writeNew(join(root, path), text)) ? "written" : "kept" });
  }
  for (const [path, text] of schemas) {
    files.push({ path, state: (await writeSchema(join(root, path), text)) ? "written" : "kept" });
  }
  files.push({ path: ".gitignore", state: await ignoreState(join(root, ".gitignore")) });
  return files;
}

/** The nearest directory above a file must be one, and may be written to. @throws BadInput */
async function refusePlace(path: string): Promise<void> {
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    try {
      if (!(await stat(dir)).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
      return await access(dir, constants.W_OK | constants.X_OK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" || dir === dirname(dir)) throw explained(path, error);
    }
  }
}

/** false: it is as it should be, or a person's own. */
async function writeSchema(path: string, text: string): Promise<boolean> {
  if (await writeNew(path, text)) return true;
  try {
    const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
    const handle = await open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) return false;
      const before = await handle.readFile("utf8");
      if (before === text || !before.includes(madeByInit)) return false;
      await handle.truncate();
      await handle.write(text, 0);
      return true;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (["ELOOP", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw explained(path, error);
  }
}

/** false: something is there, be it a link that leads nowhere. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await makeDirectory(dirname(path));
    const handle = await open(path, "wx");
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && syscall === "open") return false;
    throw explained(path, error);
  }
}

/** As `mkdir -p`. Node's own tries for ever where nothing can be made, as in /proc. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || path === dirname(path)) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path);
  }
}

const writeFailures: Readonly<Record<string, string>> = {
  EACCES: "it may not be written; give yourself the right to write there",
  EPERM: "it may not be written; give yourself the right to write there",
  ENOENT: "no directory can be made there; choose another one",
  ELOOP: "the symbolic links above it lead in a circle; choose another directory",
  EROFS: "it is on a file system for reading only; choose another directory",
  EEXIST: "a file stands where its folder should be; move it away",
  ENOTDIR: "a file stands where its folder should be; move it away",
  ENAMETOOLONG: "the name is too long for a file; choose a shorter one",
  ERR_INVALID_ARG_VALUE: "this cannot be the name of a directory; check it",
};

function explained(path: string, error: unknown): unknown {
  const what = writeFailures[(error as NodeJS.ErrnoException).code ?? ""];
  return what === undefined ? error : new BadInput(path, null, what);
}

const ignored = /^\/?\.harness\/?\s*$/m;

/** The state directory is for this machine alone. */
async function ignoreState(path: string): Promise<InitFile["state"]> {
  if (await writeNew(path, ".harness/\n")) return "written";
  try {
    const { O_RDWR, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
    const handle = await open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) return "kept";
      const text = await handle.readFile("utf8");
      if (ignored.test(text)) return "kept";
      await handle.appendFile(text === "" || text.endsWith("\n") ? ".harness/\n" : "\n.harness/\n");
      return "added";
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Git does not follow a .gitignore that is a symbolic link, and a directory of that name is none.
    if (["ELOOP", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return "kept";
    throw explained(path, error);
  }
}
