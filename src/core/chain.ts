import type { Body, Entry, RunEvent } from "./event.ts";
import { versionOf } from "./event-version.ts";
import { canonical } from "./canonical.ts";
import type { Digest, Instant, RunId } from "./id.ts";

/** The chain of a run as the journal's caller knows it: the next batch must follow exactly this. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: Digest;
  readonly epoch: number;
}

/** sha256 of a text in hex. Passed in, because core has no crypto of its own. */
export type Sha256 = (text: string) => Digest;

/**
 * Puts events in their place at the end of a chain: `hash = sha256(prev ‖ canonical(run, seq, at, epoch, v, type, body))`.
 * @throws RangeError for a body above its limit: a bug in whoever made the event.
 */
export function seal(
  run: RunId,
  after: ChainHead | null,
  epoch: number,
  at: Instant,
  events: readonly RunEvent[],
  sha256: Sha256,
): Entry[] {
  let seq = after?.seq ?? 0;
  let prev = after?.hash ?? noHash;
  return events.map((event) => {
    seq += 1;
    const unsealed = { run, seq, at, epoch, v: versionOf(event.type), ...event };
    const text = chainText(unsealed);
    if (text.length > bodyLimit(event)) {
      throw new RangeError(`${event.type} has ${text.length} characters, ${bodyLimit(event)} are allowed`);
    }
    const hash = sha256(prev + text);
    const entry: Entry = { ...unsealed, prev, hash };
    prev = hash;
    return entry;
  });
}

/** Where the next batch goes. */
export const headOf = (entry: Entry): ChainHead => ({ seq: entry.seq, hash: entry.hash, epoch: entry.epoch });

/** null when `entry` follows `after` in an unbroken chain, else what is wrong in one sentence. */
export function brokenLink(after: Entry | null, entry: Entry, sha256: Sha256): string | null {
  const prev = after?.hash ?? noHash;
  if (entry.seq !== (after?.seq ?? 0) + 1) return `entry ${entry.seq} follows entry ${after?.seq ?? 0}`;
  if (entry.prev !== prev) return `entry ${entry.seq} does not continue the chain`;
  if (entry.hash !== sha256(prev + chainText(entry))) return `entry ${entry.seq} does not hash to its name`;
  return null;
}

/** Most bytes of a body; a proposed plan may take `bytesPerTask` more for each task it lists. */
export const maxBodyBytes = 16_384;
const bytesPerTask = 1_024;

export function bodyLimit(event: RunEvent): number {
  return event.type === "plan-proposed" || event.type === "plan-adopted"
    ? maxBodyBytes +
        bytesPerTask * (event.type === "plan-proposed" ? event.body.tasks.length : planChanges(event.body))
    : maxBodyBytes;
}
const planChanges = (body: Body<"plan-adopted">): number =>
  body.added.length + body.changed.length + body.dropped.length;

/** The text a hash is taken of: `hash = sha256(prev + chainText(entry))`. */
export const chainText = (entry: Omit<Entry, "hash" | "prev">): string =>
  canonical({
    run: entry.run,
    seq: entry.seq,
    at: entry.at,
    epoch: entry.epoch,
    v: entry.was?.v ?? entry.v,
    type: entry.type,
    body: entry.was?.body ?? entry.body,
  });

/** `prev` of the first entry of a chain. */
export const noHash: Digest = "0".repeat(64);
