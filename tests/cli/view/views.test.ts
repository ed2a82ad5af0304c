import { expect, test } from "vitest";
import { MissingBlob } from "../../../src/core/ports.ts";
import type { Entry } from "../../../src/core/event.ts";
import type { Io } from "../../../src/cli/io.ts";
import { liveView } from "../../../src/cli/view/live.ts";
import { plainView } from "../../../src/cli/view/plain.ts";
import type { View } from "../../../src/cli/view/plain.ts";
import type { Blobs } from "../../../src/core/ports.ts";
import { digest, runOf } from "./state.ts";

const io: Io = {
  cwd: "/",
  env: {},
  out: () => undefined,
  err: () => undefined,
  isTerminal: true,
  isOutTerminal: true,
  columns: 80,
  rows: 24,
  keyboard: null,
};
const missing = (): never => {
  throw new MissingBlob(digest);
};
const blobs: Blobs = {
  get: async () => missing(),
  put: async () => missing(),
  putStream: async () => missing(),
  getStream: missing,
  missing: async (all) => all,
};

/** Told in words that are in a blob. */
const rejected: Entry = {
  type: "plan-rejected",
  body: { version: 1, errors: digest, by: { type: "harness" } },
  run: "7k2m",
  seq: 1,
  at: 0,
  epoch: 1,
  v: 1,
  prev: digest,
  hash: digest,
};
const judged: Entry = {
  ...rejected,
  type: "criterion-judged",
  body: {
    task: "one",
    attempt: 1,
    grading: 1,
    criterion: "c",
    result: "fail",
    score: null,
    exit: 1,
    explanation: digest,
    output: null,
  },
};
const journal = {
  read: async function* () {},
  runs: async () => [],
  own: async () => missing(),
  append: async () => missing(),
  answer: async () => missing(),
  answers: async () => [],
};

test.each<[string, Entry, () => View]>([
  ["lines", rejected, () => plainView(io, blobs)],
  ["picture", judged, () => liveView(io, { blobs, journal, clock: { now: () => 0 } }, runOf([]), "ctrl-c")],
])("words that cannot be read are told at the end, and stop nothing before: %s", async (_, entry, view) => {
  const shown = view();
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  shown.see(entry, runOf([]));
  await new Promise((resolve) => setImmediate(resolve));
  shown.say("goes on");
  await expect(shown.close()).rejects.toThrow(MissingBlob);
  await shown.close();
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});
