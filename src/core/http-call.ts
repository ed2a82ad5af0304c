import { z } from "zod";
import { placeOf, placeOfName } from "./address.ts";
import type { Place } from "./address.ts";
import type { Assessment, Part } from "./assessment.ts";
import { encodeText } from "./canonical.ts";
import { mayReceive, placeholderOf, placeholdersIn, portOf, secretName } from "./secret.ts";
import type { Secret } from "./secret.ts";
import type { Risk } from "./tool.ts";
import { wordFits } from "./word-fits.ts";

const mostBody = 2 ** 20;

/** Arguments of the tool `http_request`. */
export const httpArgs = z.strictObject({
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
  url: z.string().min(1).max(8192).describe("http or https; no login, no fragment, no secret in it"),
  headers: z
    .record(z.string().min(1).max(200), z.string().max(16_384))
    .refine((headers) => Object.keys(headers).length <= 64, "must be at most 64")
    .optional()
    .describe("a value may hold {{secret:NAME}}"),
  body: z
    .string()
    .refine((body) => encodeText(body).length <= mostBody, "must be at most 1 MiB")
    .optional()
    .describe("may hold {{secret:NAME}}; not with GET, HEAD and OPTIONS"),
  timeout_s: z.number().positive().max(120).optional().describe("30 if left out"),
});
export type HttpArgs = z.infer<typeof httpArgs>;

/**
 * What a request would do. One that is not sent in any case says why as `unreachable`.
 * @param secrets those that are known here
 */
export function assessHttp(args: HttpArgs, secrets: readonly KnownSecret[]): Assessment {
  const url = readUrl(args.url);
  const fault = httpFault(args) ?? (typeof url === "string" ? null : secretFault(args, url, secrets));
  if (typeof url === "string" || fault !== null) {
    const because = fault ?? String(url);
    return {
      parts: [partOf(args, args.url, { risk: "external", because, hosts: null, unreachable: because })],
    };
  }
  const hosts = [`${url.hostname}:${portOf(url)}`];
  return { parts: [partOf(args, url.href, { ...judged(args, url), hosts, unreachable: null })] };
}

/** Methods that ask for nothing to be changed (RFC 9110, section 9.2.1). */
export const isSafe = (method: string): boolean => ["GET", "HEAD", "OPTIONS"].includes(method);

const partOf = (
  { method }: HttpArgs,
  url: string,
  found: Pick<Part, "risk" | "because" | "hosts" | "unreachable">,
): Part => ({
  text: `${method} ${url}`,
  words: [method, url],
  touches: [],
  removes: null,
  isOpaque: false,
  ...found,
});

function judged(args: HttpArgs, url: URL): { risk: Risk; because: string } {
  const { method, headers = {} } = args;
  const place = placeOfHost(url);
  if (place !== "public") return { risk: "privilege", because: `${url.hostname} is ${placeWords[place]}` };
  // Some servers do what such a header says, not what the request line says.
  const override = Object.keys(headers).find((name) => /^x-(http-)?method(-override)?$/i.test(name));
  if (override !== undefined)
    return { risk: "external", because: `${override} makes it another method at ${url.host}` };
  return isSafe(method)
    ? { risk: "network", because: `${method} reads from ${url.host}` }
    : { risk: "external", because: `${method} may change something at ${url.host}` };
}

const placeWords: Readonly<Record<Place, string>> = {
  public: "in the open",
  "this machine": "this machine itself",
  "a private network": "an address of a private network",
  "the link": "an address of the link, where clouds keep credentials",
  "metadata of a cloud": "where a cloud keeps credentials",
  reserved: "an address that belongs to no host",
};

/** What the host of an address is by its spelling alone; where a name leads is seen when it is looked up. */
const placeOfHost = ({ hostname }: URL): Place =>
  placeOf(hostname.replace(/^\[(.*)\]$/, "$1")) ?? placeOfName(hostname) ?? "public";

/**
 * As every later step sees it: names in lower case and punycode, odd spellings of addresses in the usual one, dots
 * resolved. A sentence where it is refused.
 */
export function readUrl(text: string): URL | string {
  if (/[\p{Cc}\p{Cf}\p{Z}]/u.test(text)) return "the URL holds blanks or hidden characters; write it without";
  const url = URL.parse(text);
  if (url === null) return "the URL is none; write it like https://host/path";
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return `${url.protocol} is not spoken here, http and https are`;
  if (url.username !== "" || url.password !== "")
    return "the URL holds a login; send it as a header, by {{secret:NAME}}";
  if (url.hash !== "" || text.includes("#"))
    return "the URL holds a fragment, which no server sees; take it out";
  if (hasSteps(url.pathname))
    return "the path holds encoded dots that servers read in two ways; write it plainly";
  url.hostname = url.hostname.replace(/\.$/, "");
  return url;
}

/** A URL as it is sent, for people; one that is refused as it was given. */
export function sentUrl(text: string): string {
  const url = readUrl(text);
  return typeof url === "string" ? text : url.href;
}

/** Whether some server would step up in it, though it does not look so: `..%2f`, `%252e`, `..;x`. */
function hasSteps(path: string): boolean {
  let read = path;
  for (let layers = 0; layers < 4; layers += 1) {
    const segments = read.split(/[/\\]/).map((segment) => segment.replace(/;.*$/s, ""));
    if (segments.some((segment) => segment === "." || segment === "..")) return true;
    read = decoded(read);
  }
  return false;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not UTF-8: what can be read is read byte by byte.
    return text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
}

/** Why a request is never sent, in one sentence for the model; null: it can be. */
export function httpFault(args: HttpArgs): string | null {
  const url = readUrl(args.url);
  if (typeof url === "string") return url;
  if (placeholdersIn(decoded(args.url)).length > 0)
    return "the URL holds a secret, and URLs are logged on the way; send it in a header or the body";
  if (args.body !== undefined && isSafe(args.method)) return `${args.method} has no body; take it out`;
  const wrong = placeholders(args).find((name) => !secretName.test(name));
  if (wrong !== undefined) return `${wrong} names no secret; write it like {{secret:TRACKER_TOKEN}}`;
  return headersFault(Object.entries(args.headers ?? {}));
}

type KnownSecret = Pick<Secret, "name" | "hosts">;

/** Why a secret that a request names is not sent there, in one sentence; null: each may be. */
export function secretFault(args: HttpArgs, url: URL, secrets: readonly KnownSecret[]): string | null {
  for (const name of placeholders(args)) {
    const secret = secrets.find((one) => one.name === name);
    if (secret === undefined) return `there is no ${placeholderOf(name)} here; ${knownNames(secrets)}`;
    if (!mayReceive(secret, url))
      return `${placeholderOf(name)} is not meant for ${url.origin}, only for ${secret.hosts.map(shownHost).join(", ")}`;
  }
  return null;
}

const knownNames = (secrets: readonly KnownSecret[]): string =>
  secrets.length === 0 ? "none is configured" : `there is ${secrets.map(({ name }) => name).join(", ")}`;

/** A host that a secret may be sent to, for people. */
export const shownHost = (host: string): string => (/:\d+$/.test(host) ? host : `https://${host}`);

/** The names of the secrets that are to be filled in. */
export const placeholders = ({ headers = {}, body = "" }: HttpArgs): readonly string[] => [
  ...new Set([...Object.values(headers), body].flatMap(placeholdersIn)),
];

/** About the connection, which is ours. */
const ownHeaders = new Set(
  `host content-length transfer-encoding connection keep-alive upgrade te trailer expect proxy-authorization
  proxy-connection accept-encoding http2-settings`.split(/\s+/),
);

function headersFault(headers: readonly (readonly [name: string, value: string])[]): string | null {
  const seen = new Set<string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key))
      return "a header has a name that HTTP does not allow; use letters and hyphens";
    if (ownHeaders.has(key)) return `the header ${name} is set by harness; take it out`;
    if (seen.has(key)) return `the header ${name} is there twice; keep one`;
    if (!isHeaderValue(value))
      return `the header ${name} holds line breaks or characters that HTTP does not allow`;
    seen.add(key);
  }
  return null;
}

/** Without line breaks, by which one header becomes two; ASCII alone, since servers read the rest in different ways. */
export const isHeaderValue = (value: string): boolean => /^[\t\x20-\x7e]*$/.test(value);

/** Why a pattern of a rule fits nothing, in one sentence; null: it is one. */
export function httpPatternFault(pattern: string): string | null {
  const read = readPattern(pattern);
  return typeof read === "string" ? read : null;
}

/**
 * Whether a rule's pattern fits: `POST https://tracker.example/issues/*`. The method is exact or `*`; the host exact or
 * `*.name`; the port that of the scheme unless written. A `*` in a path is one step or a part of one, at its end all
 * that follows; without a path any fits. A query decides nothing.
 */
export function fitsHttp(pattern: string, method: string, url: string): boolean {
  const read = readPattern(pattern);
  const target = readUrl(url);
  if (typeof read === "string" || typeof target === "string") return false;
  if (read.method !== "*" && read.method !== method.toUpperCase()) return false;
  const { hostname } = read.url;
  const isHost = hostname.startsWith("*.")
    ? target.hostname.endsWith(hostname.slice(1))
    : target.hostname === hostname;
  if (!isHost || read.url.protocol !== target.protocol || portOf(read.url) !== portOf(target)) return false;
  return read.path === null || fitsPath(steps(read.path), steps(target.pathname));
}

interface Pattern {
  readonly method: string;
  readonly url: URL;
  /** null: any. */
  readonly path: string | null;
}

function readPattern(pattern: string): Pattern | string {
  const [, method = "", address = ""] = /^(\*|[A-Za-z]+)\s+(\S+)$/.exec(pattern.trim()) ?? [];
  if (method !== "*" && !(httpArgs.shape.method.options as readonly string[]).includes(method.toUpperCase()))
    return `"${pattern}" is no request; write it like POST https://tracker.example/issues/*`;
  const url = readUrl(address);
  if (typeof url === "string") return `"${pattern}": ${url}`;
  if (url.search !== "" || address.includes("?")) return `"${pattern}": a query decides nothing; take it out`;
  if (/\*/.test(url.hostname.replace(/^\*\./, "")))
    return `"${pattern}": a * in a host stands at its beginning, like *.tracker.example`;
  const hasPath = /^[a-z]+:\/\/[^/]+\//i.test(address);
  return { method: method.toUpperCase(), url, path: hasPath ? url.pathname : null };
}

/** As the most lenient server reads it: what is encoded decoded, no step empty but the last. */
const steps = (path: string): readonly string[] =>
  decoded(path)
    .split(/[/\\]/)
    .filter((step, at, all) => step !== "" || at === all.length - 1);

function fitsPath(pattern: readonly string[], path: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === "*";
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  if (isOpen ? path.length <= fixed.length : path.length !== fixed.length) return false;
  return fixed.every((step, at) => wordFits(step, path[at] ?? ""));
}
