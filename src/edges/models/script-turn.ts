import type { Json } from "../../core/canonical.ts";
import { isObject, rawOf } from "./arguments.ts";
import { meant } from "../../core/nearest.ts";
import type { ScriptCall, ScriptTurn } from "./script.ts";
import { delayOf, failureOf, failWords, stopOf, textOf, usageOf, usageWords } from "./script-words.ts";
import { kindOf, unknownKey } from "./script-yaml.ts";
import type { Spot } from "./script-yaml.ts";

const words = ["say", "calls", "usage", "delay_ms", "stop", "served", "fail"];

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
    usage: of("usage", (spot) => (spot.value === "none" ? "none" : usageOf(spot)), null),
    served: of("served", textOf, null),
    delayMs: of("delay_ms", delayOf, null),
    fail: of("fail", failureOf, null),
  };
  if (!givesSomething(turn, given)) throw spot.wrong("this turn gives no answer; add say, a call or stop");
  return turn;
}

const silent: ScriptTurn = {
  say: "",
  calls: [],
  stop: null,
  usage: null,
  served: null,
  delayMs: null,
  fail: null,
};

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

const membersOfWord: ReadonlyMap<string, readonly string[]> = new Map([
  ["usage", usageWords],
  ["fail", failWords],
]);

function listed(spot: Spot): readonly ScriptCall[] {
  if (!Array.isArray(spot.value))
    throw spot.wrong(`calls is ${kindOf(spot.value)}; write a list of - TOOL: { … }`);
  return spot.value.map((value, index) => {
    const entry = spot.at(index);
    if (isObject(value) && isRaw(value)) return rawCall(entry);
    const [tool, second] = isObject(value) ? Object.keys(value) : [];
    if (tool === undefined) throw entry.wrong(`a call is ${kindOf(value)}; write TOOL: { … }`);
    if (second !== undefined) throw entry.at(second).wrong(`"${second}" is a second call; begin it with -`);
    return callOf(entry, tool);
  });
}

const isRaw = (value: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(value).toSorted().join() === "raw,tool";

/** `{ tool: NAME, raw: TEXT }` */
const rawCall = (spot: Spot): ScriptCall => ({
  tool: textOf(spot.at("tool")),
  args: null,
  raw: rawOf(textOf(spot.at("raw"))),
});

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
