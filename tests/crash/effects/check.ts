import { createHash } from "node:crypto";
import { audit } from "../../../src/core/audit.ts";
import { decodeJson } from "../../../src/core/canonical.ts";
import type { Body, Entry } from "../../../src/core/event.ts";
import type { Storage } from "../../../src/edges/sqlite/storage.ts";
import { compareFinal, finalState } from "../../../src/core/audit/final-state.ts";
import { waitingList } from "../../../src/cli/waiting.ts";
import { readRun } from "../../../src/loop/own.ts";
import type { Line } from "./ledger.ts";
import type { World } from "./world.ts";

/** A call that was started outside, and all that the journal says of how it ended. */
interface Outside {
  readonly body: Body<"call-started">;
  readonly epoch: number;
  readonly said: string[];
}

export async function entriesOf({ place, run }: World): Promise<readonly Entry[]> {
  const { journal } = await place.terminal();
  return Array.fromAsync(journal.read(run, 0));
}

/** What is wrong with a run that ended. `calm`: the journal of the same run that nobody killed, where all was granted. */
export async function endProblems(world: World, calm: readonly Entry[]): Promise<readonly string[]> {
  const terminal = await world.place.terminal();
  const entries = await entriesOf(world);
  const difference = compareFinal(finalState(entries), finalState(calm));
  const silent = [...outsideOf(entries).values()].filter(({ said }) => said.length === 0);
  return [
    ...(await standProblems(world)),
    ...(await audited(terminal, world.run, entries)),
    ...(difference === null ? [] : [`P5: ${difference}`]),
    ...silent.map(({ body }) => `P2: ${body.call} was lost silently`),
    ...(await wrongBytes(terminal, entries, await world.book.lines(world.run))),
  ];
}

async function audited(
  { journal, blobs }: Storage,
  run: string,
  entries: readonly Entry[],
): Promise<readonly string[]> {
  const found = await audit(entries, {
    missing: async (digests) => blobs.missing(digests),
    answers: await journal.answers(run),
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    now: Date.now(),
  });
  return found.map(({ promise, seq, what }) => `${promise} at event ${seq}: ${what}`);
}

/** What is wrong with a run as it lies there, ended or not, when nobody is at work on it. */
export async function standProblems(world: World): Promise<readonly string[]> {
  const entries = await entriesOf(world);
  const lines = await world.book.lines(world.run);
  if (entries.length === 0) return lines.map(({ key }) => `P2: ${key} happened before its run`);
  return [...ledgerProblems(entries, lines), ...usedTwice(entries), ...(await unlisted(world, entries))];
}

function outsideOf(entries: readonly Entry[]): ReadonlyMap<string, Outside> {
  const found = new Map<string, Outside>();
  for (const { type, body, epoch } of entries) {
    if (type === "call-started" && body.reach === "outside")
      found.set(body.key ?? "", { body, epoch, said: [] });
    if (type !== "call-ended" && type !== "effect-settled") continue;
    const started = [...found.values()].find((one) => one.body.call === body.call);
    started?.said.push(type === "effect-settled" ? body.finding : (body.effect ?? "nothing"));
  }
  return found;
}

/** P2, by the world's own book: nothing twice, nothing unmeant, and what is said of each is so. */
function ledgerProblems(entries: readonly Entry[], lines: readonly Line[]): readonly string[] {
  const outside = outsideOf(entries);
  const keys = lines.map(({ key }) => key);
  const starts = entries.filter((entry) => entry.type === "call-started" && entry.body.reach === "outside");
  return [
    ...keys.filter((key, index) => keys.indexOf(key) < index).map((key) => `P2: ${key} happened twice`),
    ...keys.filter((key) => !outside.has(key)).map((key) => `P2: ${key} happened without an intent`),
    ...(starts.length === outside.size ? [] : ["P2: a call was started twice"]),
    ...[...outside].flatMap(([key, { said }]) => saidProblem(key, said, keys.includes(key)) ?? []),
  ];
}

function saidProblem(key: string, said: readonly string[], isThere: boolean): string | null {
  if (said.length > 1) return `P2: ${key} ended as ${said.join(" and ")}`;
  const [finding = "open"] = said;
  if (["done", "happened"].includes(finding) && !isThere)
    return `P2: ${key} is ${finding}, and it did not happen`;
  if (["failed", "did-not", "nothing"].includes(finding) && isThere)
    return `P2: ${key} is ${finding}, and it happened`;
  return null;
}

/** P3: an approval is used at most once, and only one that was granted. */
function usedTwice(entries: readonly Entry[]): readonly string[] {
  const granted = new Set<string>();
  const found: string[] = [];
  for (const { type, body } of entries) {
    if (type === "approval-decided" && body.answer.startsWith("grant")) granted.add(body.approval);
    if (type === "approval-decided" && body.answer === "void") granted.delete(body.approval);
    if (type !== "call-started" || body.approval === null) continue;
    if (!granted.delete(body.approval))
      found.push(`P3: ${body.call} used ${body.approval}, which was not there to use`);
  }
  return found;
}

/** Whatever may have happened and nobody knows it is in doubt since the next owner, and listed as long as it is. */
async function unlisted({ place, run }: World, entries: readonly Entry[]): Promise<readonly string[]> {
  const terminal = await place.terminal();
  const listed = (await waitingList(terminal, await readRun(terminal, run)))
    .filter(({ kind }) => kind === "effect")
    .map(({ subject }) => subject);
  const epoch = entries.at(-1)?.epoch ?? 0;
  const doubted = new Set(
    entries.flatMap(({ type, body }) => (type === "effect-doubted" ? [body.call] : [])),
  );
  const open = [...outsideOf(entries).values()].filter(({ said }) => said.length === 0);
  const due = open
    .filter((one) => one.epoch < epoch || doubted.has(one.body.call))
    .map(({ body }) => body.call);
  return [
    ...due.filter((call) => !listed.includes(call)).map((call) => `P2: ${call} is in doubt and not listed`),
    ...listed.filter((call) => !due.includes(call)).map((call) => `P2: ${call} is listed and not in doubt`),
  ];
}

/** What reached the world is what the intent names, byte for byte. */
async function wrongBytes(
  { blobs }: Storage,
  entries: readonly Entry[],
  lines: readonly Line[],
): Promise<readonly string[]> {
  const outside = outsideOf(entries);
  const found: string[] = [];
  for (const line of lines) {
    const intent = outside.get(line.key);
    if (intent === undefined) continue;
    const { url, body } = decodeJson(await blobs.get(intent.body.args)) as {
      readonly url: string;
      readonly body: string;
    };
    if (new URL(url).pathname !== line.path || body !== line.body)
      found.push(`P3: ${line.key} was to send ${body} to ${url} and sent ${line.body} to ${line.path}`);
  }
  return found;
}
