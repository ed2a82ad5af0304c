import { z } from "zod";

/** `90s`, `30m`, `2h`, or seconds as a number. */
export const duration = z.union([
  z.number().positive(),
  z.string().regex(/^(?=.*[1-9])\d{1,9}(\.\d+)?(s|m|h)$/, "must be like 90s, 30m or 2h"),
]);

/** `2h` → whole milliseconds, at least 1. The text must match `duration`. */
export function durationMs(text: string | number): number {
  if (typeof text === "number") return Math.max(1, Math.round(text * 1000));
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[text.at(-1) as "s" | "m" | "h"];
  return Math.max(1, Math.round(Number(text.slice(0, -1)) * unit));
}
