import type { Json } from "../../core/canonical.ts";
import type { ModelErrorClass, Stop, Usage } from "../../core/model.ts";
import { isObject } from "./arguments.ts";
import { meant } from "../../core/nearest.ts";
import { oneLine } from "./safe-text.ts";
import type { ScriptCall, ScriptFailure, ScriptTurn } from "./script.ts";
import { kindOf, membersOf, unknownKey } from "./script-yaml.ts";
import type { Spot } from "./script-yaml.ts";

const words = ["say", "calls", "usage", "delay_ms", "stop", "fail"];

/** Reads one turn: text, or a mapping of the words above and at most one `tool: args`. @throws ModelRefused */
export function turnOf(spot: Spot): ScriptTurn {
  if (typeof spot.value === "string") return { ...silent, say: spot.value };
  if (!isObject(spot.value)) {
    throw spot.wrong(
      `a turn is ${kindOf(spot.value)}; write text, or a mapping like { say: … } or { TOOL: { … } }`,
    );
  }
  const given = new Set(Object.keys(spot.value));
  const of = <T>(word: string, read: (spot: Spot) => T, missing: T): T =>
    given.has(word) ? read(spot.at(word)) : missing;
  const turn: ScriptTurn = {
    say: of("say", textOf, ""),
    calls: callsOf(spot, [...given]),
    stop: of("stop", stopOf, null),
    usage: of("usage", usageOf, null),
    delayMs: of("delay_ms", delayOf, null),
    fail: of("fail", failureOf, null),
  };
  if (!givesSomething(turn, given)) throw spot.wrong("this turn gives no answer; add say, a call or stop");
  return turn;
}

const silent: ScriptTurn = { say: "", calls: [], stop: null, usage: null, delayMs: null, fail: null };

/** A turn that fails for good needs no answer. */
const givesSomething = (turn: ScriptTurn, given: ReadonlySet<string>): boolean =>
  given.has("say") || given.has("stop") || turn.calls.length > 0 || turn.fail?.times === Infinity;

function callsOf(spot: Spot, given: readonly string[]): readonly ScriptCall[] {
  const [tool, second] = given.filter((key) => !words.includes(key));
  if (tool === undefined) return given.includes("calls") ? listed(spot.at("calls")) : [];
  if (isMisspelled(tool, spot.at(tool).value)) throw spot.at(tool).wrong(unknownKey(tool, "a turn", words));
  if (second !== undefined)
    throw spot.at(second).wrong(`"${second}" is a second call; list both under calls`);
  if (given.includes("calls"))
    throw spot.at(tool).wrong(`"${tool}" stands beside calls; put it into the list`);
  return [callOf(spot, tool)];
}

/** A tool may be called anything; what looks like a word and does not hold a tool's arguments is a slip. */
function isMisspelled(key: string, value: unknown): boolean {
  const near = words.filter((word) => meant(key, [word]) !== "");
  if (!isObject(value)) return near.length > 0;
  const members = Object.keys(value);
  return members.length > 0 && near.some((word) => isIn(members, membersOfWord.get(word) ?? []));
}

const isIn = (members: readonly string[], known: readonly string[]): boolean =>
  members.every((member) => known.includes(member));

function listed(spot: Spot): readonly ScriptCall[] {
  if (!Array.isArray(spot.value))
    throw spot.wrong(`calls is ${kindOf(spot.value)}; write a list of - TOOL: { … }`);
  return spot.value.map((value, index) => {
    const entry = spot.at(index);
    const [tool, second] = isObject(value) ? Object.keys(value) : [];
    if (tool === undefined) throw entry.wrong(`a call is ${kindOf(value)}; write TOOL: { … }`);
    if (second !== undefined) throw entry.at(second).wrong(`"${second}" is a second call; begin it with -`);
    return callOf(entry, tool);
  });
}

function callOf(spot: Spot, tool: string): ScriptCall {
  const args = spot.at(tool);
  if (!isObject(args.value)) {
    throw args.wrong(`the arguments of "${tool}" are ${kindOf(args.value)}; write a mapping, {} for none`);
  }
  return { tool, args: jsonOf(args, 64) };
}

/** @param levels of nesting that are left. @throws ModelRefused for what JSON cannot say */
function jsonOf(spot: Spot, levels: number): Json {
  const { value } = spot;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (levels === 0) throw spot.wrong("nested too deeply; write it flatter");
  if (Array.isArray(value)) return value.map((_, index) => jsonOf(spot.at(index), levels - 1));
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) {
    throw spot.wrong(`${kindOf(value)} is nothing that JSON can say; put it in quotes`);
  }
  return Object.fromEntries(Object.keys(value).map((key) => [key, jsonOf(spot.at(key), levels - 1)]));
}

const usageWords = ["input", "output", "cache_read", "cache_write", "cacheRead", "cacheWrite"];
const failWords = ["class", "message", "times"];
const membersOfWord: ReadonlyMap<string, readonly string[]> = new Map([
  ["usage", usageWords],
  ["fail", failWords],
]);

/** The cache's tokens are part of `input`. They may be spelled as in a journal too. */
function usageOf(spot: Spot): Usage {
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

function failureOf(spot: Spot): ScriptFailure {
  const given = membersOf(spot, "fail", failWords);
  const kind = oneOf(spot.at("class"), errorClasses);
  return {
    class: kind,
    message:
      "message" in given ? oneLine(textOf(spot.at("message")), 200) : `the script fails here with ${kind}`,
    times: "times" in given ? countOf(spot.at("times"), 1) : Infinity,
  };
}

const stopOf = (spot: Spot): Stop => oneOf(spot, stops);

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

function textOf(spot: Spot): string {
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
} satisfies Record<ModelErrorClass, true>) as ModelErrorClass[];
