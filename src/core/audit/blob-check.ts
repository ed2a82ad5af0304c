import type { Body, Entry } from "../event.ts";
import type { Digest } from "../id.ts";
import type { Finding } from "./finding.ts";

/** Where a digest is named, and where it was last dropped. */
interface Naming {
  readonly first: number;
  last: number;
  dropped: number;
}

/** Fields that may hold 64 hex digits which name no blob: images, keys for the target, free names. */
const otherNames = new Set(
  (
    "image profile harness host boot key model servedModel tool rule cwd " +
    "approval escalation subject reason why user tty id class message"
  ).split(" "),
);
/** Fields whose keys people chose: they say nothing about the values. */
const freeKeys = new Set(["prompts", "rubrics"]);
const hex = /^[0-9a-f]{64}$/;

/**
 * P4 and P12: whatever is named is there, or was dropped and said so after it was last named; what a run pins and the
 * trees it stands on are never dropped. Whether the bytes hash to their name is for the store to say.
 */
export async function blobFindings(
  entries: readonly Entry[],
  missing: (digests: readonly Digest[]) => Promise<readonly Digest[]>,
): Promise<Finding[]> {
  const names = collect(entries);
  const pinned = new Set(pinsOf(entries));
  const { kept, findings } = keepings(entries);
  for (const digest of await missingOf([...names.keys()], missing)) {
    const naming = names.get(digest);
    if (naming === undefined) continue;
    const why = kept.get(digest);
    const blob = `${digest.slice(0, 12)}…`;
    if (pinned.has(digest))
      findings.push({
        promise: "P12",
        seq: naming.first,
        what: `the run pins ${blob}, which is not in the store`,
      });
    else if (naming.dropped < naming.last)
      findings.push({
        promise: "P4",
        seq: naming.first,
        what: `blob ${blob}${why === undefined ? "" : `, ${why},`} is named and is not in the store`,
      });
  }
  return findings;
}

function collect(entries: readonly Entry[]): Map<Digest, Naming> {
  const names = new Map<Digest, Naming>();
  for (const { seq, type, body } of entries) {
    if (type === "blobs-dropped") {
      for (const digest of body.digests) {
        const naming = names.get(digest);
        if (naming !== undefined) naming.dropped = seq;
      }
      continue;
    }
    for (const digest of digestsIn(body)) {
      const naming = names.get(digest);
      if (naming === undefined) names.set(digest, { first: seq, last: seq, dropped: 0 });
      else naming.last = seq;
    }
  }
  return names;
}

function* digestsIn(value: unknown, field = ""): Generator<Digest> {
  if (typeof value === "string") {
    if (hex.test(value) && !otherNames.has(field)) yield value;
  } else if (Array.isArray(value)) {
    for (const item of value) yield* digestsIn(item, field);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value))
      yield* digestsIn(item, freeKeys.has(field) ? field : key);
  }
}

function pinsOf(entries: readonly Entry[]): Digest[] {
  const created = entries.find((entry) => entry.type === "run-created");
  return created === undefined ? [] : [...digestsIn(created.body.pins)];
}

/** Asks in portions, so that a store may answer each in one query. */
async function missingOf(
  digests: readonly Digest[],
  missing: (digests: readonly Digest[]) => Promise<readonly Digest[]>,
): Promise<Digest[]> {
  const portion = 1_000;
  const found: Digest[] = [];
  for (let from = 0; from < digests.length; from += portion)
    found.push(...(await missing(digests.slice(from, from + portion))));
  return found;
}

/** The trees that are needed whatever happens, each with its weightiest reason, and where one was dropped. */
function keepings(entries: readonly Entry[]): { kept: ReadonlyMap<Digest, string>; findings: Finding[] } {
  const kept = new Map<Digest, string>();
  const findings: Finding[] = [];
  for (const entry of entries) {
    if (entry.type === "blobs-dropped") findings.push(...droppedKept(entry.seq, entry.body, kept));
    else
      for (const [digest, why] of keptBy(entry))
        if (entry.type === "task-accepted" || !kept.has(digest)) kept.set(digest, why);
  }
  return { kept, findings };
}

function keptBy(entry: Entry): [Digest, string][] {
  switch (entry.type) {
    case "run-created":
      return [[entry.body.base, "the base of the run"]];
    case "attempt-started":
      return [[entry.body.start, `the start of an attempt of task "${entry.body.task}"`]];
    case "attempt-submitted":
      return [[entry.body.candidate, `the candidate of task "${entry.body.task}"`]];
    case "task-inherited":
    case "task-accepted":
      return [[entry.body.head, `the accepted tree of task "${entry.body.task}"`]];
    default:
      return [];
  }
}

const droppedKept = (
  seq: number,
  body: Body<"blobs-dropped">,
  kept: ReadonlyMap<Digest, string>,
): Finding[] =>
  body.digests.flatMap((digest) => {
    const why = kept.get(digest);
    return why === undefined ? [] : [{ promise: "P4" as const, seq, what: `${why} was dropped` }];
  });
