import { capitalize } from "../python-text.ts";

/**
 * `target` in the letter case of `source`: all small, all large, or with a large beginning; else as it is. A source with
 * a mark in it (`it's`) is neither all small nor all large. HELM: `match_case` (common/general.py).
 */
export function matchCase(source: string, target: string): string {
  const letters = Array.from(source);
  if (letters.every((letter) => /^\p{Lowercase}$/u.test(letter))) return target.toLowerCase();
  if (letters.every(isLarge)) return target.toUpperCase();
  return isLarge(letters[0] ?? "") ? capitalize(target) : target;
}

export const isLarge = (letter: string): boolean => /^\p{Uppercase}$/u.test(letter);
