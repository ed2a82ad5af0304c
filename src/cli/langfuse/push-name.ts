import { setTimeout as delay } from "node:timers/promises";
import { versionText } from "../../core/registry/artifact.ts";
import { inProduction } from "../../core/registry/history.ts";
import type { History } from "../../core/registry/history.ts";
import type { Digest } from "../../core/id.ts";
import type { VersionRecord } from "../../core/registry/record.ts";
import { addLabel, createVersion, readVersions } from "../../edges/langfuse-prompts/api.ts";
import type { StoredVersion } from "../../edges/langfuse-prompts/api.ts";
import { LangfuseRefused } from "../../edges/langfuse-prompts/refused.ts";
import type { Server } from "../../edges/langfuse-prompts/request.ts";
import { spokenIn } from "../../edges/prompts/spoken.ts";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import type { Kept } from "../kept-secrets.ts";
import type { Opened } from "../registry/open-registry.ts";
import { promptText } from "../registry/prompt-text.ts";
import { bodyOf, ours } from "./payload.ts";

export interface PushAt {
  readonly io: Io;
  readonly opened: Opened;
  readonly server: Server;
  readonly kept: Kept;
}

/** Sends what is not there of the versions up to this one, then sets the labels. @throws LangfuseRefused, Refused */
export async function pushName(at: PushAt, history: History, upTo: number): Promise<void> {
  const stored = await readVersions(at.server, history.name);
  const there = new Map(numbersOf(stored));
  const versions = [...history.versions.values()].map(({ made }) => made);
  for (const made of versions.toSorted((a, b) => a.version - b.version)) {
    if (made.version > upTo) continue;
    const before = there.get(made.digest);
    const number = before ?? (await sent(at, stored, made));
    there.set(made.digest, number);
    at.io.err(` ${pushedText(made, number, before === undefined)}\n`);
  }
  const labelled: Labels = { history, stored, there };
  await follow(at, labelled, "production", inProduction(history));
  await follow(at, labelled, "staging", history.staging);
}

/** Where one version is there twice, as two machines may have pushed it at once, the older counts. */
const numbersOf = (stored: readonly StoredVersion[]): readonly (readonly [Digest, number])[] =>
  stored.toReversed().flatMap((one) => {
    const mark = ours(one);
    return mark === null ? [] : [[mark.digest, one.version] as const];
  });

function pushedText(made: VersionRecord, number: number, isNew: boolean): string {
  const name = versionText(made, made.version);
  const what = isNew ? `${name} is version ${number} there now` : `${name} is version ${number} there`;
  if (number === made.version) return what;
  return `${what}: somebody else made versions there, so traces of runs with ${name} link to another text`;
}

/** @returns its number there */
async function sent(at: PushAt, stored: readonly StoredVersion[], made: VersionRecord): Promise<number> {
  const which = { type: "version", version: made.version } as const;
  const { source } = await promptText(at.opened, { kind: "prompt", name: made.name, which });
  refuseUnsendable(at, made, source);
  if (!spokenIn(source).every(({ isPlain }) => isPlain))
    at.io.err(
      ` ${versionText(made, made.version)} has blocks or partials: Langfuse shows it as it is written, and cannot fill it in; harness renders it\n`,
    );
  // All versions of a name are of one type there.
  const [first] = stored;
  return surelyMade(at.server, made, bodyOf(made, source, first?.type ?? "chat", first?.tags ?? []));
}

function refuseUnsendable({ kept }: PushAt, made: VersionRecord, source: string): void {
  const name = versionText(made, made.version);
  if (kept.redaction.text(source) !== source)
    throw new Refused(
      `${name} holds the value of a secret; write {{secret:NAME}} in its place, and use a version without it`,
    );
  if (source.includes("@@@langfusePrompt:"))
    throw new Refused(
      `${name} holds "@@@langfusePrompt:", which Langfuse would put another prompt in place of; write it otherwise`,
    );
}

const mostTries = 4;

/** Where nobody knows whether it was made, what is there is looked at before it is tried again. */
async function surelyMade(
  server: Server,
  { name, digest }: VersionRecord,
  body: Parameters<typeof createVersion>[1],
): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await createVersion(server, body);
    } catch (error) {
      if (!(error instanceof LangfuseRefused) || !error.isUncertain || tries === mostTries) throw error;
      await delay(250 * 2 ** tries);
      const found = new Map(numbersOf(await readVersions(server, name))).get(digest);
      if (found !== undefined) return found;
    }
  }
}

interface Labels {
  readonly history: History;
  readonly stored: readonly StoredVersion[];
  readonly there: ReadonlyMap<Digest, number>;
}

/** The label is where the stage is. Langfuse takes none away by itself, so where the stage is empty a person is told. */
async function follow(
  { io, server }: PushAt,
  { history, stored, there }: Labels,
  stage: "production" | "staging",
  version: number | null,
): Promise<void> {
  const { name } = history;
  const has = stored.find(({ labels }) => labels.includes(stage))?.version ?? null;
  const made = history.versions.get(version ?? 0)?.made;
  const number = there.get(made?.digest ?? "") ?? null;
  if (number === has) return;
  if (made === undefined)
    return io.err(
      ` version ${has} of ${name} there is labelled ${stage}, and no version is in ${stage} here; take that label off there\n`,
    );
  if (number === null) return;
  await addLabel(server, name, number, stage);
  io.err(` ${versionText(made, made.version)} is labelled ${stage} there\n`);
}
