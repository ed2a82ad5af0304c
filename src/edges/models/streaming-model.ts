import type { Instant } from "../../core/id.ts";
import type { Model, ModelError, ModelRequest, ModelResponse, Price } from "../../core/model.ts";
import { withOwnIds } from "./call-ids.ts";
import { exchange, failed, type Line, nothingUsed } from "./exchange.ts";
import { type Failure, failureOf, problem } from "./failure.ts";
import { isServed, notServed } from "./served.ts";
import { keptParts, type Whole, type Wrong } from "./whole.ts";

export interface ModelOptions {
  /** `PROVIDER/MODEL` */
  readonly name: string;
  /** The model, as its provider calls it. */
  readonly model: string;
  readonly price: Price | null;
  readonly apiKey: string | null;
  /** null: the provider's own. */
  readonly baseUrl: string | null;
  /** Milliseconds without a byte after which a call is given up. */
  readonly idleMs?: number;
}

/** The events of one answer, and the headers it came with. */
export interface Answer {
  readonly events: AsyncIterable<unknown>;
  readonly response: Response;
}

/** What differs between providers. */
export interface Provider<Body> {
  /** Whether it says how likely tokens were, when asked. */
  readonly tellsLogprobs: boolean;
  /** Whether it serves models under the names they are asked for by, so that another name is another model. */
  readonly namesModels: boolean;
  /** Pure. */
  toRequest(request: ModelRequest, model: string): Body;
  /** Sends it, once. `timeoutMs` is longer than the exchange lasts: the SDK's own clock must never ring first. */
  send(body: Body, line: Line, timeoutMs: number): Promise<Answer>;
  /** No event is read after this one. */
  isLast(event: unknown): boolean;
  /** Something the model wrote. */
  isToken(event: unknown): boolean;
  /** Pure. */
  read(events: readonly unknown[]): Whole | Wrong;
}

const defaultIdleMs = 120_000;

/** A model whose provider answers with a stream of events, which are read only when all have come. */
export function streamingModel<Body>(options: ModelOptions, provider: Provider<Body>): Model {
  const { name, price, idleMs = defaultIdleMs } = options;
  return {
    name,
    price,
    ...(provider.tellsLogprobs ? { tellsLogprobs: true } : {}),
    respond: (request, signal) =>
      exchange({ idleMs, deadline: request.deadline, signal }, (line) =>
        ask(options, provider, request, line),
      ),
  };
}

async function ask<Body>(
  options: ModelOptions,
  provider: Provider<Body>,
  request: ModelRequest,
  line: Line,
): Promise<ModelResponse> {
  const body = provider.toRequest(request, options.model);
  const arrived = await allEvents(options, provider, body, line, request.deadline);
  if ("error" in arrived) return failed(arrived.error, arrived.usage);
  const whole = provider.read(arrived.events);
  if ("wrong" in whole) return failed(problem(whole.wrong, whole.message, options.apiKey));
  if (provider.namesModels && !isServed(options.model, whole.servedModel)) {
    return failed(wrongModel(options, whole.servedModel), whole.usage);
  }
  const { requestId, firstTokenMs } = arrived;
  const parts = withOwnIds(keptParts(whole), request.messages);
  const { logprobs, ...said } = whole;
  const told = request.logprobs === true && logprobs !== undefined ? { logprobs } : {};
  return { outcome: "complete", ...said, parts, requestId, firstTokenMs, ...told };
}

const wrongModel = ({ name, model, apiKey }: ModelOptions, served: string): ModelError =>
  problem("wrong-model", notServed(name.slice(0, name.indexOf("/")), model, served), apiKey);

interface Arrived {
  readonly events: readonly unknown[];
  readonly requestId: string | null;
  readonly firstTokenMs: number | null;
}

async function allEvents<Body>(
  { apiKey }: ModelOptions,
  provider: Provider<Body>,
  body: Body,
  line: Line,
  deadline: Instant,
): Promise<Arrived | Failure> {
  const begun = performance.now();
  const events: unknown[] = [];
  let firstTokenMs: number | null = null;
  try {
    const answer = await provider.send(body, line, beyond(deadline));
    if (answer.response.body === null) return noStream(answer.response, "", apiKey);
    for await (const event of answer.events) {
      events.push(event);
      if (provider.isToken(event)) {
        line.wrote();
        firstTokenMs ??= Math.round(performance.now() - begun);
      }
      if (provider.isLast(event)) break;
    }
    if (events.length === 0 && !isStream(answer.response)) {
      return noStream(answer.response, line.beginning(), apiKey);
    }
    return { events, requestId: requestId(answer.response.headers), firstTokenMs };
  } catch (error) {
    return failureOf(error, apiKey);
  }
}

/** Servers that do not say what they send are believed. */
const isStream = ({ headers }: Response): boolean =>
  /event-stream/i.test(headers.get("content-type") ?? "event-stream");

/** Something answered that is no provider: a proxy, a page to log in, another server. Pages cost nothing. */
function noStream({ status, headers }: Response, text: string, apiKey: string | null): Failure {
  const type = headers.get("content-type") ?? "nothing";
  const what = `HTTP ${status}: the answer is no stream of events but ${type.slice(0, 60)}`;
  const says = text.trim() === "" ? "" : `. It says: ${text}`;
  return {
    error: problem("protocol", `${what}; check the address of the provider${says}`, apiKey),
    usage: /html/i.test(type) ? nothingUsed : null,
  };
}

const beyond = (deadline: Instant): number => Math.min(deadline - Date.now() + 60_000, 2 ** 31 - 1);

const requestId = (headers: Headers): string | null =>
  (headers.get("request-id") ?? headers.get("x-request-id"))?.slice(0, 200) ?? null;
