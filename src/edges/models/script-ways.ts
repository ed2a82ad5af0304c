import { isObject } from "./arguments.ts";
import { spaced } from "./script.ts";
import type { ScriptWay } from "./script.ts";
import { turnOf } from "./script-turn.ts";
import { textOf } from "./script-words.ts";
import { kindOf, membersOf } from "./script-yaml.ts";
import type { Spot } from "./script-yaml.ts";

/**
 * What stands behind the key of a thread: turns, or alternatives of `when`, `not` and `turns`, of which the first that fits
 * what is asked answers. @throws ModelRefused
 */
export function waysOf(spot: Spot, key: string): readonly ScriptWay[] {
  const entries = listed(spot, `the turns of ${key}`, `${key} has no turns; add one, or take the key out`);
  const isWay = entries.map(({ value }) => isAlternative(value));
  if (!isWay.includes(true)) return [{ when: [], not: [], turns: entries.map(turnOf) }];
  const odd = entries[isWay.indexOf(false)];
  if (odd !== undefined) {
    throw odd.wrong(
      `${key} lists alternatives, and this is a turn; put it under turns: of one of them, or of one of its own`,
    );
  }
  const ways = entries.map(wayIn);
  const always = ways.findIndex(({ when, not }) => when.length + not.length === 0);
  const never = entries[always + 1];
  if (always >= 0 && never !== undefined) {
    throw never.wrong("this is never asked, as the one before fits always; put the one without when last");
  }
  return ways;
}

const members = ["when", "not", "turns"];

/** A tool may bear the same name: what it is given is a mapping. */
const isAlternative = (value: unknown): boolean =>
  isObject(value) && members.some((name) => name in value && !isObject(value[name]));

function wayIn(spot: Spot): ScriptWay {
  const given = membersOf(spot, "an alternative", members);
  if (!("turns" in given)) throw spot.wrong("this alternative has no turns; write turns: and a list of them");
  const turns = listed(
    spot.at("turns"),
    "turns",
    "this alternative has no turns; add one, or take the alternative out",
  );
  return { when: conditionOf(spot, "when"), not: conditionOf(spot, "not"), turns: turns.map(turnOf) };
}

/** One text, or several. */
function conditionOf(spot: Spot, name: "when" | "not"): readonly string[] {
  const given = spot.at(name);
  if (given.value === undefined) return [];
  if (!Array.isArray(given.value)) return [soughtIn(given, name)];
  return listed(given, name, `${name} lists no text; add one, or take ${name} out`).map((one) =>
    soughtIn(one, name),
  );
}

function soughtIn(spot: Spot, name: string): string {
  const text = spaced(textOf(spot));
  if (text === "") throw spot.wrong(`${name} is an empty text, which stands everywhere; write words`);
  return text;
}

function listed(spot: Spot, what: string, empty: string): readonly Spot[] {
  if (!Array.isArray(spot.value)) {
    throw spot.wrong(`${what} are ${kindOf(spot.value)}; write a list, each turn after a -`);
  }
  if (spot.value.length === 0) throw spot.wrong(empty);
  return spot.value.map((_, index) => spot.at(index));
}
