import type { Body, EventType } from "../event.ts";
import { callParts } from "../id.ts";
import type { Instant } from "../id.ts";
import type { TraceSpan } from "./item.ts";
import { json, ownerKey, who } from "./keys.ts";
import { announce, close, point, rootKey } from "./spans.ts";
import type { Telling, Tellers } from "./telling.ts";

export const approvalTellers = {
  "approval-requested": (telling, entry) => {
    const { approval, call, try: attempt, card, tool, expires } = entry.body;
    const known = telling.calls.get(call);
    if (known !== undefined) known.approval = approval;
    return announce(telling, entry, {
      key: key(approval),
      parent: ownerKey(callParts(call).thread),
      kind: "guardrail",
      name: "approval",
      status: "a person is asked",
      input: json(card),
      metadata: { approval, call, try: attempt, tool, expires, ...riskOf(known?.judged ?? null) },
    });
  },
  "approval-decided": (telling, entry) => {
    const { approval, answer, edited, note, until, by } = entry.body;
    const isGranted = answer === "grant" || answer === "grant-edited";
    const decided = {
      level: isGranted ? "DEFAULT" : "WARNING",
      status: answer,
      output: { plain: `${answer} by ${who(by)}` },
      metadata: { approval, answer, by: who(by), edited, note, until },
    } as const;
    // A grant that no longer holds: its request was answered long ago.
    const event = { key: "void", parent: rootKey, kind: "event", name: "approval void" } as const;
    return telling.open.has(key(approval))
      ? close(telling, key(approval), entry.at, decided)
      : point(telling, entry, { ...event, ...decided });
  },
} satisfies Partial<Tellers<EventType>>;

/** Its call ended otherwise. */
export const mootApproval = (telling: Telling, at: Instant, approval: string | null): readonly TraceSpan[] =>
  approval === null ? [] : close(telling, key(approval), at, { level: "WARNING", status: "moot" });

const key = (approval: string): string => `approval ${approval}`;

const riskOf = (judged: Body<"call-judged"> | null): Record<string, string | null> =>
  judged === null ? {} : { risk: judged.risk, reach: judged.reach, rule: judged.rule };
