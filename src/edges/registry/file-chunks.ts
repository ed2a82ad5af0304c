import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { RegistryRefused } from "./refused.ts";

const chunkBytes = 256 * 1024;

/**
 * The bytes of a regular file, a chunk at a time. Never waits for a FIFO.
 * @param shown how errors name it @throws RegistryRefused when it is none, not there, or may not be read
 */
export async function* fileChunks(path: string, shown: string): AsyncGenerator<Buffer> {
  const handle = await opened(path, shown);
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function opened(path: string, shown: string): Promise<FileHandle> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    const what = why[(error as NodeJS.ErrnoException).code ?? ""];
    if (what === undefined) throw error;
    throw new RegistryRefused(`${shown}: ${what}`, { cause: error });
  }
  throw new RegistryRefused(`${shown}: it is no file; name a file of rows`);
}

const why: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; name one that is there",
  ENOTDIR: "there is no such file; name one that is there",
  EACCES: "it may not be read; give yourself the right to",
  EPERM: "it may not be read; give yourself the right to",
  ELOOP: "its symbolic links lead in a circle; mend them",
};
