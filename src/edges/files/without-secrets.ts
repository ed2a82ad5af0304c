import { joined } from "../../core/tree-path.ts";
import { piecesOf, withFile } from "./file-content.ts";
import { pausing } from "./pause.ts";
import type { Found, FoundDir, Other } from "./walk.ts";

/** A value that must not be stored, as a person names it. */
export interface SecretValue {
  readonly name: string;
  readonly value: string;
}

/**
 * What a walk found, without the files that hold one of these values as it is: those go to `others`. All is read before
 * anything is stored, so that no value is ever in a blob. Recursive: a walk's paths are at most 1,500 names deep.
 */
export async function withoutSecrets(
  root: string,
  dir: FoundDir,
  secrets: readonly SecretValue[],
  others: Other[],
): Promise<FoundDir> {
  if (secrets.length === 0) return dir;
  const values = secrets.map(({ name, value }) => ({ name, bytes: Buffer.from(value) }));
  const pause = pausing();
  const below = async (found: FoundDir, path: string): Promise<FoundDir> => {
    const entries: Found[] = [];
    for (const entry of found.entries) {
      const at = joined(path, entry.name);
      const name = entry.type === "file" ? await withFile(root, at, entry, nameIn(values)) : null;
      if (name !== null) others.push({ path: at, why: `it holds the secret ${name}` });
      else entries.push(entry.type === "dir" ? await below(entry, at) : entry);
      await pause();
    }
    return { ...found, entries };
  };
  return below(dir, "");
}

interface Value {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Which value is in a file. One may begin in one piece and end in the next. */
const nameIn =
  (values: readonly Value[]) =>
  async (file: Parameters<typeof piecesOf>[0]): Promise<string | null> => {
    const longest = Math.max(...values.map(({ bytes }) => bytes.length));
    let tail = Buffer.alloc(0);
    for await (const piece of piecesOf(file, () => undefined)) {
      const bytes = Buffer.concat([tail, piece]);
      const found = values.find((value) => bytes.includes(value.bytes));
      if (found !== undefined) return found.name;
      tail = bytes.subarray(Math.max(0, bytes.length - longest + 1));
    }
    return null;
  };
