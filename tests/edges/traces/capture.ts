import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { spansIn } from "./mapper.ts";
import type { OtlpRequest, OtlpSpan } from "./mapper.ts";

interface Score {
  readonly id: string;
  readonly traceId: string;
  readonly name: string;
}

/** What came, as it came. */
export interface Arrival {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** Unpacked. */
  readonly text: string;
  readonly spans: readonly OtlpSpan[];
  readonly score: Score | null;
}

/** How an arrival is answered; what is not rejected is stored where the status is one of success. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ids of what is not stored. */
  readonly rejects?: readonly string[];
  /** `hang`: never an answer; `reset`: the connection ends instead. */
  readonly instead?: "hang" | "reset";
  /** Whether it is stored all the same, before that. */
  readonly stores?: boolean;
}

export interface Capture {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** What is stored, by id: the last that came under it. */
  readonly spans: ReadonlyMap<string, OtlpSpan>;
  readonly scores: ReadonlyMap<string, Score>;
  /** How the next arrivals are answered. */
  behave(reply: (arrival: Arrival, number: number) => Reply | Promise<Reply>): void;
  /** As long as it is closed nobody answers at its address. */
  close(): Promise<void>;
  open(): Promise<void>;
}

/** A server that takes spans and scores as Langfuse and collectors do, and misbehaves as it is told. */
export async function capture(): Promise<Capture> {
  const [spans, scores, arrivals] = [new Map<string, OtlpSpan>(), new Map<string, Score>(), [] as Arrival[]];
  let behaviour: (arrival: Arrival, number: number) => Reply | Promise<Reply> = () => ({});
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrival = await arrivalOf(request);
    const reply = await behaviour(arrival, arrivals.push(arrival));
    const status = reply.status ?? 200;
    if (reply.stores ?? (status < 300 && reply.instead === undefined)) {
      for (const span of arrival.spans)
        if (reply.rejects?.includes(span.spanId) !== true) spans.set(span.spanId, span);
      if (arrival.score !== null) scores.set(arrival.score.id, arrival.score);
    }
    if (reply.instead === "hang") return;
    if (reply.instead === "reset") request.socket.resetAndDestroy();
    else response.writeHead(status, reply.headers).end(reply.body ?? "{}");
  };
  let server = createServer();
  let port = 0;
  const open = async (): Promise<void> => {
    server = createServer(
      (request, response) => void answer(request, response).catch(() => request.socket.destroy()),
    );
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  };
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  await open();
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    spans,
    scores,
    behave: (reply) => {
      behaviour = reply;
    },
    open,
    close,
  };
}

async function arrivalOf(request: IncomingMessage): Promise<Arrival> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString();
  const path = request.url ?? "";
  const value: unknown = JSON.parse(text);
  const isTraces = path.endsWith("/v1/traces");
  return {
    path,
    headers: request.headers,
    text,
    spans: isTraces ? spansIn(value as OtlpRequest) : [],
    score: isTraces ? null : (value as Score),
  };
}
