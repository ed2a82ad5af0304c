import { createHash } from "node:crypto";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { isAbsolute, join, resolve, sep } from "node:path";
import type { Instant } from "../../core/id.ts";
import type { Access, Settings } from "./access.ts";
import { maxWaitMs } from "./retry-after.ts";

/**
 * The time before which no run on this machine should call with one key at one address, because a provider told one of
 * them to wait. Never rejects for what the file system does: what cannot be read or written is no hold.
 */
export interface Hold {
  /** null: there is none, or it is over. */
  until(): Promise<Instant | null>;
  /** The later of several counts. */
  extend(until: Instant): Promise<void>;
}

export const noHold: Hold = { until: () => Promise.resolve(null), extend: () => Promise.resolve() };

/**
 * The holds of a key are empty files `DIGEST.UNTIL` in a directory of the user; the latest counts. Their names say
 * all: to make a file is one step, so no reader meets half of a hold and no process undoes another's. DIGEST is of
 * provider, address and key, which is so never written. A time beyond the longest wait that providers are granted is
 * no hold: it comes from a clock that was set, or from someone else.
 * @param now replaced only where the clock is what is tried
 */
export function sharedHold(
  env: Settings["env"],
  provider: string,
  { apiKey, baseUrl }: Access<string | null>,
  now: () => Instant = Date.now,
): Hold {
  const dir = holdsDir(env);
  if (dir === null) return noHold;
  const address = baseUrl === null ? null : new URL(baseUrl).href.replace(/\/$/, "");
  const digest = createHash("sha256")
    .update(JSON.stringify([provider, address, apiKey]))
    .digest("hex");
  return {
    until: async () => {
      const ours = (await holdsIn(dir)).filter((hold) => hold.digest === digest && isLive(hold.until, now()));
      return ours.length === 0 ? null : Math.max(...ours.map(({ until }) => until));
    },
    extend: async (until) => {
      const latest = Math.min(Math.ceil(until), now() + maxWaitMs);
      if (latest <= now()) return;
      await unlessFilesFail(writeHold(dir, `${digest}.${latest}`));
      await forgetOver(dir, now());
    },
  };
}

/** `$HARNESS_HOLDS_DIR`, else below where the user's programs keep their state (XDG, which knows absolute paths only). */
function holdsDir(env: Settings["env"]): string | null {
  const own = env["HARNESS_HOLDS_DIR"] ?? "";
  if (own !== "") return resolve(own);
  const [state = "", home = ""] = [env["XDG_STATE_HOME"], env["HOME"]];
  if (isAbsolute(state)) return join(state, "harness", "holds");
  return isAbsolute(home) ? join(home, ".local", "state", "harness", "holds") : null;
}

interface Held {
  readonly name: string;
  readonly digest: string;
  readonly until: Instant;
}

const isLive = (until: Instant, now: Instant): boolean => until > now && until <= now + maxWaitMs;

async function holdsIn(dir: string): Promise<readonly Held[]> {
  const names = (await unlessFilesFail(readdir(dir))) ?? [];
  return names.flatMap((name) => {
    const [, digest, until] = /^([0-9a-f]{64})\.(\d{1,16})$/.exec(name) ?? [];
    return digest === undefined ? [] : [{ name, digest, until: Number(until) }];
  });
}

async function writeHold(dir: string, name: string): Promise<void> {
  for (const above of pathsTo(dir)) await unlessFilesFail(mkdir(above, { mode: 0o700 }));
  await (await open(join(dir, name), "wx", 0o600)).close();
}

/** For `mkdir` one by one: Node's recursive one tries for ever where the file system makes no directories (/proc). */
const pathsTo = (dir: string): readonly string[] =>
  dir.split(sep).map((_, index, names) => names.slice(0, index + 1).join(sep) || sep);

async function forgetOver(dir: string, now: Instant): Promise<void> {
  const over = (await holdsIn(dir)).filter(({ until }) => !isLive(until, now));
  await Promise.all(over.map(({ name }) => unlessFilesFail(rm(join(dir, name)))));
}

/** A directory that is full, read-only or missing must not stop a run; what is no matter of files passes on. */
async function unlessFilesFail<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).syscall === "string") return null;
    throw error;
  }
}
