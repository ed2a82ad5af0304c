import { isLasting } from "../../core/circuit.ts";
import type { ThreadId } from "../../core/id.ts";
import type { Message, ModelError, ModelResponse, Part } from "../../core/model.ts";
import type { Clock, Models, Prompts } from "../../core/ports.ts";
import { costOf } from "../cost-of.ts";
import { specOfTool } from "../../loop/tools.ts";
import { levelsText } from "../../loop/describe.ts";
import type { Sha256 } from "../../core/chain.ts";
import { readVerdict } from "./read-verdict.ts";
import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import type { Judge, Judged, JudgeRubric, Verdict } from "./verdict.ts";

export interface AskJudgePorts {
  readonly models: Models;
  readonly prompts: Prompts;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** How often a call is made that may have cost something each time. */
  readonly dearTries: number;
}

/** The judge did not come to a verdict, which says nothing of the answer. */
export interface NoVerdict {
  readonly why: string;
  readonly micros: number | null;
}

/**
 * One call of the judge; where its answer is no verdict it is told so and asked once more. What passes by itself is
 * waited out. @throws the reason of `signal` when it aborts, PromptError where the prompt cannot be rendered
 */
export async function askJudge(
  judge: Judge,
  rubric: JudgeRubric,
  judged: Judged,
  ports: AskJudgePorts,
  thread: ThreadId,
  signal: AbortSignal,
): Promise<Verdict | NoVerdict> {
  const { system, messages } = ports.prompts.render(
    judge.prompt.source,
    variablesOf(rubric, judged, ports.sha256),
  );
  const talk: Message[] = [...messages];
  let micros: number | null = 0;
  let why = "";
  for (let turn = 1; turn <= 2; turn++) {
    const said = await respond(judge, ports, { thread, turn, system, messages: talk }, signal);
    micros = micros === null || said.micros === null ? null : micros + said.micros;
    if (said.response.outcome === "failed")
      return { why: [...told(why), said.response.error.message].join("; told so, "), micros };
    const read = readVerdict(said.response, rubric.spec);
    if ("scores" in read) return { ...read, served: said.response.servedModel, micros };
    why = read.wrong;
    talk.push({ role: "assistant", parts: said.response.parts }, toldSo(said.response.parts, why));
  }
  return { why: told(why).join(), micros };
}

/** What was wrong with an answer of the judge, where there was one. */
const told = (wrong: string): string[] =>
  wrong === "" ? [] : [`the judge gave no verdict: ${wrong.replaceAll("\n", " ")}`];

/** The mark is of the material itself, so nothing in it can hold it. */
function variablesOf({ spec }: JudgeRubric, judged: Judged, sha256: Sha256): Record<string, unknown> {
  return {
    boundary: sha256(canonical(judged)).slice(0, 16),
    criteria: spec.criteria.map(({ id, ask, levels, must }) => ({
      key: id,
      ask,
      levels: levelsText(levels).trim(),
      must: must === undefined ? "" : String(must),
    })),
    variables: Object.entries(judged.vars).map(([name, value]) => ({ name, text: shown(value) })),
    references: judged.references,
    answer: judged.text,
    output: judged.output === null ? "" : shown(judged.output),
  };
}

const shown = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

const toldSo = (parts: readonly Part[], wrong: string): Message => {
  const results = parts.flatMap((part): Part[] =>
    part.type === "call" ? [{ type: "result", id: part.id, text: wrong, error: true }] : [],
  );
  return { role: "user", parts: results.length > 0 ? results : [{ type: "text", text: wrong }] };
};

interface Turn {
  readonly thread: ThreadId;
  readonly turn: number;
  readonly system: string;
  readonly messages: readonly Message[];
}

interface Said {
  readonly response: ModelResponse;
  readonly micros: number | null;
}

/** How often a call is made that fails in a way that passes, and how long at most between two, in milliseconds. */
const tries = 5;
const longestPauseMs = 60_000;

async function respond(
  judge: Judge,
  { models, clock, dearTries }: AskJudgePorts,
  turn: Turn,
  signal: AbortSignal,
): Promise<Said> {
  const model = await models.model(judge.model);
  let micros: number | null = 0;
  for (let attempt = 1; ; attempt++) {
    await clock.sleepUntil((await models.heldUntil(judge.model)) ?? 0, signal);
    signal.throwIfAborted();
    const request = {
      ...turn,
      messages: [...turn.messages],
      try: attempt,
      tools: [specOfTool("submit_verdict")],
      maxOutputTokens: judge.maxOutputTokens,
      deadline: clock.now() + judge.timeoutMs,
    };
    const response = await model.respond(request, signal);
    signal.throwIfAborted();
    const spent = costOf(response, model.price);
    micros = micros === null || spent === null ? null : micros + spent;
    if (response.outcome === "complete" || isFinal(response.error)) return { response, micros };
    if (attempt >= (spent === 0 ? tries : dearTries)) return { response, micros };
    await clock.sleepUntil(clock.now() + pauseMs(response.error, attempt), signal);
  }
}

const isFinal = ({ class: kind }: ModelError): boolean => isLasting(kind) || kind === "context-full";

const pauseMs = ({ retryAfterMs }: ModelError, attempt: number): number =>
  Math.max(retryAfterMs ?? 0, Math.min(longestPauseMs, 1000 * 2 ** (attempt - 1)));
