/**
 * `evaluation-child.ts PROJECT EVALUATION CANDIDATE CASES KILL`: an evaluation wired as `harness eval` is, in a process of its own.
 * `asked-PID` in the project grows by a line for each request that is sent. KILL > 0: killed as soon as so many answers are durable.
 * Once it owns the evaluation it begins when its stdin is closed. Its last line on stdout is JSON: what it found, or who owns the evaluation.
 */
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { redaction } from "../../../src/core/redaction.ts";
import { answerStore } from "../../../src/cli/evaluation/answer-store.ts";
import type { Clock, Models } from "../../../src/core/ports.ts";
import { openModels } from "../../../src/edges/models/models.ts";
import { prompts } from "../../../src/edges/prompts/prompts.ts";
import { openEvaluations } from "../../../src/edges/sqlite/evaluations.ts";
import type { Arm } from "../../../src/evals/answer.ts";
import { gateSpec } from "../../../src/evals/gate/spec.ts";
import { evaluate } from "../../../src/evals/runner/evaluate.ts";
import { purse } from "../../../src/evals/runner/purse.ts";
import type { AnswerStore } from "../../../src/evals/runner/store.ts";
import { promptSubject } from "../../../src/evals/subject/prompt.ts";

const [dir = "", id = "", candidate = "", cases = "", kill = ""] = process.argv.slice(2);
const clock: Clock = {
  now: () => Date.now(),
  sleepUntil: async (until) => new Promise((resolve) => void setTimeout(resolve, until - Date.now())),
};

/** Durable: `put` of the store resolves after its commit, in the order in which answers were given. */
let durable = 0;
let given = 0;
const evaluations = await openEvaluations(join(dir, ".harness"), (at) => {
  if (at !== "answers/after") return;
  durable = given;
  if (Number(kill) > 0 && durable >= Number(kill)) process.kill(process.pid, "SIGKILL");
});
const inner = answerStore(evaluations, { redaction: redaction([]) });
const store: AnswerStore = {
  find: async (keys) => inner.find(keys),
  put: async (answer) => {
    given += 1;
    return inner.put(answer);
  },
};

const opened = openModels({ projectDir: dir, env: { HARNESS_HOLDS_DIR: dir }, project: {} });
const models: Models = {
  heldUntil: async (name) => opened.heldUntil(name),
  model: async (name) => {
    const model = await opened.model(name);
    return {
      name: model.name,
      price: model.price,
      respond: async (request, signal) => {
        appendFileSync(join(dir, `asked-${process.pid}`), `${request.thread} ${request.system}\n`);
        return model.respond(request, signal);
      },
    };
  },
};

const armOf = (version: string): { source: string; file: string; model: string; modelIdentity: null } => ({
  source: `---\ninput:\n  schema:\n    q: string\n---\n{{role "system"}}\n${version}\n{{role "user"}}\n{{q}}\n`,
  file: `${version}.prompt`,
  model: "scripted/script.yaml",
  modelIdentity: null,
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const arms: readonly Arm[] = ["candidate", "baseline"];
const taken = await evaluations.own(id);
if ("owner" in taken) {
  say(JSON.stringify(taken));
} else {
  say("owned");
  await once(process.stdin.resume(), "end");
  const ended = await evaluate(
    {
      subject: promptSubject(
        { prompts: prompts(), models, clock },
        {
          arms: { candidate: armOf(candidate), baseline: armOf("production") },
          maxOutputTokens: 100,
          timeoutMs: 60_000,
          logprobs: false,
          onRepeat: () => undefined,
        },
      ),
      scorer: {
        score: async (_, { text }) => ({
          scores: { quality: text.trim() === "yes" ? 1 : 0 },
          whys: {},
          micros: 0,
        }),
      },
      store,
      clock,
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      purse: purse(null),
    },
    {
      id,
      arms,
      items: Array.from({ length: Number(cases) / 2 }, (_, n) => ({
        case: { id: `c${n}`, groups: [], vars: { q: `question ${n}` } },
        cluster: `c${n}`,
      })),
      forms: [],
      gate: gateSpec.parse({
        guards: { quality: { kind: "rate", metric: "quality", better: "higher", margin: 0.05 } },
        looks: [1],
      }),
      isGated: true,
      judge: null,
      models: {},
      concurrency: 64,
      freshMs: 3_600_000,
      until: null,
      workedMs: 0,
    },
    new AbortController().signal,
    {
      onProgress: () => undefined,
      onLook: () => undefined,
      onNote: (note) => void process.stderr.write(`${note}\n`),
    },
  );
  await taken.owned.release();
  evaluations.close();
  say(
    JSON.stringify({
      verdict: ended.decision?.verdict,
      answers: ended.answers.length,
      reused: ended.answers.filter(({ reused }) => reused).length,
      spent: ended.looks.map(({ answers }) => answers),
    }),
  );
}
