import { expect, test } from "vitest";
import { effectsOf } from "../../src/core/inherited.ts";
import type { Entry, RunEvent } from "../../src/core/event.ts";

const digest = (letter: string): string => letter.repeat(64);
const call = "task/a/1/1/0";

/** A call that asks for `a`, and is run with these arguments. */
const began = (args: string): readonly RunEvent[] => [
  {
    type: "model-ended",
    body: {
      thread: "task/a/1",
      turn: 1,
      try: 1,
      outcome: "complete",
      response: digest("9"),
      stop: "calls",
      servedModel: "m",
      usage: null,
      charged: { micros: 0, input: 0, output: 0 },
      error: null,
      retryAt: null,
      firstTokenMs: null,
      calls: [{ index: 0, tool: "post", args: digest("a"), valid: true }],
    },
  },
  {
    type: "call-started",
    body: {
      call,
      try: 1,
      tool: "post",
      args: digest(args),
      reach: "outside",
      cwd: "/workspace",
      image: "i",
      policy: digest("0"),
      tree: null,
      approval: null,
      key: null,
      probe: null,
      hosts: [],
      deadline: 0,
    },
  },
];

const ended = (effect: "done" | "failed"): RunEvent => ({
  type: "call-ended",
  body: {
    call,
    try: 1,
    outcome: "ok",
    exit: null,
    result: digest("8"),
    output: null,
    dropped: 0,
    tree: null,
    effect,
    ms: 0,
  },
});

const settled = (finding: "happened" | "did-not" | "skip"): RunEvent => ({
  type: "effect-settled",
  body: { call, finding, evidence: null, result: digest("7"), by: { type: "harness" } },
});

const doubted: RunEvent = { type: "effect-doubted", body: { call, why: "crash" } };

const effects = (...events: readonly RunEvent[]): readonly object[] =>
  effectsOf("7k2m", events as readonly Entry[], []).map(({ args, asked, finding, result }) => ({
    args,
    asked,
    finding,
    result,
  }));

test("what was done is known by what was run and by what was asked for, also where a person edited it", () => {
  expect(effects(...began("b"), ended("done"))).toEqual([
    { args: digest("b"), asked: digest("a"), finding: "done", result: digest("8") },
  ]);
});

test("what failed is not done; what is in doubt is so until it is settled", () => {
  const inDoubt = { args: digest("a"), asked: digest("a"), finding: "in-doubt", result: null };
  expect(effects(...began("a"), ended("failed"))).toEqual([]);
  expect(effects(...began("a"))).toEqual([inDoubt]);
  expect(effects(...began("a"), doubted)).toEqual([inDoubt]);
  expect(effects(...began("a"), doubted, settled("skip"))).toEqual([inDoubt]);
  expect(effects(...began("a"), doubted, settled("did-not"))).toEqual([]);
  expect(effects(...began("a"), doubted, settled("happened"))).toEqual([
    { ...inDoubt, finding: "done", result: digest("7") },
  ]);
});
