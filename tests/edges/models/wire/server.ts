import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Settles when the connection is gone. */
  readonly gone: Promise<unknown>;
}

export type Reply = (response: ServerResponse, seen: Seen) => void;

export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Seen[];
}

/** A provider on 127.0.0.1: remembers every request and answers each with the next reply, the last one for ever. */
export async function serve(...replies: readonly Reply[]): Promise<Server> {
  const requests: Seen[] = [];
  const server = createServer((request, response) => {
    void seenOf(request, response).then((seen) => {
      const reply = replies[Math.min(requests.length, replies.length - 1)];
      requests.push(seen);
      return reply?.(response, seen);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function seenOf(request: IncomingMessage, response: ServerResponse): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    path: request.url ?? "",
    headers: request.headers,
    body: JSON.parse(text) as unknown,
    gone: once(response, "close"),
  };
}

export const stream = { "content-type": "text/event-stream", "request-id": "req_1", "x-request-id": "req_1" };

/** Writes these frames and ends as a server does that is done. */
export const streaming =
  (frames: readonly string[]): Reply =>
  (response) => {
    response.writeHead(200, stream);
    response.end(frames.join(""));
  };

/** Writes these frames and then nothing more, without an end. */
export const stalling =
  (frames: readonly string[]): Reply =>
  (response) => {
    response.writeHead(200, stream);
    response.flushHeaders();
    if (frames.length > 0) response.write(frames.join(""));
  };

/** Writes these frames, one every ten milliseconds, as long as somebody listens, and then nothing more. */
export const dripping =
  (frames: readonly string[]): Reply =>
  (response, seen) => {
    stalling(frames.slice(0, 1))(response, seen);
    const rest = frames.values().drop(1);
    const timer = setInterval(() => void response.write(rest.next().value ?? ""), 10);
    response.once("close", () => clearInterval(timer));
  };

/** Writes these frames and then resets the connection. */
export const resetting =
  (frames: readonly string[]): Reply =>
  (response) => {
    response.writeHead(200, stream);
    response.write(frames.join(""), () => response.socket?.resetAndDestroy());
  };

export const status =
  (code: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) => {
    response.writeHead(code, { "content-type": "application/json", ...headers });
    response.end(body);
  };

/** Answers nothing at all. */
export const silence: Reply = () => undefined;

export const hangUp: Reply = (response) => void response.socket?.resetAndDestroy();
