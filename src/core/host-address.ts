/** Names and addresses of hosts: how they are written, and what an address is about. */

/** The one spelling of a host: lower case, ASCII, each number of an address decimal, no dot at its end. */
export function hostOf(name: string): string | null {
  const text = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
  const found = URL.parse(`http://${text}/`)?.hostname.replace(/^\[|\]$|\.$/g, "");
  return name === "" || found === undefined || found.split(".").includes("") ? null : found;
}

/** Of a host in that spelling. */
export const isAddress = (host: string): boolean => host.includes(":") || /^\d+(\.\d+){3}$/.test(host);

const loopback = ["127.0.0.0/8", "::1/128"].map(blockOf);
/** Blocks that no public network routes, or that lead to this machine, its link or groups of machines; of IPv6 all but 2000::/3. */
const special = [
  ..."0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24".split(" "),
  ..."192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3".split(" "),
  ..."::/3 4000::/2 8000::/1 2001::/23".split(" "),
].map(blockOf);
/** Blocks whose addresses hold one of IPv4, and where in their bits it begins: mapped, translated, 6to4. */
const holding = (
  [
    ["::ffff:0:0/96", 96],
    ["64:ff9b::/96", 96],
    ["2002::/16", 16],
  ] as const
).map(([text, from]) => ({ block: blockOf(text), from }));

export const isLoopback = (address: string): boolean => isIn(loopback, plainBits(address));
export function isPublic(address: string): boolean {
  const bits = plainBits(address);
  return bits !== "" && !isIn(special, bits);
}

/** The bits every address of the block begins with. */
function blockOf(text: string): string {
  const [address = "", length] = text.split("/");
  return bitsOf(address).slice(0, 1 + Number(length));
}

const isIn = (blocks: readonly string[], bits: string): boolean =>
  blocks.some((block) => bits.startsWith(block));

/** The bits of an address; those of the IPv4 address that it holds, where it holds one. */
function plainBits(address: string): string {
  const bits = bitsOf(address);
  const from = holding.find(({ block }) => bits.startsWith(block))?.from;
  return from === undefined ? bits : `4${bits.slice(1 + from, 1 + from + 32)}`;
}

/** `4` or `6` and the address's bits, each a character; nothing for what is no address. */
function bitsOf(address: string): string {
  const host = hostOf(address.replace(/%.*$/, ""));
  if (host === null || !isAddress(host)) return "";
  if (!host.includes(":"))
    return `4${host
      .split(".")
      .map((part) => inBits(part, 10, 8))
      .join("")}`;
  const [head = [], tail = []] = host.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return `6${[...head, ...zeros, ...tail].map((part) => inBits(part, 16, 16)).join("")}`;
}

function inBits(text: string, radix: number, length: number): string {
  return Number.parseInt(text, radix).toString(2).padStart(length, "0");
}
