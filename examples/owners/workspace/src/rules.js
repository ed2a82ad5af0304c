import picomatch from "picomatch";
import { parse } from "yaml";

/** @returns the rules of an owners.yaml, in its order */
export const readRules = (text) =>
  Object.entries(parse(text)).map(([glob, team]) => ({ team, fits: picomatch(glob, { dot: true }) }));

/** @returns the team of the last rule that fits; null: no team owns the path */
export function ownerOf(rules, path) {
  return rules.findLast(({ fits }) => fits(path))?.team ?? null;
}
