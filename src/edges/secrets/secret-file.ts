import { constants } from "node:fs";
import type { Stats } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

const mostBytes = 65_536;

type Read = { readonly value: string } | { readonly fault: string };

/**
 * A value in a file that nobody else can read. It is opened first, without waiting and without following a link at its
 * end, and then looked at as it was opened: what is swapped meanwhile changes nothing.
 */
export async function readSecretFile(
  name: string,
  file: string,
  projectDir: string,
  home = homedir(),
): Promise<Read> {
  const path = file.startsWith("~/") ? join(home, file.slice(2)) : resolve(projectDir, file);
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  try {
    const handle = await open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    try {
      const wrong = refusal(await handle.stat(), path);
      return wrong === null ? await valueIn(handle, name, path) : { fault: `secret ${name}: ${wrong}` };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { fault: `secret ${name}: ${opening(error as NodeJS.ErrnoException, path)}` };
  }
}

function refusal(found: Stats, path: string): string | null {
  if (!found.isFile()) return `${path} is no regular file; name one`;
  if (found.uid !== process.geteuid?.()) return `${path} belongs to another user; make a copy of your own`;
  if ((found.mode & 0o077) === 0) return null;
  return `${path} can be read by others; run: chmod 600 '${path.replaceAll("'", `'\\''`)}'`;
}

async function valueIn(handle: FileHandle, name: string, path: string): Promise<Read> {
  const buffer = Buffer.alloc(mostBytes + 1);
  let size = 0;
  for (let more = -1; more !== 0 && size < buffer.length; size += more)
    more = (await handle.read(buffer, size, buffer.length - size, size)).bytesRead;
  if (size > mostBytes)
    return { fault: `secret ${name}: ${path} has more than 64 KiB; name a file with the value alone` };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, size));
    const value = text.replace(/\r?\n$/, "");
    return value === "" ? { fault: `secret ${name}: ${path} is empty; write the value into it` } : { value };
  } catch {
    return { fault: `secret ${name}: ${path} is no text; write the value into it as UTF-8` };
  }
}

function opening({ code, message }: NodeJS.ErrnoException, path: string): string {
  switch (code) {
    case "ENOENT":
      return `${path} is not there; write the value into it (chmod 600), or export the variable and leave out file`;
    case "ELOOP":
      return `${path} is a symlink; name the file itself`;
    case "EACCES":
      return `${path} may not be read; run: chmod 600 on a file of your own`;
    default:
      return `${path} cannot be read: ${code ?? message}`;
  }
}
