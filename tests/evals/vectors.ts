import vectors from "./vectors/helm.json" with { type: "json" };

/**
 * Values that HELM itself gives, at the commit that `_meta` names: from its tests, and from running it. `origin` says
 * which.
 */
export const helm = vectors;

/** Whether two values are one but for rounding. */
export function isNear(a: unknown, b: unknown, within = 1e-9): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= within;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, at) => isNear(one, b[at], within));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, one]) => isNear(one, right.get(key), within));
}
