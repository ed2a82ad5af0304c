import { Readable, pipeline } from "node:stream";
import { createDeflate } from "node:zlib";
import { base85Lines } from "./base85.ts";
import type { GitSide } from "./git-side.ts";

/**
 * What follows the `index` line of a file that is not text, as `git apply` reads it and `git diff --binary` writes it:
 * all bytes of the new side, then all of the old one, so that it applies backwards too. A side that is not there has
 * no bytes. Git may write a delta between the two where that is shorter; we never do.
 */
export async function* binaryPatch(a: GitSide | null, b: GitSide | null): AsyncIterable<string> {
  yield "GIT binary patch\n";
  yield* literal(b);
  yield* literal(a);
}

async function* literal(side: GitSide | null): AsyncIterable<string> {
  yield `literal ${side?.size ?? 0}\n`;
  yield* base85Lines(deflated(side));
  yield "\n";
}

/** In bounded memory. What fails on the way is thrown to whoever reads, so the end of the pipeline need not tell it too. */
const deflated = (side: GitSide | null): AsyncIterable<Uint8Array> =>
  pipeline(Readable.from(side?.bytes() ?? []), createDeflate(), () => undefined);
