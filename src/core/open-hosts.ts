import { hostOf, isAddress, isLoopback, isPublic } from "./host-address.ts";

/** Where a request wants to go. */
export interface Target {
  /** In its one spelling (`targetOf`): a name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface OpenHosts {
  /** Whether a request may go there, as far as what it names tells. */
  readonly allows: (target: Target) => boolean;
  /** Those of the addresses found for an allowed target that it may be reached at. */
  readonly reachable: (target: Target, addresses: readonly string[]) => readonly string[];
}

/**
 * Hosts as people name them: `packages.example` (ports 80 and 443), `packages.example:8080`, `*.packages.example` (every
 * name below it), or an address. What is no such text opens nothing.
 *
 * A name leads to public addresses only, since who owns the name decides what it leads to: to one of this machine, of a
 * private network or of the link only where the list names that address too. `localhost` leads to this machine.
 */
export function openHosts(hosts: readonly string[]): OpenHosts {
  const rules = hosts.map(ruleOf).filter((rule) => rule !== null);
  const allows: OpenHosts["allows"] = ({ host, port }) =>
    rules.some(({ ports, fits }) => ports.includes(port) && fits(host));
  const mayBeAt = ({ host, port }: Target, address: string): boolean =>
    host === address ||
    (isLocalName(host) ? isLoopback(address) : isPublic(address)) ||
    allows({ host: hostOf(address) ?? "", port });
  return { allows, reachable: (target, addresses) => addresses.filter((one) => mayBeAt(target, one)) };
}

/** Whether a text names a host as `openHosts` takes it. */
export const isOpenHost = (text: string): boolean => ruleOf(text) !== null;

/** Whether this text opens the host at any port. */
export const opensHost = (text: string, host: string): boolean => ruleOf(text)?.fits(host) === true;

/** Whether this text, read as what is closed, is about a target: without a port it closes every port. */
export function closesTo(text: string, { host, port }: Target): boolean {
  const rule = ruleOf(text);
  return rule?.fits(host) === true && (rule.ports.length > 1 || rule.ports.includes(port));
}

interface Rule {
  readonly ports: readonly number[];
  readonly fits: (host: string) => boolean;
}

function ruleOf(text: string): Rule | null {
  const isWild = text.startsWith("*.");
  const bare = isWild ? text.slice(2) : text;
  const isBareAddress = /^[^[\]]*:[^[\]]*:[^[\]]*$/.test(bare);
  const target = targetOf(isBareAddress ? `[${bare}]` : bare, 0);
  if (target === null || bare.includes("*") || (isWild && isAddress(target.host))) return null;
  const { host, port } = target;
  return {
    ports: port === 0 ? [80, 443] : [port],
    fits: isWild
      ? (name): boolean => name.endsWith(`.${host}`) && !isAddress(name)
      : (name): boolean => name === host,
  };
}

/**
 * `host` or `host:port`, an IPv6 address in brackets, as a request names where it goes. null: it names nothing.
 * @param port where none is named
 */
export function targetOf(authority: string, port: number): Target | null {
  const [, name = "", given] = /^(\[[^\]]+\]|[^:/@?#\\\s[\]]+)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const host = hostOf(name);
  const at = given === undefined ? port : Number(given);
  return host === null || at > 65_535 || (given !== undefined && at < 1) ? null : { host, port: at };
}

const isLocalName = (host: string): boolean => host === "localhost" || host.endsWith(".localhost");
