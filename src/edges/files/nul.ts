import { pathBytes } from "./names.ts";

/** What a git command prints with `-z`. */
export function* partsOf(out: Buffer): Iterable<Buffer> {
  for (let at = 0, end = out.indexOf(0); end !== -1; at = end + 1, end = out.indexOf(0, at))
    yield out.subarray(at, end);
}

/** Paths of trees, as a git command with `-z` reads them. */
export function* endedByNul(paths: readonly string[]): Iterable<Uint8Array> {
  for (const path of paths) yield Buffer.concat([pathBytes(path), Buffer.of(0)]);
}
