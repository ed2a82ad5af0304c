import { isSafe, readUrl } from "../../core/http-call.ts";
import type { HttpArgs } from "../../core/http-call.ts";
import type { Redaction } from "../../core/redaction.ts";
import { placeholdersIn } from "../../core/secret.ts";
import type { Answered } from "./answer-text.ts";

/** The request that follows a redirect; a sentence: it is not followed; null: it is none. */
export function redirected(
  args: HttpArgs,
  { url, answer }: Answered,
  redaction: Redaction,
): HttpArgs | string | null {
  const location = answer.headers.find(([name]) => name === "location")?.[1];
  if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return null;
  const next = URL.parse(location, url.href);
  if (next === null) return "the redirect leads to no address; it was not followed";
  next.hash = "";
  const target = readUrl(next.href);
  if (typeof target === "string") return `the redirect was not followed: ${target}`;
  // Asked for, and written down, it would tell the value.
  if (redaction.text(target.href) !== target.href)
    return "the redirect leads to an address with a secret in it; it was not followed";
  const method = methodAfter(args.method, answer.status);
  if (!isSafe(method)) return `the redirect would send the ${method} again; it was not followed`;
  return { method, url: target.href, headers: headersAfter(args, url, target, method) };
}

/** As browsers do. */
function methodAfter(method: HttpArgs["method"], status: number): HttpArgs["method"] {
  if (status === 303) return method === "HEAD" ? "HEAD" : "GET";
  return method === "POST" && status <= 302 ? "GET" : method;
}

/** What a host may learn because it is that host, no other does. */
const ofOrigin = new Set(["authorization", "cookie"]);
const ofBody = /^content-/;

function headersAfter(
  { method: before, headers = {} }: HttpArgs,
  from: URL,
  to: URL,
  method: string,
): Record<string, string> {
  const kept = Object.entries(headers).filter(([name, value]) => {
    const key = name.toLowerCase();
    if (before !== method && ofBody.test(key)) return false;
    return from.origin === to.origin || (!ofOrigin.has(key) && placeholdersIn(value).length === 0);
  });
  return Object.fromEntries(kept);
}
