import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as requestSecurely } from "node:https";
import { DefenseInDepthBox } from "just-bash";
import type { BashOptions } from "just-bash";
import type { Gate, Way } from "../../core/gate.ts";
import { judgedOnly } from "./look-up.ts";
import { targetOf } from "../../core/open-hosts.ts";

type Fetch = NonNullable<BashOptions["fetch"]>;
type Options = NonNullable<Parameters<Fetch>[1]>;
type Fetched = Awaited<ReturnType<Fetch>>;

/** One request of a chain of redirects. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const mostRedirects = 20;
/** Of an answer; the library keeps it in memory. */
const mostBytes = 64 * 1024 * 1024;

/**
 * How the shell's programs reach the network. The library's own way does not count what it refuses, looks a name up again
 * after it judged it, and takes credentials along to whatever host it is sent on to.
 * @param gate judges a request before it is sent, each redirect anew
 */
export function gatedFetch(gate: Gate): Fetch {
  return async (url, options = {}) =>
    // The library keeps timers and the like from what a script calls; this is not the script's.
    DefenseInDepthBox.runTrustedAsync(async () => {
      const signals = [options.signal, timeOut(options)].filter((signal) => signal !== undefined);
      return follow(gate, firstHop(url, options), options, AbortSignal.any(signals));
    });
}

/** A timer holds no more. */
const longestMs = 2 ** 31 - 1;

const timeOut = ({ timeoutMs }: Options): AbortSignal | undefined =>
  timeoutMs === undefined ? undefined : AbortSignal.timeout(Math.min(timeoutMs, longestMs));

function firstHop(text: string, { method = "GET", headers = {}, body }: Options): Hop {
  const url = URL.parse(text);
  if (url === null) throw new Error(`${text} is no address`);
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  const kept = pairs.filter(([name]) => !ours.has(name.toLowerCase()));
  return { url, method, headers: Object.fromEntries(kept), body };
}

/** Headers that say where a request goes and where it ends: what was judged says that. */
const ours = new Set("host connection content-length transfer-encoding upgrade expect te trailer".split(" "));

async function follow(
  gate: Gate,
  first: Hop,
  { followRedirects = true, maxRedirects = mostRedirects }: Options,
  signal: AbortSignal,
): Promise<Fetched> {
  let hop = first;
  for (let count = 0; ; count++) {
    const way = await judged(gate, hop.url);
    if ("why" in way)
      throw new Error(
        `${count === 0 ? "Network access denied" : "Redirect target not in allow-list"}: ${way.why}`,
      );
    const answer = await send(hop, way, signal);
    const next = followRedirects ? nextHop(hop, answer) : null;
    if (next === null) return answer;
    if (count >= Math.min(maxRedirects, mostRedirects)) throw new Error(`Too many redirects (max: ${count})`);
    hop = next;
  }
}

async function judged(gate: Gate, url: URL): ReturnType<Gate> {
  const port = { "http:": 80, "https:": 443 }[url.protocol];
  return gate(port === undefined ? null : targetOf(url.host, port));
}

async function send({ url, method, headers, body }: Hop, way: Way, signal: AbortSignal): Promise<Fetched> {
  const asked = Promise.withResolvers<IncomingMessage>();
  const out = (url.protocol === "https:" ? requestSecurely : request)({
    host: way.host,
    port: way.port,
    lookup: judgedOnly(way),
    method,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host },
    agent: false,
    signal,
  });
  out.on("response", asked.resolve).on("error", asked.reject);
  // Without an answer it may have been another protocol.
  out.on("close", () => asked.reject(new Error(`${url.host} gave no answer`)));
  out.end(body);
  const answer = await asked.promise;
  try {
    return {
      status: answer.statusCode ?? 0,
      statusText: answer.statusMessage ?? "",
      headers: headersOf(answer),
      body: await bodyOf(answer).catch((error: Error) => brokenOff(error, url)),
      url: url.href,
    };
  } finally {
    out.destroy();
  }
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value = ""]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value,
    ]),
  );

async function bodyOf(answer: IncomingMessage): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size > mostBytes) throw new Error(`Response body too large (max: ${mostBytes} bytes)`);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** @throws what says more than the "aborted" that is said of a host that left in the middle. */
function brokenOff(error: Error & { code?: string }, url: URL): never {
  throw error.code === "ECONNRESET" ? new Error(`${url.host} broke its answer off`) : error;
}

/** Where an answer sends the request on to (RFC 9110, section 15.4); null: nowhere. */
function nextHop({ url, method, headers, body }: Hop, { status, headers: told }: Fetched): Hop | null {
  const to = [301, 302, 303, 307, 308].includes(status) ? told["location"] : undefined;
  if (to === undefined) return null;
  const next = URL.parse(to, url.href);
  if (next === null) throw new Error(`Redirect target not in allow-list: ${to} is no address`);
  const isAsked = status === 307 || status === 308 || method === "HEAD";
  const kept = Object.entries(headers).filter(
    ([name]) =>
      (next.origin === url.origin || !personal.has(name.toLowerCase())) &&
      (isAsked || !/^content-/i.test(name)),
  );
  return {
    url: next,
    method: isAsked ? method : "GET",
    headers: Object.fromEntries(kept),
    body: isAsked ? body : undefined,
  };
}

/** What a person trusted one origin with. */
const personal = new Set(["authorization", "cookie", "proxy-authorization"]);
