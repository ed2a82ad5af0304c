import type { Json } from "../core/canonical.ts";
import type { Card } from "../core/card.ts";
import type { Body, Entry } from "../core/event.ts";
import { callParts, threadParts } from "../core/id.ts";
import type { CallId, Digest, Instant } from "../core/id.ts";
import type { TaskSpec } from "../core/plan.ts";
import type { Blobs, Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import type { Risk } from "../core/tool.ts";
import { actionOf } from "../loop/card.ts";
import { readJson, readText } from "../loop/texts.ts";

/** One thing that waits for a person, under a short name that lasts: the position of its event in the journal. */
export interface Waiting {
  readonly short: string;
  readonly kind: "approval" | "escalation" | "effect" | "plan";
  /** As `answers` knows it. */
  readonly subject: string;
  readonly task: string | null;
  readonly askedAt: Instant;
  /** What it is about, the gist first. Not safe to print. */
  readonly text: string;
  readonly answers: readonly string[];
  /** When the question ends by itself; null: never. */
  readonly expires: Instant | null;
  /** What an approval is asked for; null where a run of an older version asks (`text` is all there is). */
  readonly card: Card | null;
  /** What was sent, of an effect in doubt, as far as it is known. */
  readonly sent: Sent | null;
}

interface Sent {
  readonly tool: string;
  readonly args: Json;
  readonly action: string;
  readonly at: Instant;
  readonly risk: Risk | null;
  /** The idempotency key that was passed on. */
  readonly key: string | null;
  readonly why: Body<"effect-doubted">["why"];
  /** How it can be looked up, where a rule says how. */
  readonly probe: Digest | null;
}

/** What a run waits for, oldest first. */
export async function waitingList(
  { journal, blobs }: Pick<Ports, "journal" | "blobs">,
  run: RunState,
): Promise<readonly Waiting[]> {
  const found: Waiting[] = [];
  const calls: Calls = { risks: new Map(), started: new Map() };
  for await (const entry of journal.read(run.id, 0)) {
    if (entry.type === "call-judged") calls.risks.set(entry.body.call, entry.body.risk);
    if (entry.type === "call-started" && entry.body.reach === "outside")
      calls.started.set(entry.body.call, { at: entry.at, body: entry.body });
    const one = await askedBy(entry, run, blobs, calls);
    if (one !== null) found.push(one);
  }
  return found;
}

/** What earlier events said of calls that ask something later. */
interface Calls {
  readonly risks: Map<CallId, Risk>;
  readonly started: Map<CallId, { readonly at: Instant; readonly body: Body<"call-started"> }>;
}

/** What an event asks a person, null when it asks nothing or was answered. */
async function askedBy(entry: Entry, run: RunState, blobs: Blobs, calls: Calls): Promise<Waiting | null> {
  const { seq, at: askedAt } = entry;
  const asked = { askedAt, expires: null, card: null, sent: null };
  switch (entry.type) {
    case "approval-requested":
      return approval(entry, run, blobs);
    case "escalation-raised": {
      const { escalation: subject, task, card, options: answers } = entry.body;
      if (!run.escalations.has(subject)) return null;
      const text = await readText(blobs, card);
      return { ...asked, short: `e${seq}`, kind: "escalation", subject, task, text, answers };
    }
    case "effect-doubted": {
      const { call: subject, why } = entry.body;
      if (!run.doubts.has(subject)) return null;
      const sent = await sentOf(blobs, calls, subject, why);
      const text = `in doubt: ${sent?.action ?? subject}\n${doubtWords[why]}`;
      const answers = ["settle"];
      return {
        ...asked,
        short: `d${seq}`,
        kind: "effect",
        subject,
        task: taskOf(subject),
        text,
        answers,
        sent,
      };
    }
    case "plan-proposed": {
      const { version } = entry.body;
      if (run.phase !== "reviewing" || run.proposal?.version !== version) return null;
      const subject = `plan/${version}`;
      const answers = ["approve", "reject"];
      const text = await planText(entry.body, blobs);
      return { ...asked, short: `p${seq}`, kind: "plan", subject, task: null, text, answers };
    }
    default:
      return null;
  }
}

async function approval(
  { seq, at: askedAt, body }: Extract<Entry, { type: "approval-requested" }>,
  run: RunState,
  blobs: Blobs,
): Promise<Waiting | null> {
  const { approval: subject, call, expires } = body;
  if (run.approvals.get(subject)?.status !== "open") return null;
  const stored = await readText(blobs, body.card);
  const card = cardOf(stored);
  const text = card === null ? stored : cardGist(card);
  const answers = ["approve", "reject"];
  const task = taskOf(call);
  return {
    short: `a${seq}`,
    kind: "approval",
    subject,
    task,
    askedAt,
    text,
    answers,
    expires,
    card,
    sent: null,
  };
}

/** The card as it was stored; null: a run of an older version stored a text. */
export function cardOf(stored: string): Card | null {
  if (!stored.startsWith("{")) return null;
  try {
    const card = JSON.parse(stored) as Partial<Card>;
    return card.v === 1 && typeof card.action === "string" ? (card as Card) : null;
  } catch {
    return null;
  }
}

/** For those who are told in words: what would run, and why it is asked. */
const cardGist = ({ tool, action, risk, parts, says }: Card): string =>
  [
    tool === "http_request" ? `${tool} ${action}` : action,
    `risk: ${[risk, parts[0]?.because].filter((part) => part !== undefined).join(": ")}`,
    ...(says.trim() === "" ? [] : [`the agent says (its own words, unchecked): ${says}`]),
  ].join("\n");

async function sentOf(
  blobs: Blobs,
  { risks, started }: Calls,
  call: CallId,
  why: Body<"effect-doubted">["why"],
): Promise<Sent | null> {
  const known = started.get(call);
  if (known === undefined) return null;
  const { tool, args: digest, key, probe } = known.body;
  const args = await readJson<Json>(blobs, digest);
  const risk = risks.get(call) ?? null;
  return { tool, args, action: actionOf(tool, args), at: known.at, risk, key, why, probe };
}

/** How it came to be in doubt. */
export const doubtWords: Readonly<Record<Body<"effect-doubted">["why"], string>> = {
  crash: "the harness died before the answer came",
  timeout: "no answer came in time",
  reset: "the connection was lost before the answer came",
};

/** The plan in a line, and its tasks in a line each. */
async function planText({ version, tasks }: Body<"plan-proposed">, blobs: Blobs): Promise<string> {
  const titles = await Promise.all(
    tasks.map(async ({ id, spec }) => `${id}: ${(await readJson<TaskSpec>(blobs, spec)).title}`),
  );
  return [`plan ${version} of ${tasks.length} tasks waits for its review`, ...titles].join("\n");
}

export const taskOf = (call: CallId): string | null => threadParts(callParts(call).thread).task;
