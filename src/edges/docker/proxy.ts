import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { BlockList, connect, isIPv6 } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ExecResult } from "../../core/ports.ts";
import { isDead } from "./dead.ts";

/** A way out for one container: an HTTP proxy of ours on a socket of this machine, to named hosts and nowhere else. */
export interface Proxy {
  /** The directory that holds the socket `proxy.sock`, to be mounted. */
  readonly dir: string;
  /** What was refused since this was last asked. */
  denied(): ExecResult["denied"];
  close(): Promise<void>;
}

/**
 * @param hosts `packages.example` (ports 80 and 443), `packages.example:8080`, or `*.packages.example` for every name
 * below one.
 */
export async function openProxy(hosts: readonly string[]): Promise<Proxy> {
  const allows = allowing(hosts);
  const refused = new Map<string, number>();
  const open = new Set<Duplex>();
  const deny = ({ host, port }: Target): void => {
    const key = `${host.slice(0, nameLength)}:${port}`;
    if (refused.has(key) || refused.size < mostRefused) refused.set(key, (refused.get(key) ?? 0) + 1);
  };
  const judge = async (target: Target | null): Promise<Way> => {
    if (target === null) return { ok: false, why: "harness: this is no address" };
    const { host, port } = target;
    if (!allows(target)) {
      deny(target);
      return {
        ok: false,
        why: `harness: ${host}:${port} is not among the hosts that are open here (${hosts.join(", ")})`,
      };
    }
    const way = await resolved(target);
    if (!way.ok && way.isForbidden === true) deny(target);
    return way;
  };
  const server = createServer((asked, answer) => void passOn(asked, answer, judge));
  server.on("connect", (asked: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    void tunnel(asked, socket, head, judge);
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
    denied: () => {
      const found = [...refused].map(([key, count]) => {
        const at = key.lastIndexOf(":");
        return { host: key.slice(0, at), port: Number(key.slice(at + 1)), count };
      });
      refused.clear();
      return found;
    },
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
/** Of refused hosts that are told apart, and of the characters of their names: the worker chooses both. */
const mostRefused = 32;
const nameLength = 200;
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

interface Target {
  readonly host: string;
  readonly port: number;
}
/** Where a request may go: the address is the one that was judged. */
type Way =
  | { readonly ok: true; readonly address: string; readonly target: Target }
  | { readonly ok: false; readonly why: string; readonly isForbidden?: true };
type Judge = (target: Target | null) => Promise<Way>;

function allowing(hosts: readonly string[]): (target: Target) => boolean {
  const rules = hosts.map((text) => {
    const [, six, name = "", port] =
      /^(?:\[([^\]]+)\]|([^:]*?)\.?)(?::(\d+))?$/.exec(text.toLowerCase()) ?? [];
    const host = isIPv6(text) ? text.toLowerCase() : (six ?? name);
    const ports = port === undefined ? [80, 443] : [Number(port)];
    const fits = host.startsWith("*.")
      ? (name: string): boolean => name.endsWith(host.slice(1))
      : (name: string): boolean => name === host;
    return { ports, fits };
  });
  return ({ host, port }) => rules.some(({ ports, fits }) => ports.includes(port) && fits(host));
}

/** Addresses of the link, where clouds keep credentials: reached only by who names such an address itself. */
const linkLocal = new BlockList();
linkLocal.addSubnet("169.254.0.0", 16, "ipv4");
linkLocal.addSubnet("fe80::", 10, "ipv6");

async function resolved(target: Target): Promise<Way> {
  try {
    const { address, family } = await lookup(target.host);
    if (address !== target.host && linkLocal.check(address, family === 6 ? "ipv6" : "ipv4"))
      return {
        ok: false,
        why: `harness: ${target.host} is ${address}, which is not reached by a name`,
        isForbidden: true,
      };
    return { ok: true, address, target };
  } catch (error) {
    return { ok: false, why: `harness: ${target.host} is not found: ${(error as Error).message}` };
  }
}

function targetOf(authority: string | undefined, port: number): Target | null {
  const [, six, name, given] = /^(?:\[([^\]]+)\]|([^:/@\s]+))(?::(\d+))?$/.exec(authority ?? "") ?? [];
  const host = (six ?? name ?? "").toLowerCase().replace(/\.$/, "");
  const at = given === undefined ? port : Number(given);
  return host === "" || at < 1 || at > 65_535 ? null : { host, port: at };
}

async function tunnel(asked: IncomingMessage, socket: Duplex, head: Buffer, judge: Judge): Promise<void> {
  socket.on("error", () => socket.destroy());
  const way = await judge(targetOf(asked.url, 443));
  if (!way.ok) {
    socket.end(`HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${way.why}\n`);
    return;
  }
  if (socket.destroyed) return;
  const out: Socket = connect(way.target.port, way.address);
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
async function passOn(asked: IncomingMessage, answer: ServerResponse, judge: Judge): Promise<void> {
  const url = URL.parse(asked.url ?? "");
  const way = await judge(url?.protocol === "http:" ? targetOf(url.host, 80) : null);
  if (!way.ok || url === null) {
    answer.writeHead(403, { "content-type": "text/plain" });
    answer.end(`${way.ok ? "harness: this is no address" : way.why}\n`);
    return;
  }
  const out = forward({
    host: way.address,
    port: way.target.port,
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
