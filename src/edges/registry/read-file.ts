import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { RegistryRefused } from "./refused.ts";

/** More than a hundred thousand promotions. */
const limit = 64 * 1024 * 1024;

/** The text of a regular file of UTF-8, as it is; null: nothing is there. Never waits for a FIFO. @throws RegistryRefused */
export async function readFileThere(path: string): Promise<string | null> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY).catch(
    unlessMissing(path),
  );
  if (handle === null) return null;
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new RegistryRefused(`${path}: it is no file; move it away`);
    if (found.size > limit)
      throw new RegistryRefused(`${path}: it is larger than 64 MiB; put it back from git`);
    const bytes = await handle.readFile();
    if (!isUtf8(bytes))
      throw new RegistryRefused(`${path}: it is damaged, for it is not UTF-8; put it back from git`);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  } finally {
    await handle.close();
  }
}

const unlessMissing =
  (path: string) =>
  (error: NodeJS.ErrnoException): null => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    if (["EACCES", "EPERM", "ELOOP"].includes(error.code ?? ""))
      throw new RegistryRefused(`${path}: it cannot be read: ${error.message}; mend that`, { cause: error });
    throw error;
  };
