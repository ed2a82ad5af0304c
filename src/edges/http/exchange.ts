import { request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Redaction } from "../../core/redaction.ts";
import { readBody } from "./body.ts";
import type { Body } from "./body.ts";
import { statusLine } from "./status-line.ts";

/** One request as it goes out, secrets filled in. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** What came back. `status` null: no status line, so nobody knows what the host did; `why` says how it ended. */
export type Exchange =
  | { readonly status: number; readonly reason: string; readonly headers: Headers; readonly body: Body }
  | { readonly status: null; readonly why: string };

/** In their order, names in lower case; what stands twice twice. */
export type Headers = readonly (readonly [name: string, value: string])[];

const mostHeaders = 65_536;

/** Sends one request over a connection of its own, which is gone afterwards. Never rejects. */
export async function exchange(
  socket: Socket,
  asked: Outgoing,
  redaction: Redaction,
  signal: AbortSignal,
): Promise<Exchange> {
  const heard = statusLine();
  const request = started(socket, asked);
  // Before the parser, which may find an answer unreadable whose status line is whole.
  request.once("socket", () => socket.prependListener("data", (bytes: Buffer) => heard.take(bytes)));
  const abort = (): void => void request.destroy(signal.reason as Error);
  const reasonOf = (error: NodeJS.ErrnoException): string => reason(signal, error);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    const answer = await answerTo(request, asked.body);
    return await read(answer, redaction, reasonOf, socket);
  } catch (error) {
    return brokenOff(heard.status(), reasonOf(error as NodeJS.ErrnoException));
  } finally {
    signal.removeEventListener("abort", abort);
    request.destroy();
    socket.destroy();
  }
}

function started(socket: Socket, { method, url, headers, body }: Outgoing): ClientRequest {
  const length = Buffer.byteLength(body);
  const own: [string, string][] = [
    ["host", url.host],
    ["user-agent", "harness"],
    ["accept-encoding", "identity"],
    ["connection", "close"],
  ];
  if (length > 0 || ["POST", "PUT", "PATCH"].includes(method)) own.push(["content-length", String(length)]);
  return httpRequest({
    createConnection: () => socket,
    method,
    path: `${url.pathname}${url.search}`,
    headers: [...own, ...headers].flat(),
    setHost: false,
    maxHeaderSize: mostHeaders,
    insecureHTTPParser: false,
  });
}

async function answerTo(request: ClientRequest, body: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.on("response", resolve);
  // Another protocol: an answer, and nothing that is read.
  request.on("upgrade", resolve);
  request.on("error", reject);
  request.on("close", () => reject(new Error("the connection was closed")));
  request.end(body);
  return promise;
}

async function read(
  answer: IncomingMessage,
  redaction: Redaction,
  reasonOf: (error: Error) => string,
  socket: Socket,
): Promise<Exchange> {
  const { statusCode = 0, statusMessage = "", rawHeaders } = answer;
  const headers = Array.from({ length: rawHeaders.length / 2 }, (_, at): [string, string] => [
    (rawHeaders[at * 2] ?? "").toLowerCase(),
    Buffer.from(rawHeaders[at * 2 + 1] ?? "", "latin1").toString(),
  ]);
  const of = (name: string): string => headers.find(([key]) => key === name)?.[1] ?? "";
  const coding = of("content-encoding");
  const isPlain = coding === "" || coding === "identity";
  const type = isPlain ? of("content-type") : "application/octet-stream";
  const isUntilClose = of("content-length") === "" && of("transfer-encoding") === "";
  const brokenBy = (): Error | null => (isUntilClose ? socket.errored : null);
  const pieces = statusCode === 101 ? nothing() : answer;
  const body = await readBody(pieces, type, redaction, reasonOf, brokenBy);
  return { status: statusCode, reason: Buffer.from(statusMessage, "latin1").toString(), headers, body };
}

// oxlint-disable-next-line require-yield -- an answer without a body
async function* nothing(): AsyncGenerator<Uint8Array> {}

/** A status line is an answer, whatever became of the rest. */
function brokenOff(status: number | null, why: string): Exchange {
  if (status === null) return { status, why };
  const notes = [`its headers cannot be read: ${why}`];
  return { status, reason: "", headers: [], body: { size: 0, text: null, notes } };
}

const reason = ({ aborted, reason }: AbortSignal, { code, message }: NodeJS.ErrnoException): string => {
  if (aborted) return (reason as Error).message;
  return code === undefined ? message : (faults[code] ?? code);
};

const faults: Readonly<Record<string, string>> = {
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  HPE_INVALID_CONSTANT: "the answer is no HTTP",
  HPE_HEADER_OVERFLOW: "they have more than 64 KiB",
};
