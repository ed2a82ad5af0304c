import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";
import type { HttpArgs } from "../../../src/core/http-call.ts";
import type { OutsideTool } from "../../../src/core/ports.ts";
import { redaction } from "../../../src/core/redaction.ts";
import { formsOf } from "../../../src/core/secret-forms.ts";
import type { Secret } from "../../../src/core/secret.ts";
import { httpRequest } from "../../../src/edges/http/request.ts";
import type { HttpOptions } from "../../../src/edges/http/request.ts";

/** What a host does with a connection: once one whole request is there, or (`atOnce`) before that. */
export interface Reply {
  (socket: Socket, request: string): void;
  readonly atOnce?: true;
}

export interface Host {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** All requests that came whole, as bytes in latin1. */
  readonly requests: string[];
}

/** A host of bytes on 127.0.0.1, until the test ends. The last reply holds for ever. */
export async function host(replies: Reply | readonly Reply[], certificate?: Certificate): Promise<Host> {
  const list = typeof replies === "function" ? [replies] : replies;
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    const reply = list[Math.min(requests.length, list.length - 1)];
    if (reply?.atOnce === true) return reply(socket, "");
    let text = "";
    socket.on("data", (bytes: Buffer) => {
      const before = isWhole(text);
      text += bytes.toString("latin1");
      if (before || !isWhole(text)) return;
      requests.push(text);
      reply?.(socket, text);
    });
  };
  const server = certificate === undefined ? createServer(serve) : createTlsServer(certificate, serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, requests };
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  const length = Number(/^content-length: (\d+)\r$/im.exec(text)?.[1] ?? 0);
  return end !== -1 && text.length >= end + 4 + length;
}

/** Says this and ends. */
export const says =
  (...pieces: readonly (string | Uint8Array)[]): Reply =>
  (socket) => {
    for (const piece of pieces)
      socket.write(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece);
    socket.end();
  };
export const resets =
  (...pieces: readonly string[]): Reply =>
  (socket) => {
    if (pieces.length === 0) socket.resetAndDestroy();
    else socket.write(pieces.join(""), () => socket.resetAndDestroy());
  };
export const atOnce = (reply: Reply): Reply =>
  Object.assign((...a: Parameters<Reply>) => reply(...a), { atOnce: true as const });

export const page = (body: string, head = ""): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`;

/** Twenty values, of the kinds that there are, for 127.0.0.1 on any port and for the names of the tests. */
export const canaries = (port: number): readonly Secret[] =>
  Array.from({ length: 20 }, (_, at) => ({
    name: `CANARY_${at}`,
    value: `c4n4ry-${at}-${["plain", "q=a&b/c+d", 'quo"te\\', "blank s", "~!*()'"][at % 5]}-${(at * 7919 + 104_729).toString(36)}`,
    hosts: [`127.0.0.1:${port}`, `tls.test:${port}`],
  }));

/** Every way in which a canary could be told. */
const traces = canaries(1).flatMap(({ value }) => formsOf(value));

export type Effect = Awaited<ReturnType<OutsideTool["run"]>>;

export interface Asking extends Partial<HttpOptions> {
  readonly port: number;
  readonly signal?: AbortSignal;
  readonly key?: string;
}

/** Runs the tool, and proves that nothing it says holds a canary. */
export async function ask(args: unknown, { port, signal, key, ...more }: Asking): Promise<Effect> {
  const secrets = more.secrets ?? canaries(port);
  const tool = httpRequest({
    secrets,
    redaction: redaction([...secrets, { name: "MODEL_KEY", value: "sk-model-key-0123456789" }]),
    mayGo: async () => null,
    addresses: () => "any",
    ...more,
  });
  const effect = await tool.run(
    "t/1/1/1",
    args,
    key ?? "run/t/1/1/1",
    signal ?? new AbortController().signal,
  );
  const told = traces.find((trace) => effect.text.includes(trace));
  if (told !== undefined) throw new Error(`a canary was told: ${told}`);
  return effect;
}

export const get = (url: string, more: Partial<HttpArgs> = {}): HttpArgs => ({ method: "GET", url, ...more });
export const post = (url: string, more: Partial<HttpArgs> = {}): HttpArgs => ({
  method: "POST",
  url,
  body: "one",
  ...more,
});
