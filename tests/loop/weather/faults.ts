import { isLasting } from "../../../src/core/circuit.ts";
import type { Json } from "../../../src/core/canonical.ts";
import type { ModelErrorClass, Part, Stop } from "../../../src/core/model.ts";
import { answerRows } from "../../edges/models/fault-rows-answers.ts";
import { callRows } from "../../edges/models/fault-rows-calls.ts";
import { connectionRows } from "../../edges/models/fault-rows-connection.ts";
import { eventRows } from "../../edges/models/fault-rows-events.ts";
import { statusRows } from "../../edges/models/fault-rows-status.ts";
import { text } from "../../edges/models/fault-rows.ts";
import type { Row } from "../../edges/models/fault-rows.ts";
import type { Block, Kit, Said } from "../../edges/models/wire/kit.ts";
import { resetting, stalling, stream, streaming } from "../../edges/models/wire/server.ts";
import type { Reply } from "../../edges/models/wire/server.ts";
import type { Random } from "../../simulation/random.ts";
import type { Wanted } from "./honest.ts";

/** What a provider sends, and what must become of it in the journal. */
export interface Sent {
  /** null: no fault. */
  readonly fault: string | null;
  readonly reply: Reply;
  readonly becomes: Failure | Message;
}

interface Failure {
  readonly failed: ModelErrorClass;
  /** Milliseconds that must be waited at least. */
  readonly waitMs?: number;
}

/** An answer that was sent whole: exactly these parts may be acted on. Ids of calls are not compared. */
export interface Message {
  readonly stop: Stop;
  readonly parts: readonly Part[];
}

/** What faults may happen in a run. */
export interface Mix {
  /** Of all calls. */
  readonly rate: number;
  /** The provider goes silent now and then: the models must have been opened with a short idle time. */
  readonly stalls: boolean;
  /** Usage is reported that no reservation can have foreseen. */
  readonly lies: boolean;
}

/** What an honest model of this provider wants to say now. `id`: of its call, unlike any other. */
interface Turn {
  readonly kit: Kit;
  readonly wanted: Wanted;
  readonly id: string;
  readonly dice: Random;
}

export function honestly({ kit, wanted, id }: Turn): Sent {
  const said = { blocks: [{ text: `Next: ${wanted.tool}.` }, blockOf(wanted, id)] };
  return whole(kit, null, said, [text(`Next: ${wanted.tool}.`), callOf(wanted)]);
}

/** One of all faults of the matrix, or one of what this model wants to say. */
export function faulty(turn: Turn, mix: Mix): Sent {
  const { kit, dice } = turn;
  if (dice.chance(0.45)) return own(turn, mix);
  const families = rowsOf(kit);
  for (;;) {
    const rows = families[dice.below(families.length)] ?? [];
    const row = rows[dice.below(rows.length)];
    if (row !== undefined && isPossible(row, mix) && isDue(row, dice)) return ofRow(row);
  }
}

const families = [statusRows, connectionRows, eventRows, callRows, answerRows];
const made = new Map<Kit, readonly (readonly Row[])[]>();

function rowsOf(kit: Kit): readonly (readonly Row[])[] {
  const known = made.get(kit) ?? families.map((rows) => rows(kit));
  made.set(kit, known);
  return known;
}

function isPossible(row: Row, { stalls, lies }: Mix): boolean {
  if (row.elsewhere !== undefined || row.deadlineMs !== undefined || row.isHeavy === true) return false;
  if (row.idleMs !== undefined && !stalls) return false;
  const { usage = null } = row.expect;
  return lies || usage === null || usage.input + usage.output <= 26;
}

/** What ends a run at once, or an attempt, would hide all other faults, were it as frequent as they. */
function isDue({ expect }: Row, dice: Random): boolean {
  if ("failed" in expect && isLasting(expect.failed)) return dice.chance(0.06);
  const isFull = "failed" in expect ? expect.failed === "context-full" : expect.stop === "context-full";
  return !isFull || dice.chance(0.15);
}

function ofRow({ fault, reply, expect }: Row): Sent {
  if (!("failed" in expect)) return { fault, reply, becomes: { stop: expect.stop, parts: expect.parts } };
  const { failed, retryAfterMs } = expect;
  return {
    fault,
    reply,
    becomes: typeof retryAfterMs === "number" ? { failed, waitMs: retryAfterMs } : { failed },
  };
}

const blockOf = ({ tool, args }: Wanted, id: string): Block => ({ id, tool, json: JSON.stringify(args) });
const callOf = ({ tool, args }: { readonly tool: string; readonly args: Json }): Part => ({
  type: "call",
  id: "",
  tool,
  args,
});
const rawOf = (tool: string, raw: string): Part => ({ type: "call", id: "", tool, args: null, raw });

const whole = (
  kit: Kit,
  fault: string | null,
  said: Said,
  parts: readonly Part[],
  stop: Stop = "calls",
): Sent => ({ fault, reply: streaming(kit.frames(said)), becomes: { stop, parts } });

/** Faults of the very answer that would have gone on with the work. */
function own(turn: Turn, mix: Mix): Sent {
  const { dice } = turn;
  const all = [...broken, ...broken, ...odd, ...(mix.stalls ? [silent] : [])];
  for (;;) {
    const sent = all[dice.below(all.length)]?.(turn) ?? null;
    if (sent !== null) return sent;
  }
}

/** null: not of this provider. */
type Fault = (turn: Turn) => Sent | null;

/** Some of the frames of the answer, never its end. */
function beginning({ kit, wanted, id, dice }: Turn): readonly string[] {
  const frames = kit.frames({ blocks: [blockOf(wanted, id)] });
  return frames.slice(0, 1 + dice.below(frames.length - kit.endFrames));
}

const broken: readonly Fault[] = [
  (turn) => ({
    fault: "end before the end of a call that was meant",
    reply: streaming(beginning(turn)),
    becomes: { failed: "network" },
  }),
  (turn) => ({
    fault: "reset inside a call that was meant",
    reply: resetting(beginning(turn)),
    becomes: { failed: "network" },
  }),
  (turn) => {
    const kinds = [
      ["overloaded_error", "overloaded"],
      ["api_error", "server"],
      ["rate_limit_error", "rate-limit"],
    ] as const;
    const [type, failed] = kinds[turn.dice.below(kinds.length)] ?? kinds[0];
    return {
      fault: `${type} inside a call that was meant`,
      reply: streaming([...beginning(turn), turn.kit.errorFrame(type, "Why.")]),
      becomes: { failed },
    };
  },
  ({ kit, wanted, id, dice }) => {
    if (kit.name === "openai-compatible" || !dice.chance(0.1)) return null;
    const said = { blocks: [blockOf(wanted, id)], model: "cheap-model" };
    return {
      fault: "the call that was meant, by another model",
      reply: streaming(kit.frames(said)),
      becomes: { failed: "wrong-model" },
    };
  },
];

const silent: Fault = (turn) =>
  turn.dice.chance(0.5)
    ? {
        fault: "a stall inside a call that was meant",
        reply: stalling(beginning(turn)),
        becomes: { failed: "stalled" },
      }
    : null;

const odd: readonly Fault[] = [
  ({ kit, wanted, id, dice }) => {
    const json = JSON.stringify(wanted.args);
    const half = json.slice(0, 1 + dice.below(json.length - 1));
    const said = { blocks: [{ id, tool: wanted.tool, json: half }], stop: kit.ends.length };
    return whole(
      kit,
      "the limit of length in a call that was meant",
      said,
      [rawOf(wanted.tool, half)],
      "length",
    );
  },
  ({ kit, wanted, id }) => {
    const said = { blocks: [{ text: "No." }, blockOf(wanted, id)], stop: kit.ends.refusal };
    return whole(kit, "a refusal with the call that was meant", said, [text("No.")], "refusal");
  },
  ({ kit, wanted, id }) => {
    const look: Wanted = { tool: "read_file", args: { path: "notes/table.csv" } };
    const said = { blocks: [blockOf(look, id), blockOf(wanted, id)] };
    return whole(kit, "two calls with one id", said, [callOf(look), callOf(wanted)]);
  },
  ({ kit, wanted, id }) => {
    const many = Array.from({ length: 199 }, (_, index): Wanted => ({
      tool: "read_file",
      args: { path: `no-${index}` },
    }));
    const all = [wanted, ...many];
    const said = { blocks: all.map((one, index) => blockOf(one, `${id}-${index}`)) };
    return whole(kit, "200 parallel calls", said, all.map(callOf));
  },
  ({ kit, wanted, id }) => {
    const json = `{"__proto__":{"polluted":true},${JSON.stringify(wanted.args).slice(1)}`;
    return whole(kit, "__proto__ beside what was meant", { blocks: [{ id, tool: wanted.tool, json }] }, [
      callOf(wanted),
    ]);
  },
  ({ kit, wanted, id }) => {
    const json = JSON.stringify(JSON.stringify(wanted.args));
    return whole(kit, "arguments in a string", { blocks: [{ id, tool: wanted.tool, json }] }, [
      rawOf(wanted.tool, json),
    ]);
  },
  ({ kit, wanted, id }) =>
    whole(
      kit,
      "half a surrogate pair and NUL before the call",
      { blocks: [{ text: "a\ud800b\u0000c" }, blockOf(wanted, id)] },
      [text("a\ufffdbc"), callOf(wanted)],
    ),
  ({ kit, wanted, id }) =>
    whole(kit, "no usage", { blocks: [blockOf(wanted, id)], usage: null }, [callOf(wanted)]),
  ({ kit, wanted, id }) => {
    const novel: Wanted = { tool: "rm_everything", args: {} };
    const said = { blocks: [blockOf(novel, `${id}-0`), blockOf(wanted, id)] };
    return whole(kit, "an unknown tool before the call", said, [callOf(novel), callOf(wanted)]);
  },
  ({ kit, wanted, id }) => ({
    fault: "in single bytes",
    reply: inBytes(kit.frames({ blocks: [blockOf(wanted, id)] }).join("")),
    becomes: { stop: "calls", parts: [callOf(wanted)] },
  }),
];

const inBytes =
  (bytes: string): Reply =>
  (response) => {
    response.writeHead(200, stream);
    for (const byte of Buffer.from(bytes)) response.write(Buffer.of(byte));
    response.end();
  };
