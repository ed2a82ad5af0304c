import type { ProjectSpec } from "../core/goal.ts";
import type { Blobs } from "../core/ports.ts";
import { redaction } from "../core/redaction.ts";
import type { Redaction } from "../core/redaction.ts";
import type { Secret } from "../core/secret.ts";
import { keysOf, readableSecrets, readSecrets } from "../edges/secrets/secrets.ts";
import { Refused } from "./exit.ts";
import type { Io } from "./io.ts";

/** What the harness was told and nobody else is. */
export interface Kept {
  readonly secrets: readonly Secret[];
  /** With keys of this process, which no request may name. */
  readonly all: readonly Pick<Secret, "name" | "value">[];
  readonly redaction: Redaction;
}

/** Secrets of the project, and the keys of this process. @throws Refused when one cannot be had, in one line */
export async function keptSecrets(
  projectDir: string,
  { secrets }: ProjectSpec,
  env: Io["env"],
): Promise<Kept> {
  const found = await readSecrets(secrets ?? {}, { projectDir, env });
  if (typeof found === "string") throw new Refused(`harness.yaml: ${found}`);
  return keptOf(found, env);
}

/** As `keptSecrets`, of those that can be had where somebody answers or steers a run. */
export const readableKept = async (
  projectDir: string,
  { secrets }: ProjectSpec,
  env: Io["env"],
): Promise<Kept> => keptOf(await readableSecrets(secrets ?? {}, { projectDir, env }), env);

function keptOf(secrets: readonly Secret[], env: Io["env"]): Kept {
  const all = [...secrets, ...keysOf(env)];
  return { secrets, all, redaction: redaction(all) };
}

/** Blobs of texts: what is stored there is redacted first. For files of a workspace it is not meant. */
export const redactedBlobs = (blobs: Blobs, { redaction: kept }: Kept): Blobs => ({
  put: async (items) => blobs.put(items.map((bytes) => kept.bytes(bytes))),
  putStream: async (chunks) => blobs.putStream(chunks),
  get: async (digest) => blobs.get(digest),
  getStream: (digest) => blobs.getStream(digest),
  missing: async (digests) => blobs.missing(digests),
});

/** The same terminal, which shows none of them. */
export const redactedIo = (io: Io, { redaction: kept }: Kept): Io => ({
  ...io,
  out: (text) => io.out(kept.text(text)),
  err: (text) => io.err(kept.text(text)),
  get columns() {
    return io.columns;
  },
  get rows() {
    return io.rows;
  },
});
