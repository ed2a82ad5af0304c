import type { Json } from "../../core/canonical.ts";
import { callParts } from "../../core/id.ts";
import type { Instant } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import type { Content, TraceSpan } from "../../core/trace/item.ts";
import { actionOf } from "../../loop/card.ts";
import { readText } from "../../loop/texts.ts";
import { safe, storedJson, storedText, unlessGone } from "../mirror/texts.ts";
import { cardOf, taskOf } from "../waiting.ts";

/** Something a person was asked. */
export interface Decision {
  readonly at: Instant;
  readonly task: string | null;
  /** `approval`, `escalation: budget`, … */
  readonly kind: string;
  /** What it was about: a command, a question. */
  readonly about: string;
  /** Of a call; "" where nothing is at risk. */
  readonly risk: string;
  /** What became of it, in a word or two. */
  readonly answer: string;
  /** Who answered; "": nobody did. */
  readonly by: string;
  /** How long it waited, in ms; null: it waits. */
  readonly ms: number | null;
}

/** A call that reached outside its sandbox. */
export interface Effect {
  readonly at: Instant;
  readonly task: string | null;
  readonly tool: string;
  readonly action: string;
  /** `done`, `failed`, `in doubt`, `refused`, `cut`; or, settled after a doubt, `happened`, `did not happen`, `skipped`. */
  readonly word: string;
}

export interface Decided {
  readonly decisions: readonly Decision[];
  readonly effects: readonly Effect[];
  /** Those before the ones that are told. */
  readonly earlier: { readonly decisions: number; readonly effects: number };
}

/** So many of each are told, the latest. */
const most = 300;

/** What people were asked and what was done outside, in the order of time, as the spans of a run tell it. */
export async function decidedIn(spans: readonly TraceSpan[], blobs: Blobs): Promise<Decided> {
  const sorted = spans.toSorted((a, b) => a.start - b.start);
  const asked = sorted.filter(isAsked);
  const done = sorted.filter(isOutside);
  const doubts = sorted.filter(({ name }) => name === "effect in doubt");
  return {
    decisions: await Promise.all(asked.slice(-most).map(async (span) => decisionOf(span, blobs))),
    effects: await Promise.all(done.slice(-most).map(async (span) => effectOf(span, doubts, blobs))),
    earlier: {
      decisions: Math.max(0, asked.length - most),
      effects: Math.max(0, done.length - most),
    },
  };
}

const isAsked = ({ kind, name }: TraceSpan): boolean =>
  (kind === "guardrail" && (name === "approval" || name === "plan review" || name === "effect in doubt")) ||
  name.startsWith("escalation: ");

const isOutside = ({ kind, metadata }: TraceSpan): boolean =>
  kind === "tool" && (metadata["reach"] === "outside" || typeof metadata["effect"] === "string");

async function decisionOf(span: TraceSpan, blobs: Blobs): Promise<Decision> {
  const { name, start, end, isOpen, metadata } = span;
  return {
    at: start,
    task: taskIn(span),
    kind: name,
    about: await aboutOf(span, blobs),
    risk: textIn(metadata["risk"]),
    answer: isOpen ? "waits" : answerOf(span),
    by: personOf(span),
    ms: isOpen ? null : end - start,
  };
}

const textIn = (value: Json | undefined): string => (typeof value === "string" ? value : "");

function taskIn({ metadata }: TraceSpan): string | null {
  if (typeof metadata["task"] === "string") return metadata["task"];
  return typeof metadata["call"] === "string" ? taskOf(metadata["call"]) : null;
}

const answers: Readonly<Record<string, string>> = {
  grant: "approved",
  "grant-edited": "approved, edited",
  refuse: "rejected",
  expire: "expired",
  "settled: happened": "happened",
  "settled: did-not": "did not happen",
  "settled: skip": "skipped",
};

/** Without the name that stands beside it. */
function answerOf({ status }: TraceSpan): string {
  const said = status ?? "done";
  return answers[said] ?? said.replace(/^answered: /, "").replace(/ by .*$/s, "");
}

/** Reviews have who decided in their status only. */
function personOf({ name, status, metadata }: TraceSpan): string {
  const by = name === "plan review" ? (/ by (.*)$/s.exec(status ?? "")?.[1] ?? "") : textIn(metadata["by"]);
  return by.replace(/^person /, "");
}

async function aboutOf({ name, input, metadata }: TraceSpan, blobs: Blobs): Promise<string> {
  const digest = digestOf(input);
  if (name === "plan review") return `plan ${JSON.stringify(metadata["version"])}`;
  if (digest === null) return "";
  if (name !== "approval")
    return name === "effect in doubt" ? callText(textIn(metadata["call"])) : storedText(blobs, digest);
  const stored = await unlessGone(async () => readText(blobs, digest));
  if (stored === null) return "(no longer stored)";
  return safe(cardOf(stored)?.action ?? stored);
}

const digestOf = (content: Content | null): string | null =>
  content !== null && "digest" in content ? content.digest : null;

function callText(call: string): string {
  const { thread, turn, index } = callParts(call);
  return `call ${index + 1} of turn ${turn} of ${thread}, whose effect nobody knows`;
}

async function effectOf(span: TraceSpan, doubts: readonly TraceSpan[], blobs: Blobs): Promise<Effect> {
  const { name, start, metadata } = span;
  const doubt = doubts.find((one) => one.metadata["call"] === metadata["call"]);
  return {
    at: start,
    task: taskIn(span),
    tool: name,
    action: await actionIn(span, blobs),
    word: wordOf(span, doubt),
  };
}

function wordOf({ isOpen, status, metadata }: TraceSpan, doubt: TraceSpan | undefined): string {
  if (doubt !== undefined) return doubt.isOpen ? "in doubt" : answerOf(doubt);
  if (isOpen) return "open";
  const effect = textIn(metadata["effect"]);
  return effect === "" ? (status ?? "done") : effect;
}

/** Calls that never started may be of any shape. */
async function actionIn({ name, input, metadata }: TraceSpan, blobs: Blobs): Promise<string> {
  const digest = digestOf(input);
  if (digest === null) return "";
  if (metadata["isStarted"] === false) return storedText(blobs, digest);
  const args = await storedJson<Json>(blobs, digest);
  return args === null ? "(no longer stored)" : safe(actionOf(name, args));
}
