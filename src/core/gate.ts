import { openHosts } from "./open-hosts.ts";
import type { Target } from "./open-hosts.ts";

/** Where a connection may be made: at these addresses of the host, and at no others. */
export interface Way extends Target {
  readonly addresses: readonly string[];
}

/**
 * What stands between a sandbox and the network, whatever carries the bytes: where a request may go, or why it may not,
 * as a sentence for whoever asked. null: it names no address.
 */
export type Gate = (target: Target | null) => Promise<Way | { readonly why: string }>;

/**
 * @param hosts as `openHosts` takes them
 * @param lookUp finds the addresses of a name, asked once for each request; an address is its own. @throws finding none
 * @param onRefused gets what was refused because it is not open
 */
export function openGate(
  hosts: readonly string[],
  lookUp: (name: string) => Promise<readonly string[]>,
  onRefused: (target: Target) => void,
): Gate {
  const { allows, reachable } = openHosts(hosts);
  const refuse = (target: Target, why: string): { readonly why: string } => {
    onRefused(target);
    return { why: `harness: ${target.host}${why}` };
  };
  return async (target) => {
    if (target === null) return { why: "harness: this is no address" };
    const { host, port } = target;
    if (!allows(target))
      return refuse(target, `:${port} is not among the hosts that are open here (${hosts.join(", ")})`);
    const found = await lookUp(host).catch((error: Error) => error);
    if (found instanceof Error) return { why: `harness: ${host} is not found: ${found.message}` };
    const addresses = reachable(target, found);
    return addresses.length > 0
      ? { host, port, addresses }
      : refuse(target, ` is ${found.join(", ")}, not public: open only where that is named too`);
  };
}

/** Books of what was refused, in bounded memory: whoever asks chooses the names. */
export interface Refusals {
  readonly add: (target: Target) => void;
  /** Since this was last asked. */
  readonly take: () => readonly (Target & { readonly count: number })[];
}

const mostRefused = 32;
const nameLength = 200;

export function openRefusals(): Refusals {
  const counts = new Map<string, Target & { count: number }>();
  return {
    add: ({ host, port }) => {
      const shown = host.slice(0, nameLength);
      const found = counts.get(`${shown}:${port}`);
      if (found !== undefined) found.count += 1;
      else if (counts.size < mostRefused) counts.set(`${shown}:${port}`, { host: shown, port, count: 1 });
    },
    take: () => {
      const taken = [...counts.values()];
      counts.clear();
      return taken;
    },
  };
}
