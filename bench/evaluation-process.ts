/**
 * `evaluation-process.ts whole|bare DIR`: the same asks, wired as `harness eval` is; `bare` without store and scores.
 * Prints milliseconds and the most bytes that were resident.
 */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import PQueue from "p-queue";
import type { Clock } from "../src/core/ports.ts";
import { redaction } from "../src/core/redaction.ts";
import { answerStore } from "../src/cli/evaluation/answer-store.ts";
import { openModels } from "../src/edges/models/models.ts";
import { prompts } from "../src/edges/prompts/prompts.ts";
import { openEvaluations } from "../src/edges/sqlite/evaluations.ts";
import { gateSpec } from "../src/evals/gate/spec.ts";
import { quasiExactMatch } from "../src/evals/metrics/matching.ts";
import { evaluate } from "../src/evals/runner/evaluate.ts";
import type { EvaluationPlan } from "../src/evals/runner/evaluate.ts";
import type { GatherPorts } from "../src/evals/runner/gather.ts";
import { asksBetween } from "../src/evals/runner/order.ts";
import { purse } from "../src/evals/runner/purse.ts";
import { promptSubject } from "../src/evals/subject/prompt.ts";
import { timed } from "./figures.ts";

const [mode, dir = ""] = process.argv.slice(2);
const [cases, delayMs, wide] = [5000, 20, 64];

const clock: Clock = {
  now: () => Date.now(),
  sleepUntil: async (until, signal) => {
    const ms = until - Date.now();
    if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const source = `---
input:
  schema:
    question: string
---
{{role "system"}}
${"You answer questions about tables of a small company. You answer with one word. ".repeat(20)}
{{role "user"}}
{{question}}
`;
const words =
  "Which of the twelve accounts was closed first, and why does the sum of the third column differ? ";

await writeFile(join(dir, "script.yaml"), `delay_ms: ${delayMs}\n"*/*/*":\n  - The first.\n`);
const models = openModels({ projectDir: dir, env: { HARNESS_HOLDS_DIR: dir }, project: {} });
const subject = promptSubject(
  { prompts: prompts(), models, clock },
  {
    arms: {
      candidate: { source, file: "a.prompt", model: "scripted/script.yaml", modelIdentity: null },
    },
    maxOutputTokens: 100,
    timeoutMs: 60_000,
    logprobs: false,
    onRepeat: () => undefined,
  },
);
const plan: EvaluationPlan = {
  id: "bench",
  models: {},
  arms: ["candidate"],
  items: Array.from({ length: cases }, (_, n) => ({
    case: { id: `case-${n}`, groups: [], vars: { question: `${words.repeat(5)} ${n}` }, expect: "the first" },
    cluster: `case-${n}`,
  })),
  forms: [],
  gate: gateSpec.parse({
    guards: { quality: { kind: "rate", metric: "quality", better: "higher", margin: 0.05, floor: 0.5 } },
    looks: [1],
  }),
  isGated: true,
  judge: null,
  concurrency: wide,
  freshMs: 0,
  until: null,
  workedMs: 0,
};
const never = new AbortController().signal;

async function whole(): Promise<number> {
  const evaluations = await openEvaluations(join(dir, ".harness"));
  const ports: GatherPorts = {
    subject,
    scorer: {
      score: async (_, { text }) => ({
        scores: { quality: quasiExactMatch("the first", text) },
        whys: {},
        micros: 0,
      }),
    },
    store: answerStore(evaluations, { redaction: redaction([]) }),
    clock,
    sha256,
    purse: purse(null),
  };
  let told = 0;
  const spent = await timed(async () => {
    const ended = await evaluate(ports, plan, never, {
      onProgress: () => void (told += 1),
      onLook: () => undefined,
      onNote: () => undefined,
    });
    if (ended.decision?.verdict !== "PROMOTE" || ended.answers.length !== cases || told !== cases)
      throw new Error(`${ended.answers.length} answers, ${ended.decision?.verdict}`);
  });
  evaluations.close();
  return spent;
}

async function bare(): Promise<number> {
  const queue = new PQueue({ concurrency: wide });
  return timed(async () => {
    for (const ask of asksBetween(sha256, plan.arms, plan.items, { from: 0, to: 1 }))
      void queue.add(async () => subject.answer(ask, never));
    await queue.onIdle();
  });
}

const before = process.cpuUsage();
const ms = mode === "bare" ? await bare() : await whole();
const { user, system } = process.cpuUsage(before);
const bytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ms, bytes, cpuMs: (user + system) / 1000 }));
