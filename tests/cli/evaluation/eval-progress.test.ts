import { expect, test } from "vitest";
import { progressLine } from "../../../src/cli/evaluation/progress.ts";
import type { Progress } from "../../../src/evals/runner/tally.ts";
import { ioAt } from "./ground.ts";

const at = (samples: number, done: number, asked: number, toAsk = 100 - done): Progress => ({
  samples,
  done,
  total: 100,
  asked,
  toAsk,
  reused: 0,
  micros: 10_000 * asked,
  errors: 0,
  outages: 0,
});

function written(isTerminal: boolean) {
  let [now, text] = [0, ""];
  const io = {
    ...ioAt("/"),
    isTerminal,
    columns: 100,
    err: (more: string) => void (text += more.replaceAll("\r\u001B[K", "<clear>")),
  };
  const line = progressLine(io, () => now);
  const after = (ms: number, progress: Progress): string => {
    [now, text] = [now + ms, ""];
    line.onProgress(progress);
    return text;
  };
  return { after, line, text: () => text };
}

test("at a terminal the line is written in place; time left goes by what this look asked", () => {
  const { after, line, text } = written(true);
  expect(after(10, at(2, 1, 1))).toBe("");
  expect(after(60_000, at(2, 51, 51))).toMatch(/^<clear> K=2 {2}51 of 100 .*1 min, about (57|58|59) s left/);
  after(60_000, at(2, 100, 100));
  after(10, at(4, 1, 101));
  expect(after(60_000, at(4, 51, 151))).toMatch(/K=4 {2}51 of 100 .*about (57|58|59|60) s left/);
  line.say("look\n");
  expect(text()).toMatch(/<clear>look\n$/);
});

test("what is known takes no time", () => {
  const { after } = written(true);
  after(10, at(2, 60, 1, 39));
  expect(after(60_000, at(2, 70, 10, 20))).toMatch(/1 min, about 2 min left/);
  expect(after(60_000, at(2, 80, 0, 0))).not.toContain("left");
});

test("elsewhere a line is written every half minute, and none when all is done", () => {
  const { after } = written(false);
  expect(after(10, at(2, 1, 1))).toBe("");
  expect(after(29_000, at(2, 2, 2))).toBe("");
  expect(after(1_000, at(2, 3, 3))).toMatch(/^ K=2 {2}3 of 100 .*\n$/);
  expect(after(60_000, at(2, 100, 100))).toBe("");
});
