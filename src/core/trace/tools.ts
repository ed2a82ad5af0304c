import type { Json } from "../canonical.ts";
import type { Body, EventType } from "../event.ts";
import { callParts, threadParts } from "../id.ts";
import type { CallId } from "../id.ts";
import { cutOf } from "./cut.ts";
import { json, ownerKey, text, who } from "./keys.ts";
import { mootApproval } from "./approvals.ts";
import { announce, close, open, point, rootKey } from "./spans.ts";
import type { Saying } from "./spans.ts";
import type { Telling, Tellers, ToolCall } from "./telling.ts";

export const toolTellers = {
  "call-judged": (telling, entry) => {
    const call = telling.calls.get(entry.body.call);
    if (call !== undefined) call.judged = entry.body;
    return [];
  },
  "call-started": (telling, entry) => {
    const {
      call,
      try: attempt,
      tool,
      args,
      reach,
      cwd,
      image,
      policy,
      tree,
      approval,
      key,
      hosts,
    } = entry.body;
    open(telling, entry, {
      key: callKey(call),
      parent: ownerKey(callParts(call).thread),
      kind: "tool",
      name: tool,
      input: json(args),
      metadata: {
        ...placeOf(call),
        ...judgementOf(telling.calls.get(call)),
        try: attempt,
        reach,
        hosts,
        cwd,
        image,
        policy,
        tree,
        approval,
        key,
      },
    });
    return [];
  },
  "call-ended": (telling, entry) => {
    const { call, outcome } = entry.body;
    const known = telling.calls.get(call);
    const moot = mootApproval(telling, entry.at, known?.approval ?? null);
    if (outcome !== "cut") telling.calls.delete(call);
    const ended = ending(telling, entry.body);
    if (telling.open.has(callKey(call))) return [...moot, ...close(telling, callKey(call), entry.at, ended)];
    const beginning = {
      key: callKey(call),
      parent: ownerKey(callParts(call).thread),
      kind: "tool",
      name: nameOf(known),
      input: json(known?.args ?? null),
    } as const;
    const metadata = { ...placeOf(call), ...judgementOf(known), ...ended.metadata, isStarted: false };
    return [...moot, ...point(telling, entry, { ...beginning, ...ended, metadata })];
  },
  "effect-doubted": (telling, entry) => {
    const { call, why } = entry.body;
    const ended = close(telling, callKey(call), entry.at, { level: "ERROR", status: `in doubt: ${why}` });
    // Its attempt may end before anybody knows: so it is part of the run.
    const doubt = announce(telling, entry, {
      key: doubtKey(call),
      parent: rootKey,
      kind: "guardrail",
      name: "effect in doubt",
      level: "WARNING",
      status: `in doubt: ${why}`,
      input: json(telling.calls.get(call)?.args ?? null),
      metadata: { ...placeOf(call), ...judgementOf(telling.calls.get(call)), why },
    });
    return [...ended, ...doubt];
  },
  "effect-settled": (telling, entry) => {
    const { call, finding, evidence, result, by } = entry.body;
    telling.calls.delete(call);
    return close(telling, doubtKey(call), entry.at, {
      status: `settled: ${finding}`,
      output: text(result),
      metadata: { finding, evidence, by: who(by) },
    });
  },
  "egress-denied": (telling, entry) => {
    const { thread, port, count } = entry.body;
    // Not the host: it is whatever the sandbox asked for.
    return point(telling, entry, {
      key: "egress",
      parent: ownerKey(thread),
      kind: "event",
      name: "egress denied",
      level: "WARNING",
      status: "a host that is not open",
      metadata: { thread, port, count },
    });
  },
} satisfies Partial<Tellers<EventType>>;

const callKey = (call: CallId): string => `call ${call}`;
const doubtKey = (call: CallId): string => `doubt ${call}`;

/** What fits no tool bears a name that only the model knows. */
const nameOf = (call: ToolCall | undefined): string =>
  call === undefined ? "call" : call.valid ? call.tool : "invalid call";

function placeOf(call: CallId): { call: string; task: string | null; turn: number; index: number } {
  const { thread, turn, index } = callParts(call);
  return { call, task: threadParts(thread).task, turn, index };
}

function judgementOf(call: ToolCall | undefined): Record<string, Json> {
  if (call?.judged == null) return {};
  const { risk, decision, rule, reach } = call.judged;
  return { risk, decision, rule, reach };
}

function ending(telling: Telling, body: Body<"call-ended">): Saying {
  const { outcome, exit, result, output, dropped, tree, effect, ms } = body;
  const how = outcome === "cut" ? cutOf(telling) : { level: levels[outcome], status: statusOf(body) };
  return {
    ...how,
    output: text(result),
    metadata: { outcome, exit, dropped, effect, ms, keptOutput: output, treeAfter: tree },
  };
}

/** Not carried through, for reasons that the agent's command need not have: ERROR. It ran and said no, or may not: WARNING. */
const levels = {
  ok: "DEFAULT",
  error: "WARNING",
  refused: "WARNING",
  timeout: "ERROR",
  flood: "ERROR",
  oom: "ERROR",
  full: "ERROR",
} as const;

function statusOf({ outcome, exit }: Body<"call-ended">): string | null {
  if (outcome === "ok") return null;
  return outcome === "error" && exit !== null ? `exit ${exit}` : outcome;
}
