import { canonical } from "../../core/canonical.ts";
import type { Model, ModelError, ModelRequest, ModelResponse, Part, Price, Usage } from "../../core/model.ts";
import { exchange, failed } from "./exchange.ts";
import { oneLine, safeText } from "./safe-text.ts";
import { threadsOf, turnsFor } from "./script.ts";
import type { Script, ScriptFailure, ScriptThread, ScriptTurn } from "./script.ts";
import { readScript } from "./script-file.ts";

export interface ScriptedOptions {
  /** `scripted/FILE` */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** For a script that names none. */
  readonly price: Price | null;
}

/**
 * A model whose answers are written down in a file (`readScript` has its form). It holds no state: the same thread,
 * turn and try get the same answer, whatever was asked before and in whichever process.
 * @throws ModelRefused
 */
export async function scriptedModel({ name, file, price }: ScriptedOptions): Promise<Model> {
  const script = await readScript(file);
  return {
    name,
    price: script.price ?? price,
    respond: (request, signal) => respond(name, script, request, signal),
  };
}

async function respond(
  name: string,
  script: Script,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<ModelResponse> {
  const turn = turnFor(name, script, request);
  if ("missing" in turn) return failed(errorOf("missing-script", turn.missing));
  const answer = answerOf(name, turn, request);
  const delayMs = turn.delayMs ?? script.delayMs;
  if (delayMs === 0 && !signal.aborted) return answer;
  return exchange({ idleMs: Infinity, deadline: request.deadline, signal }, async (line) => {
    await pause(delayMs, line.signal);
    return answer;
  });
}

interface Missing {
  readonly missing: string;
}

function turnFor(name: string, script: Script, request: ModelRequest): ScriptTurn | Missing {
  const { thread, turn } = request;
  const threads = threadsOf(script, thread);
  const found = turnsFor(threads, () => saidIn(request));
  if (found === null)
    return { missing: `${name} has no turn ${turn} of ${thread}; ${whyNone(script, threads)}` };
  const { key, turns } = found;
  const count = `${turns.length} ${turns.length === 1 ? "turn" : "turns"}`;
  return turns[turn - 1] ?? { missing: `${name} has no turn ${turn} of ${thread}; ${key} has ${count}` };
}

/** What the model reads, but for the arguments of its own calls. */
const saidIn = ({ system, messages }: ModelRequest): string =>
  [
    system,
    ...messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === "text" || part.type === "result" ? [part.text] : [])),
    ),
  ].join("\n");

function whyNone(script: Script, threads: readonly ScriptThread[]): string {
  const keys = (of: readonly ScriptThread[]): string => of.map(({ key }) => key).join(", ");
  return threads.length === 0
    ? `its keys are ${keys(script.threads)}`
    : `of ${keys(threads)} no alternative fits what is asked; add one without when`;
}

function answerOf(name: string, turn: ScriptTurn, request: ModelRequest): ModelResponse {
  if (turn.fail !== null && request.try <= turn.fail.times) {
    return failed(failure(turn.fail), turn.fail.usage);
  }
  const parts = partsOf(turn, request.turn);
  return {
    outcome: "complete",
    stop: turn.stop ?? (turn.calls.length > 0 ? "calls" : "end"),
    parts,
    usage: turn.usage === "none" ? null : (turn.usage ?? estimate(request, parts)),
    servedModel: turn.served ?? name,
    requestId: null,
    firstTokenMs: null,
  };
}

const failure = (fail: ScriptFailure): ModelError => ({
  ...errorOf(fail.class, fail.message),
  retryAfterMs: fail.retryAfterMs,
});

const errorOf = (kind: ModelError["class"], message: string): ModelError => ({
  class: kind,
  message: oneLine(message, 200),
  status: null,
  retryAfterMs: null,
});

/** Ids are unique in their thread. */
const partsOf = ({ say, calls }: ScriptTurn, turn: number): readonly Part[] => [
  ...(say === "" ? [] : [{ type: "text", text: safeText(say) } as const]),
  ...calls.map((call, index) => ({
    type: "call" as const,
    id: `call_${turn}_${index + 1}`,
    ...call,
  })),
];

/** About four bytes make a token, of all that is sent and of all that is answered. */
const estimate = ({ system, tools, messages }: ModelRequest, parts: readonly Part[]): Usage => ({
  input: tokensOf([system, tools, messages]),
  output: tokensOf(parts),
  cacheRead: 0,
  cacheWrite: 0,
});

const tokensOf = (value: unknown): number => Math.ceil(Buffer.byteLength(canonical(value)) / 4);

const pause = async (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
