import type { RunState } from "../../core/run.ts";
import { fit } from "./cells.ts";
import { stillVisible } from "./visible.ts";

/** `$1.94`; below ten cents to the hundredth of a cent, so that small runs do not read $0.00, unless `digits` says otherwise. */
export function dollars(micros: number, digits?: number): string {
  const value = micros / 1e6;
  return `$${value.toFixed(digits ?? (value !== 0 && Math.abs(value) < 0.1 ? 4 : 2))}`;
}

/** `0:58`, `31:12`, `2:05:00`. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long something has been so, as a person says it: `less than a minute`, `3 min`, `6 h 12 min`, `2 days`. */
export function age(ms: number): string {
  if (ms < minute) return "less than a minute";
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < day) {
    const minutes = Math.floor((ms % hour) / minute);
    return `${Math.floor(ms / hour)} h${minutes === 0 ? "" : ` ${minutes} min`}`;
  }
  return plural(Math.floor(ms / day), "day");
}

/** `940`, `12.3k`, `1.2M`: for counts of tokens, of which nobody reads the last digits. */
export function short(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_500) return `${(count / 1_000).toFixed(count < 99_950 ? 1 : 0)}k`;
  return `${(count / 1_000_000).toFixed(count < 99_950_000 ? 1 : 0)}M`;
}

/** `1.2M in (78 % cached), 45k out`. `input` includes `cached`. */
export function tokensText(tokens: {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}): string {
  const { input, cached, output } = tokens;
  const share = cached === 0 ? "" : ` (${Math.round((100 * cached) / input)} % cached)`;
  return `${short(input)} in${share}, ${short(output)} out`;
}

/** `14:31`, with the day before it unless that is today; in the time zone of whoever reads. */
export function timeOfDay(at: number, now: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = (date: Date): string =>
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return day(date) === day(new Date(now)) ? time : `${day(date)} ${time}`;
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

const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** What people typed, in a sentence about it: the spelling in which it could be typed again. */
export const inOneLine = (text: string): string =>
  text.replaceAll(unseen, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** One line of at most `width` cells, whatever the text holds. */
export const oneLine = (text: string, width: number): string =>
  fit(
    stillVisible(
      text
        .replaceAll(/\s+/g, " ")
        .trim()
        .slice(0, 8 * width + 80),
    ),
    width,
  );

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
