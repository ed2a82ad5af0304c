import { readFileSync } from "node:fs";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));

/** Reference values by scipy and numpy; a row is one case. */
export const vectors = read("stats") as Record<string, Record<string, number>[]>;

/** The one case of a section whose members are lists and numbers. */
export const single = (section: string): Record<string, number & number[]> =>
  vectors[section] as unknown as Record<string, number & number[]>;

/** Rows of arguments with the value last. */
export const distributions = read("distributions") as Record<string, number[][]>;

/** How far from the value, relative to it where it is above 1. */
export const errorOf = (found: number, value: number | undefined): number =>
  Math.abs(found - (value ?? NaN)) / Math.max(1, Math.abs(value ?? 0));

/** How far from the value, relative to it however small it is. */
export const relativeErrorOf = (found: number, value: number | undefined): number =>
  Math.abs(found / (value ?? NaN) - 1);
