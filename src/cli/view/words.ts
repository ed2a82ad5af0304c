import type { RunState } from "../../core/run.ts";
import { fit } from "./cells.ts";

/** `$1.94`; below ten cents to the tenth of a cent, so that small runs do not read $0.00. */
export function dollars(micros: number): string {
  const value = micros / 1e6;
  return `$${value.toFixed(value !== 0 && Math.abs(value) < 0.1 ? 4 : 2)}`;
}

/** `0:58`, `31:12`, `2:05:00`. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** What a run has cost, with what is not known said aloud. */
export function cost(run: RunState): string {
  const { micros, reservedMicros, unpriced, tokens } = run.spent;
  const unknown = unpriced > 0 ? ` + ${plural(unpriced, "call")} of unknown price` : "";
  const reserved = reservedMicros > 0 ? `, ${dollars(reservedMicros)} reserved` : "";
  const of = run.budget.micros === null ? "" : ` of ${dollars(run.budget.micros)}`;
  return unpriced > 0 && micros === 0
    ? `${tokens} tokens (price unknown)`
    : `${dollars(micros)}${reserved}${of}${unknown}`;
}

const unseen = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text of models and files, safe for a terminal: control and invisible characters are shown, never obeyed. */
export const visible = (text: string): string =>
  text.replaceAll(unseen, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** As `visible`, for what must stay one line as it is, like a path. */
export const inOneLine = (text: string): string =>
  visible(text).replaceAll("\n", "\\u{a}").replaceAll("\t", "\\u{9}");

/** One line of at most `width` cells, whatever the text holds. */
export const oneLine = (text: string, width: number): string =>
  fit(visible(text.replaceAll(/\s+/g, " ").trim()), width);

/** The criterion's own words, which are for a worker; its name and what came of it are enough for a line. */
const criterionWords =
  /(?<=^fail \S+: )(?:`[^\n]*` exits with \d+|this exits with \d+:\n```\n[\s\S]*?\n```)\n/gmu;

/** What a person is asked or told about, in one line: its headline and its cause. */
export const gist = (text: string, width: number): string =>
  oneLine(
    text
      .replace(/The last attempt was sent back\. What did not hold:\s*/, "")
      .replaceAll(criterionWords, "")
      .replace("\n", ": ")
      .replaceAll(/\b(exit \d+)\n(?=\S)/g, "$1: "),
    width,
  );
