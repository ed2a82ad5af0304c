import type { Message, Part } from "../../core/model.ts";

/**
 * Gives every call an id of its own, in the answer and against the conversation before it: providers refuse
 * a history in which two calls share one. The same answer to the same request always gets the same ids.
 */
export function withOwnIds(parts: readonly Part[], before: readonly Message[]): readonly Part[] {
  const taken = new Set(before.flatMap(({ parts }) => parts.flatMap(idOf)));
  return parts.map((part) => {
    if (part.type !== "call") return part;
    const id = freeId(part.id === "" ? "call" : part.id, taken);
    taken.add(id);
    return { ...part, id };
  });
}

const idOf = (part: Part): readonly string[] => (part.type === "call" ? [part.id] : []);

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}
