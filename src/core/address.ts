/** What an address is for. Only `public` ones are other people's machines in the open. */
export type Place =
  | "public"
  | "this machine"
  | "a private network"
  | "the link"
  | "metadata of a cloud"
  | "reserved";

/** @param address IPv4 as four numbers, or IPv6 in any spelling, without brackets; null: it is a name */
export function placeOf(address: string): Place | null {
  const four = fourOf(address);
  if (four !== null) return placeOfFour(four);
  const six = sixOf(address);
  return six === null ? null : placeOfSix(six);
}

/** Names that mean such a place wherever they are looked up. */
export function placeOfName(name: string): Place | null {
  if (/^(.+\.)?localhost$/i.test(name)) return "this machine";
  return /^(metadata|instance-data|metadata\.google\.internal|metadata\.goog)$/i.test(name)
    ? "metadata of a cloud"
    : null;
}

function fourOf(text: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return null;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

const fourRanges: readonly (readonly [network: string, bits: number, place: Place])[] = [
  ["169.254.169.254", 32, "metadata of a cloud"],
  ["100.100.100.200", 32, "metadata of a cloud"],
  ["168.63.129.16", 32, "metadata of a cloud"],
  ["169.254.0.0", 16, "the link"],
  ["127.0.0.0", 8, "this machine"],
  ["0.0.0.0", 8, "this machine"],
  ["10.0.0.0", 8, "a private network"],
  ["172.16.0.0", 12, "a private network"],
  ["192.168.0.0", 16, "a private network"],
  ["100.64.0.0", 10, "a private network"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "reserved"],
  ["192.88.99.0", 24, "reserved"],
  ["198.18.0.0", 15, "reserved"],
  ["198.51.100.0", 24, "reserved"],
  ["203.0.113.0", 24, "reserved"],
  ["224.0.0.0", 3, "reserved"],
];

function placeOfFour(address: number): Place {
  const found = fourRanges.find(([network, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor((fourOf(network) ?? 0) / size) === Math.floor(address / size);
  });
  return found?.[2] ?? "public";
}

/** Eight groups of 16 bits. */
function sixOf(text: string): readonly number[] | null {
  const [bare = ""] = text.toLowerCase().split("%");
  const four = /^(.*:)([\d.]+\.[\d.]+)$/.exec(bare);
  const last = four === null ? null : fourOf(four[2] ?? "");
  if (four !== null && last === null) return null;
  const groups =
    last === null
      ? bare
      : `${four?.[1]}${Math.floor(last / 65_536).toString(16)}:${(last % 65_536).toString(16)}`;
  const halves = groups.split("::");
  if (!groups.includes(":") || halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const all = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  return all.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? all.map((group) => Number.parseInt(group, 16))
    : null;
}

function placeOfSix(groups: readonly number[]): Place {
  const inside = fourInside(groups);
  if (inside !== null) return placeOfFour(inside);
  const [first = 0, second = 0] = groups;
  const isFirst = (network: number, bits: number): boolean => first >> (16 - bits) === network >> (16 - bits);
  if (groups.slice(0, 7).every((group) => group === 0)) return "this machine";
  if (isMetadata(groups)) return "metadata of a cloud";
  if (isFirst(0xfe80, 10)) return "the link";
  if (isFirst(0xfc00, 7) || isFirst(0xfec0, 10)) return "a private network";
  // Documentation, and what is tunnelled to where the address does not say.
  if (first === 0x2001 && (second === 0x0db8 || second < 0x200)) return "reserved";
  return isFirst(0x2000, 3) ? "public" : "reserved";
}

const isMetadata = (groups: readonly number[]): boolean =>
  groups.join() === [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254].join() ||
  groups.join() === [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254].join();

/** The IPv4 address that is meant by `::ffff:a.b.c.d`, `::a.b.c.d`, `64:ff9b::a.b.c.d` and `2002:aabb:ccdd::`. */
function fourInside(groups: readonly number[]): number | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  if (a === 0x2002) return b * 65_536 + c;
  const isMapped = a === 0 && b === 0 && (f === 0xffff || (f === 0 && g !== 0));
  const isTranslated = a === 0x64 && b === 0xff9b && f === 0;
  return (isMapped || isTranslated) && c === 0 && d === 0 && e === 0 ? g * 65_536 + h : null;
}
