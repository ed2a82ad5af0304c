import { onTestFinished } from "vitest";
import { report } from "../../../src/evals/report/report.ts";
import type { StoredReport } from "../../../src/evals/report/report.ts";
import { anthropic } from "../../edges/models/wire/anthropic.ts";
import { compatible } from "../../edges/models/wire/compatible.ts";
import { key } from "../../edges/models/wire/kit.ts";
import type { Kit, Said } from "../../edges/models/wire/kit.ts";
import { openai } from "../../edges/models/wire/openai.ts";
import { serve, streaming } from "../../edges/models/wire/server.ts";
import type { Reply, Seen } from "../../edges/models/wire/server.ts";
import { fill, folder } from "../ground.ts";
import type { Files, Seat } from "../ground.ts";
import { mailCases, mailShop, run, said, sort, suiteFile } from "./eval-ground.ts";

/** A request, and how often this very one came until now. */
export interface Heard {
  /** As its sender wrote it. */
  readonly text: string;
  /** The number of the mail it is about; 0: of none. */
  readonly mail: number;
  /** From 1. */
  readonly time: number;
}

export interface Provider {
  readonly heard: readonly Heard[];
  readonly url: string;
}

/** A model as it is named, what its provider calls it when it answers, and what it costs. */
export interface Wire {
  readonly kit: Kit;
  readonly model: string;
  readonly served: string;
}

export const wires = {
  anthropic: { kit: anthropic, model: "anthropic/claude-haiku-4-5", served: "claude-haiku-4-5-20251001" },
  openai: { kit: openai, model: "openai/gpt-5-mini", served: "gpt-5-mini-2025-08-07" },
  compatible: { kit: compatible, model: "openai-compatible/qwen", served: "qwen-7b" },
} as const satisfies Readonly<Record<string, Wire>>;

/** A provider behind its wire: answers by what is asked, in its own words or in whichever way servers fail. */
export async function provider(
  { kit, served }: Wire,
  answer: (heard: Heard) => Said | Reply,
): Promise<Provider> {
  const heard: Heard[] = [];
  const times = new Map<string, number>();
  const server = await serve((response, seen) => {
    const one = heardOf(seen, times);
    heard.push(one);
    const given = answer(one);
    const reply = typeof given === "function" ? given : streaming(kit.frames({ model: served, ...given }));
    reply(response, seen);
  });
  onTestFinished(async () => server[Symbol.asyncDispose]());
  return { heard, url: server.url };
}

function heardOf({ body }: Seen, times: Map<string, number>): Heard {
  const text = JSON.stringify(body);
  const time = (times.get(text) ?? 0) + 1;
  times.set(text, time);
  return { text, time, mail: Number(/mail number (\d+)/.exec(text)?.[1] ?? 0) };
}

export const says = (text: string): Said => ({ blocks: [{ text }] });

/** What a judge submits. */
export const scores = (score: number): Said => ({
  blocks: [
    {
      id: "call_1",
      tool: "submit_verdict",
      json: JSON.stringify({
        scores: [{ criterion: "answers", score, explanation: "so" }],
        explanation: "all in all",
      }),
    },
  ],
});

/** A place from which these providers are asked. */
export async function seatOf(
  providers: Readonly<Partial<Record<keyof typeof wires, Pick<Provider, "url">>>>,
): Promise<Seat> {
  const { anthropic: first, openai: second, compatible: third } = providers;
  return {
    env: {
      HARNESS_HOLDS_DIR: await folder(),
      ...(first === undefined ? {} : { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: first.url }),
      ...(second === undefined ? {} : { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${second.url}/v1` }),
      ...(third === undefined ? {} : { OPENAI_COMPATIBLE_BASE_URL: `${third.url}/v1` }),
    },
  };
}

const prices = { [wires.compatible.model]: { input: 1, output: 5, cache_read: 0.1 } };

/** A shop with a prompt in production and one rule more in its file, to be asked of a model. */
export async function wiredShop(model: string, suite: object = {}, more: Files = {}): Promise<string> {
  const dir = await mailShop({
    "harness.yaml": JSON.stringify({ model, prices }),
    "tasks/mails/suite.yaml": suiteFile({ concurrency: 48, ...suite }),
    "tasks/mails/cases.jsonl": mailCases(12),
    ...more,
  });
  await said(dir, 0, "prompts commit sort -m one");
  await said(dir, 0, "promote prompt:sort@1 --to production --unproven --why first");
  await fill(dir, { "prompts/sort.prompt": sort("Be brief.") });
  return dir;
}

/** All that an evaluation found. */
export async function reportIn(dir: string, evaluation: string): Promise<StoredReport> {
  const {
    decision: _decided,
    over_all: _overAll,
    ...stored
  } = JSON.parse((await run(dir, 0, `report ${evaluation} --json`)).out) as StoredReport & {
    readonly decision: unknown;
    readonly over_all: unknown;
  };
  return report.parse(stored);
}
