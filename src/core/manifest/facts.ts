import type { Digest } from "../id.ts";

/** What a run knows of where it began, besides what it pins: resolved once, never looked up again. */
export interface RunFacts {
  /** Of the harness's own code, with `-dirty` behind it where files differ; null: it is no git checkout. */
  readonly commit: string | null;
  /** Of Node, like `24.21.0`. */
  readonly node: string;
  /** Like `linux x64`. */
  readonly platform: string;
  /** Names of the secrets the harness was told of; their values are nowhere. */
  readonly secrets: readonly string[];
  /** A blob: definitions of the tools that act outside of sandboxes. */
  readonly tools: Digest;
}
