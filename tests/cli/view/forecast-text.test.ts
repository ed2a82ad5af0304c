import { expect, test } from "vitest";
import { forecastText } from "../../../src/cli/view/forecast-text.ts";
import { age, short, timeOfDay, tokensText } from "../../../src/cli/view/words.ts";

const minutes = (low: number, high: number): [number, number] => [low * 60_000, high * 60_000];

test.each([
  [{ micros: [2_100_000, 4_600_000], ms: minutes(25, 50) }, "$2.10–4.60, 25–50 min"],
  [{ micros: null, ms: minutes(25, 50) }, "62.4k–412k tokens, 25–50 min"],
  [{ micros: [100_000, 100_000], ms: [1_200, 99_000] }, "$0.10, 1–99 s"],
  [{ micros: [1e6, 2e6], ms: minutes(90, 200) }, "$1.00–2.00, 1–4 h"],
] as const)("%j reads %s", ({ micros, ms }, text) => {
  const range = micros === null ? null : ([...micros] as [number, number]);
  expect(forecastText({ micros: range, tokens: [62_400, 412_000], ms: [...ms] as [number, number] })).toBe(
    text,
  );
});

test.each([
  [59_999, "less than a minute"],
  [60_000, "1 min"],
  [22_320_000, "6 h 12 min"],
  [7_200_000, "2 h"],
  [86_400_000, "1 day"],
  [864_000_000, "10 days"],
])("%i ms are %s", (ms, text) => {
  expect(age(ms)).toBe(text);
});

test.each([
  [999, "999"],
  [1_000, "1.0k"],
  [99_949, "99.9k"],
  [99_950, "100k"],
  [999_499, "999k"],
  [1_234_567, "1.2M"],
  [123_456_789, "123M"],
])("%i is %s", (count, text) => {
  expect(short(count)).toBe(text);
});

test("tokens say what the cache spared", () => {
  expect(tokensText({ input: 1_200_000, cached: 936_000, output: 45_200 })).toBe(
    "1.2M in (78 % cached), 45.2k out",
  );
  expect(tokensText({ input: 0, cached: 0, output: 0 })).toBe("0 in, 0 out");
});

test("a time of another day is told with the day", () => {
  const at = new Date(2026, 6, 2, 14, 31).getTime();
  expect(timeOfDay(at, at + 3_600_000)).toBe("14:31");
  expect(timeOfDay(at, at + 86_400_000)).toBe("2026-07-02 14:31");
});
