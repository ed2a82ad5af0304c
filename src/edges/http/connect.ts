import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect as connectTcp, isIP } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { placeOf, placeOfName } from "../../core/address.ts";
import { portOf } from "../../core/secret.ts";

export interface ConnectOptions {
  /**
   * Which addresses the host of this URL may have for this method. `public`: those in the open, and others only where the URL itself
   * names such a place. `any`: where a rule allows the name wherever it leads.
   */
  readonly addresses: (method: string, url: string) => "any" | "public";
  /** All addresses of a name; the system's own unless given. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** Certificates (PEM) that are trusted instead of the system's own. */
  readonly certificates?: string;
}

/** The address connected to is the one that was judged: nothing is looked up again. */
export type Connection = { readonly socket: Socket } | { readonly why: string };

/** A connection of its own, ready to be written to. Until then no byte of the request has left. */
export async function connect(
  method: string,
  url: URL,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<Connection> {
  try {
    const found = await beforeAbort(addressesOf(method, url, options), signal);
    if (typeof found === "string") return { why: found };
    return await firstOf(found, url, options, signal);
  } catch (error) {
    return {
      why: signal.aborted
        ? `there was no connection: ${(signal.reason as Error).message}`
        : reasonOf(error as Error, url),
    };
  }
}

/** Enough for a host with a few addresses of each kind, some of which cannot be reached from here. */
const mostAddresses = 6;

async function addressesOf(
  method: string,
  url: URL,
  { addresses, resolve }: ConnectOptions,
): Promise<readonly string[] | string> {
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(name) !== 0) return [name];
  const found = (await (resolve ?? systemResolve)(name)).slice(0, mostAddresses);
  if (found.length === 0) return `${name} has no address`;
  if (addresses(method, url.href) === "any") return found;
  const named: string = placeOfName(name) ?? "public";
  const hidden = found.find((address) => ![named, "public"].includes(placeOf(address) ?? "unknown"));
  return hidden === undefined
    ? found
    : `${name} leads to ${hidden} (${placeOf(hidden) ?? "unknown"}), which is not reached by a name; a rule can allow the host`;
}

const systemResolve = async (name: string): Promise<readonly string[]> =>
  (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address);

/** A lookup cannot be stopped, only left alone. */
async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function firstOf(
  addresses: readonly string[],
  url: URL,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<Connection> {
  let last: unknown = null;
  for (const address of addresses) {
    try {
      return { socket: await connected(address, url, options, signal) };
    } catch (error) {
      if (signal.aborted) throw error;
      last = error;
    }
  }
  throw last;
}

async function connected(
  host: string,
  url: URL,
  { certificates }: ConnectOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const port = Number(portOf(url));
  const isTls = url.protocol === "https:";
  const name =
    isIP(host) !== 0 && url.hostname.replaceAll(/[[\]]/g, "") === host ? {} : { servername: url.hostname };
  const socket = isTls
    ? connectTls({
        host,
        port,
        ...name,
        ALPNProtocols: ["http/1.1"],
        // Said, so that no variable of the environment can say otherwise.
        rejectUnauthorized: true,
        ...(certificates === undefined ? {} : { ca: certificates }),
      })
    : connectTcp({ host, port });
  try {
    await once(socket, isTls ? "secureConnect" : "connect", { signal });
    // What happens to it until it is used is found when it is used.
    socket.on("error", () => undefined);
    return socket;
  } catch (error) {
    socket.on("error", () => undefined);
    socket.destroy();
    throw error;
  }
}

function reasonOf(error: Error, url: URL): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
      return `${url.hostname} is not found (${code})`;
    case "ECONNREFUSED":
      return `${url.host} refuses connections`;
    default:
      return `there is no connection to ${url.host}: ${code ?? error.message}`;
  }
}
