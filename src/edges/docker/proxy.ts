import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ExecResult } from "../../core/sandbox.ts";
import { isDead } from "./dead.ts";
import { openGate, openRefusals } from "../../core/gate.ts";
import type { Gate } from "../../core/gate.ts";
import { targetOf } from "../../core/open-hosts.ts";
import { addressesOf, judgedOnly } from "./look-up.ts";

/** A way out for one container: an HTTP proxy of ours on a socket of this machine, to named hosts and nowhere else. */
export interface Proxy {
  /** The directory that holds the socket `proxy.sock`, to be mounted. */
  readonly dir: string;
  /** What was refused since this was last asked. */
  denied(): ExecResult["denied"];
  close(): Promise<void>;
}

/**
 * @param hosts as `openHosts` takes them
 * @param lookUp finds the addresses of a name
 */
export async function openProxy(hosts: readonly string[], lookUp = addressesOf): Promise<Proxy> {
  const open = new Set<Duplex>();
  const refusals = openRefusals();
  const gate = openGate(hosts, lookUp, refusals.add);
  const server = createServer((asked, answer) => void passOn(asked, answer, gate));
  server.on("connect", (asked: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    void tunnel(asked, socket, head, gate);
  });
  server.maxConnections = mostConnections;
  await sweepDead();
  const own = await mkdtemp(join(shortTmp(), `${dirPrefix}${process.pid}-`));
  // The worker may be another user: this is open to it; the directory above lets nobody else of this machine in.
  const dir = join(own, "open");
  await mkdir(dir);
  await chmod(dir, 0o755);
  const path = join(dir, "proxy.sock");
  server.listen(path);
  await once(server, "listening");
  await chmod(path, 0o666);
  return {
    dir,
    denied: refusals.take,
    close: async () => {
      server.closeAllConnections();
      for (const socket of open) socket.destroy();
      server.close();
      await rm(own, { recursive: true, force: true });
    },
  };
}

/** Connections of one container at a time. */
const mostConnections = 256;
const dirPrefix = "harness-out-";

/** Removes the directories of proxies whose process is dead: `harness-out-PID-…`. */
async function sweepDead(): Promise<void> {
  for (const name of await readdir(shortTmp())) {
    const pid = new RegExp(`^${dirPrefix}(\\d+)-`).exec(name)?.[1];
    // What is somebody else's stays.
    if (pid !== undefined && isDead(Number(pid)))
      await rm(join(shortTmp(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** The path of a socket has at most some 100 bytes. */
const shortTmp = (): string => (Buffer.byteLength(tmpdir()) > 60 ? "/tmp" : tmpdir());

async function tunnel(asked: IncomingMessage, socket: Duplex, head: Buffer, gate: Gate): Promise<void> {
  socket.on("error", () => socket.destroy());
  const way = await gate(targetOf(asked.url ?? "", 443));
  if ("why" in way) {
    socket.end(`HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${way.why}\n`);
    return;
  }
  if (socket.destroyed) return;
  const out: Socket = connect({ ...way, lookup: judgedOnly(way) });
  out.once("connect", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    out.write(head);
    socket.pipe(out);
    out.pipe(socket);
  });
  out.on("error", () => socket.destroy());
  out.on("close", () => socket.destroy());
  socket.on("close", () => out.destroy());
}

/** Plain HTTP, whose request names the whole address. */
async function passOn(asked: IncomingMessage, answer: ServerResponse, gate: Gate): Promise<void> {
  const url = URL.parse(asked.url ?? "");
  const way = await gate(url?.protocol === "http:" ? targetOf(url.host, 80) : null);
  if ("why" in way || url === null) {
    answer.writeHead(403, { "content-type": "text/plain" });
    answer.end(`${"why" in way ? way.why : ""}\n`);
    return;
  }
  const out = forward({
    host: way.host,
    port: way.port,
    lookup: judgedOnly(way),
    method: asked.method,
    path: `${url.pathname}${url.search}`,
    headers: { ...endToEnd(asked), ...framing(asked), host: url.host },
    setHost: false,
    // A connection of its own, so that no two containers share one.
    agent: false,
  });
  out.on("response", (found) => void passBack(found, answer).catch((error: Error) => failed(answer, error)));
  out.on("error", (error) => failed(answer, error));
  // Another protocol than was asked for, or none at all.
  out.on("upgrade", () => out.destroy());
  out.on("close", () => {
    if (!answer.headersSent) failed(answer, new Error(`${url.host} gave no answer`));
  });
  answer.on("close", () => out.destroy());
  if (answer.destroyed) out.destroy();
  else asked.pipe(out);
}

/** Headers that are about one connection, not about what is passed on (RFC 9110, section 7.6.1). */
const hopByHop = new Set(
  `connection keep-alive proxy-connection proxy-authorization proxy-authenticate te trailer transfer-encoding
  upgrade`.split(/\s+/),
);

const endToEnd = ({ headers }: IncomingMessage): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));

/** Of a body whose length is not said. Without it, what follows a GET would be read as another request. */
const framing = ({ headers }: IncomingMessage): IncomingHttpHeaders =>
  headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };

/** @throws what a host says that cannot be said again */
async function passBack(found: IncomingMessage, answer: ServerResponse): Promise<void> {
  answer.writeHead(found.statusCode ?? 502, endToEnd(found));
  await pipeline(found, answer);
}

function failed(answer: ServerResponse, error: Error): void {
  if (answer.headersSent) answer.destroy();
  else answer.writeHead(502, { "content-type": "text/plain" }).end(`harness: ${error.message}\n`);
}
