import type { Instant } from "../../core/id.ts";

/** A provider that asks for more is asked again after this long all the same. */
export const maxWaitMs = 10 * 60 * 1000;

/** How long a provider asks us to wait: milliseconds, at most ten minutes; null when it said nothing sane. */
export function retryAfter(headers: Headers, now: Instant): number | null {
  const milliseconds = decimal(headers.get("retry-after-ms"));
  const wait = milliseconds ?? inSeconds(headers.get("retry-after"), now);
  return wait === null ? null : Math.min(Math.ceil(wait), maxWaitMs);
}

/** `retry-after` is a number of seconds or a date (RFC 9110, 10.2.3); a date that has passed asks for no wait. */
function inSeconds(value: string | null, now: Instant): number | null {
  const seconds = decimal(value);
  if (seconds !== null) return seconds * 1000;
  if (value === null || !/^[A-Za-z]{3,9},? /.test(value)) return null;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

const decimal = (value: string | null): number | null =>
  value !== null && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : null;
