import type { ModelErrorClass, Stop, Usage } from "../../core/model.ts";
import { meant } from "../../core/nearest.ts";
import { maxWaitMs } from "./retry-after.ts";
import { oneLine } from "./safe-text.ts";
import type { ScriptFailure } from "./script.ts";
import { kindOf, membersOf } from "./script-yaml.ts";
import type { Spot } from "./script-yaml.ts";

/** What stands behind the words of a turn. Each reader throws ModelRefused for what it cannot take. */

export const usageWords = ["input", "output", "cache_read", "cache_write", "cacheRead", "cacheWrite"];
export const failWords = ["class", "message", "times", "retry_after", "usage"];

/** The cache's tokens are part of `input`. They may be spelled as in a journal too. */
export function usageOf(spot: Spot): Usage {
  const given = membersOf(spot, "usage", usageWords);
  const tokens = (...names: readonly string[]): number => {
    const name = names.find((name) => name in given);
    return name === undefined ? 0 : countOf(spot.at(name), 0);
  };
  for (const name of ["input", "output"]) {
    if (!(name in given))
      throw spot.wrong(`usage has no ${name}; give both input and output, or leave usage out`);
  }
  const cacheRead = tokens("cache_read", "cacheRead");
  const cacheWrite = tokens("cache_write", "cacheWrite");
  const usage = { input: tokens("input"), output: tokens("output"), cacheRead, cacheWrite };
  if (cacheRead + cacheWrite > usage.input)
    throw spot.wrong("the cache's tokens are more than input; input holds them");
  return usage;
}

export function failureOf(spot: Spot): ScriptFailure {
  const given = membersOf(spot, "fail", failWords);
  const kind = oneOf(spot.at("class"), errorClasses);
  return {
    class: kind,
    message:
      "message" in given ? oneLine(textOf(spot.at("message")), 200) : `the script fails here with ${kind}`,
    times: "times" in given ? countOf(spot.at("times"), 1) : Infinity,
    retryAfterMs: "retry_after" in given ? waitOf(spot.at("retry_after")) : null,
    usage: "usage" in given ? usageOf(spot.at("usage")) : null,
  };
}

/** Seconds, as the header has them, and no longer than a header is heeded. */
function waitOf(spot: Spot): number {
  const { value } = spot;
  if (typeof value === "number" && value >= 0) return Math.min(Math.ceil(value * 1000), maxWaitMs);
  throw spot.wrong(`retry_after is ${kindOf(value)}; give seconds, 0 or more`);
}

export const stopOf = (spot: Spot): Stop => oneOf(spot, stops);

/** Milliseconds; a model call is given up after 20 minutes. */
export function delayOf(spot: Spot): number {
  const { value } = spot;
  if (typeof value === "number" && value >= 0 && value <= 600_000) return value;
  throw spot.wrong(`delay_ms is ${kindOf(value)}; give milliseconds from 0 to 600000`);
}

function countOf(spot: Spot, least: number): number {
  const { value } = spot;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw spot.wrong(`${kindOf(value)} is no count; give a whole number from ${least} on`);
}

export function textOf(spot: Spot): string {
  if (typeof spot.value === "string") return spot.value;
  throw spot.wrong(`${kindOf(spot.value)} is no text; put text in quotes`);
}

function oneOf<T extends string>(spot: Spot, known: readonly T[]): T {
  const found = known.find((word) => word === spot.value);
  if (found !== undefined) return found;
  const near = typeof spot.value === "string" ? meant(spot.value, known) : "";
  throw spot.wrong(`${kindOf(spot.value)} is none of ${known.join(", ")}${near}`);
}

const stops = Object.keys({
  end: true,
  calls: true,
  length: true,
  refusal: true,
  pause: true,
  "context-full": true,
} satisfies Record<Stop, true>) as Stop[];

const errorClasses = Object.keys({
  "rate-limit": true,
  overloaded: true,
  server: true,
  network: true,
  stalled: true,
  protocol: true,
  auth: true,
  "bad-request": true,
  "context-full": true,
  "missing-script": true,
  "wrong-model": true,
} satisfies Record<ModelErrorClass, true>) as ModelErrorClass[];
