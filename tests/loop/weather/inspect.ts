import { isDeepStrictEqual } from "node:util";
import { audit } from "../../../src/core/audit.ts";
import { decodeJson, decodeText } from "../../../src/core/canonical.ts";
import type { Body } from "../../../src/core/event.ts";
import type { CallId, Digest } from "../../../src/core/id.ts";
import { callOf as nameOf, callParts } from "../../../src/core/id.ts";
import type { Part } from "../../../src/core/model.ts";
import { lookup } from "../../../src/core/tree-diff.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import { Ledger } from "../../simulation/ledger.ts";
import { reenact } from "../../simulation/reenact.ts";
import type { Message, Sent } from "./faults.ts";
import { fileOf, fileText } from "./honest.ts";
import type { Passed } from "./run.ts";
import { runId, sha256 } from "./run.ts";

/** More model calls than any of these runs takes: one that asks oftener goes in circles. */
const mostCalls = 900;

/** Everything that is wrong with a run that went through some weather, as lines. */
export async function wrongs(passed: Passed): Promise<readonly string[]> {
  return [
    ...(await ending(passed)),
    ...requests(passed),
    ...(await outcomes(passed)),
    ...(await acts(passed)),
    ...(await results(passed)),
    ...(await findings(passed)),
  ];
}

/** It is met, or stands at a question that names its cause. */
async function ending({ run, stand, blobs, entries, asked }: Passed): Promise<readonly string[]> {
  const calls = entries.filter(({ type }) => type === "model-started").length;
  const cards = await Promise.all(
    [...run.escalations.values()].map(async ({ kind, card }) => ({
      kind,
      card: decodeText(await blobs.get(card)),
    })),
  );
  const isMet = stand === "ended" && run.outcome === "met";
  return [
    ...(isMet || (stand === "waiting" && cards.length > 0)
      ? []
      : [`it is ${stand}, ${run.outcome}, and asks nothing`]),
    ...[...asked, ...cards].flatMap(({ kind, card }) =>
      /^.+\n.{8,}/.test(card) ? [] : [`the card of ${kind} names no cause: ${JSON.stringify(card)}`],
    ),
    ...(calls > mostCalls ? [`it made ${calls} model calls`] : []),
  ];
}

const callOf = ({ thread, turn, try: attempt }: { thread: string; turn: number; try: number }): string =>
  `${thread}#${turn}.${attempt}`;

/** Each try is one request at most, with a reservation of its own; nobody else asks, and no edge asks twice. */
function requests({ entries, served, sent, requests: count, deaths }: Passed): readonly string[] {
  const started = entries.flatMap((entry) => (entry.type === "model-started" ? [entry.body] : []));
  const reserved = new Set(started.map(callOf));
  const keys = served.map(({ key }) => key);
  const cut = entries.flatMap((entry) =>
    entry.type === "model-ended" && entry.body.outcome === "cut" ? [callOf(entry.body)] : [],
  );
  const never = [...reserved].filter((call) => !keys.includes(call) && !cut.includes(call));
  return [
    ...twice(started.map(callOf)).map((call) => `${call} was reserved twice`),
    ...twice(keys).map((call) => `${call} came to the server twice`),
    ...twice(sent).map((call) => `${call} was sent twice`),
    ...keys.filter((call) => !reserved.has(call)).map((call) => `${call} was sent and not reserved`),
    ...never.map((call) => `${call} was reserved, and neither sent nor cut`),
    ...(count === keys.length ? [] : [`${count} requests came, and ${keys.length} have a key`]),
    ...(deaths > 0 || cut.length === 0 ? [] : [`nobody died, and ${cut.join(", ")} was cut`]),
  ];
}

const twice = (all: readonly string[]): readonly string[] =>
  all.filter((one, index) => all.indexOf(one) < index);

/** What the journal says came is what was sent: whole answers with exactly their parts, and no others. */
async function outcomes(passed: Passed): Promise<readonly string[]> {
  const ledger = new Map(passed.served.map((one) => [one.key, one]));
  const found: string[] = [];
  for (const entry of passed.entries) {
    if (entry.type !== "model-ended" || entry.body.outcome === "cut") continue;
    const one = ledger.get(callOf(entry.body));
    const wrong = one === undefined ? "nothing was sent" : await misread(passed, entry.body, entry.at, one);
    if (wrong !== null) found.push(`${callOf(entry.body)} (${one?.provider}: ${one?.fault}): ${wrong}`);
  }
  return found;
}

async function misread(
  { blobs, deaths, weather }: Passed,
  body: Body<"model-ended">,
  at: number,
  { becomes }: Sent,
): Promise<string | null> {
  // Where the watch for silence is short, a busy machine is silence as well: nothing may come of that either.
  if (weather.stalls && body.error?.class === "stalled") return null;
  if ("failed" in becomes) {
    const { failed, waitMs = 0 } = becomes;
    if (body.error?.class !== failed) return `is ${body.error?.class ?? body.stop}, not ${failed}`;
    // The answer had come a little before it was written down.
    if ((body.retryAt ?? 0) < at + waitMs - 2_000) return `is not to be waited for ${waitMs} ms`;
    return null;
  }
  if (body.outcome !== "complete" || body.response === null) {
    return `was whole, and is taken for ${body.error?.class}: ${body.error?.message} (${deaths} deaths)`;
  }
  if (body.stop !== becomes.stop) return `ended by ${becomes.stop}, and is taken for ${body.stop}`;
  const { parts } = decodeJson(await blobs.get(body.response)) as { parts: readonly Part[] };
  const expected = firstCalls(becomes).map(withoutId);
  return isDeepStrictEqual(parts.map(withoutId), expected)
    ? null
    : `is kept as ${JSON.stringify(parts).slice(0, 300)}, and was ${JSON.stringify(expected).slice(0, 300)}`;
}

/** A turn has 64 calls at most. */
function firstCalls({ parts }: Message): readonly Part[] {
  const kept = new Set(parts.filter(({ type }) => type === "call").slice(0, 64));
  return parts.filter((part) => part.type !== "call" || kept.has(part));
}

const withoutId = (part: Part): unknown => (part.type === "call" ? { ...part, id: null } : part);

/** Every call that was begun is one of an answer that was sent whole, with exactly the arguments that were sent. */
async function acts({ entries, served, blobs }: Passed): Promise<readonly string[]> {
  const ledger = new Map(served.map((one) => [one.key, one.becomes]));
  const answered = new Map(
    entries.flatMap((entry) =>
      entry.type === "model-ended" && entry.body.outcome === "complete"
        ? [[`${entry.body.thread}/${entry.body.turn}`, callOf(entry.body)] as const]
        : [],
    ),
  );
  const found: string[] = [];
  for (const { call, tool, args } of begun(entries)) {
    const { thread, turn, index } = callParts(call);
    const message = ledger.get(answered.get(`${thread}/${turn}`) ?? "");
    const part =
      message === undefined || "failed" in message
        ? undefined
        : message.parts.filter(({ type }) => type === "call")[index];
    const isSame =
      part?.type === "call" &&
      part.tool === tool &&
      part.args !== null &&
      isDeepStrictEqual(decodeJson(await blobs.get(args)), part.args);
    if (!isSame) found.push(`${call} was begun, and no whole answer says so`);
  }
  return found;
}

/** Calls that were run, and those that finished something. */
function begun(entries: Passed["entries"]): { call: CallId; tool: string; args: Digest }[] {
  const calls = new Map(
    entries.flatMap((entry) =>
      entry.type === "model-ended"
        ? entry.body.calls.map(
            (call) => [nameOf(entry.body.thread, entry.body.turn, call.index), call] as const,
          )
        : [],
    ),
  );
  return entries.flatMap((entry) => {
    if (entry.type === "call-started") return [entry.body];
    if (entry.type !== "call-ended" || entry.body.outcome !== "ok") return [];
    const made = calls.get(entry.body.call);
    return made === undefined ? [] : [{ call: entry.body.call, tool: made.tool, args: made.args }];
  });
}

/** Nothing is accepted twice, and what is accepted is there as it should be. */
async function results({ entries, run, blobs, weather }: Passed): Promise<readonly string[]> {
  const accepted = entries.flatMap((entry) => (entry.type === "task-accepted" ? [entry.body.task] : []));
  const trees = treeStore(blobs);
  const bad: string[] = [];
  for (const id of accepted) {
    const file = await lookup(trees, run.head, fileOf(id));
    const text = file?.type === "file" ? decodeText(await blobs.get(file.content)) : null;
    if (text !== fileText) bad.push(`${id} was accepted, and its file is ${JSON.stringify(text)}`);
  }
  const left = run.outcome === "met" ? weather.jobs.filter(({ id }) => !accepted.includes(id)) : [];
  return [
    ...bad,
    ...twice(accepted).map((id) => `${id} was accepted twice`),
    ...left.map(({ id }) => `the goal is met without ${id}`),
  ];
}

/** The auditor, the books of the simulation, and every command run again. */
async function findings({ entries, blobs, answers, now, weather }: Passed): Promise<readonly string[]> {
  const audited = await audit(entries, {
    missing: async (digests) => blobs.missing(digests),
    answers,
    sha256,
    now,
  });
  const all = [...audited, ...(await reenact(entries, blobs))].map(
    ({ promise, seq, what }) => `${promise} at event ${seq ?? "none"} of ${runId}: ${what}`,
  );
  const over = new Ledger(entries).overshoots.map(
    ({ seq, of, unit, used, allowed }) => `at ${seq} ${of} has used ${used} ${unit} of ${allowed}`,
  );
  // A provider may count what no reservation could know.
  return [
    ...all.filter((line) => !weather.lies || !line.endsWith("is charged more than was reserved for it")),
    ...over,
  ];
}
