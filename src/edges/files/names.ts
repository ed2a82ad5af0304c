import { isUtf8 } from "node:buffer";
import { decodeText } from "../../core/canonical.ts";
import { isStep } from "../../core/tree-path.ts";

/** A path as `node:fs` takes it: text, or bytes where a name in it is not UTF-8. */
export type DiskPath = string | Buffer;

/** A name on disk as trees spell it (the rule is in core/tree.ts). Symlink targets likewise. */
export const nameOfBytes = (bytes: Buffer): string =>
  isUtf8(bytes) ? bytes.toString("utf8") : `\0${bytes.toString("hex")}`;

/** The bytes of what `nameOfBytes` gave. */
export const nameBytes = (name: string): Buffer =>
  name.startsWith("\0") ? Buffer.from(name.slice(1), "hex") : Buffer.from(name, "utf8");

/** A path on disk as trees spell it: name by name. */
export const pathOfBytes = (bytes: Buffer): string =>
  isUtf8(bytes)
    ? bytes.toString("utf8")
    : bytes
        .toString("latin1")
        .split("/")
        .map((name) => nameOfBytes(Buffer.from(name, "latin1")))
        .join("/");

/** The bytes of what `pathOfBytes` gave. */
export const pathBytes = (path: string): Buffer =>
  path.includes("\0")
    ? Buffer.from(
        path
          .split("/")
          .map((name) => nameBytes(name).toString("latin1"))
          .join("/"),
        "latin1",
      )
    : Buffer.from(path, "utf8");

/** A path of a tree as people and patterns read it: what is not UTF-8 is U+FFFD. */
export const textOfPath = (path: string): string =>
  path.includes("\0") ? decodeText(pathBytes(path)) : path;

/** Where the path of a tree lies below a directory. @throws Error for a name that would lead elsewhere. */
export function diskPath(dir: DiskPath, path: string): DiskPath {
  if (path === "") return dir;
  for (const name of path.split("/")) checkName(name);
  if (typeof dir === "string" && !path.includes("\0")) return `${dir}/${path}`;
  return bytesBelow(dir, pathBytes(path));
}

/** A name as `readdir` gave it, below the directory it was read from. */
export const bytesBelow = (dir: DiskPath, name: Buffer): Buffer =>
  Buffer.concat([Buffer.from(dir), Buffer.from("/"), name]);

/** Trees come from walks, which never give such names; a damaged or hand-made one must not lead outside. */
function checkName(name: string): void {
  const bytes = name.startsWith("\0") ? nameBytes(name).toString("latin1") : name;
  if (!isStep(bytes) || bytes.includes("\0"))
    throw new Error(`a tree holds the name ${JSON.stringify(name)}, which no directory can hold`);
}

/** Whether a name read as text may have lost bytes: what is not UTF-8 reads as U+FFFD. */
export const mayBeCut = (text: string): boolean => text.includes("\uFFFD");
