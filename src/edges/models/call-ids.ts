import type { Message, Part } from "../../core/model.ts";

/** Providers take ids of at most 64 characters; room is left for a number. */
const maxId = 56;

/**
 * Gives every call an id of its own, in the answer and against the conversation before it: providers refuse
 * a history in which two calls share one, or one with characters other than letters, digits, `_` and `-`.
 * The same answer to the same request always gets the same ids.
 */
export function withOwnIds(parts: readonly Part[], before: readonly Message[]): readonly Part[] {
  const taken = new Set(before.flatMap(({ parts }) => parts.flatMap(idOf)));
  const numbers = new Map<string, number>();
  return parts.map((part) => {
    if (part.type !== "call") return part;
    const id = freeId(plainId(part.id), taken, numbers);
    taken.add(id);
    return { ...part, id };
  });
}

const idOf = (part: Part): readonly string[] => (part.type === "call" ? [part.id] : []);

const plainId = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, maxId) || "call";

/** @param numbers by id, the next that may be free: many calls with one id must not take long. */
function freeId(wanted: string, taken: ReadonlySet<string>, numbers: Map<string, number>): string {
  if (!taken.has(wanted)) return wanted;
  let number = numbers.get(wanted) ?? 2;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  numbers.set(wanted, number + 1);
  return `${wanted}-${number}`;
}
