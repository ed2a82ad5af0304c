import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import type { Message, Model, ModelError, ModelRequest, ModelResponse } from "../../core/model.ts";
import type { Clock, Models, Prompts } from "../../core/ports.ts";
import type { Answered, Arm, Ask } from "../answer.ts";
import { costOf } from "../cost-of.ts";
import type { PromptCase } from "../suite/case.ts";
import { SubjectRefused, unanswered } from "./subject.ts";
import type { Subject } from "./subject.ts";

/** One arm: a prompt as production renders it, and the model that is asked. */
interface PromptArm {
  readonly source: string;
  /** How errors name it. */
  readonly file: string;
  readonly model: string;
  /** What besides its name determines what the model says: of a scripted one the digest of its script. */
  readonly modelIdentity: Json;
}

export interface PromptSubjectOptions {
  readonly arms: Readonly<Partial<Record<Arm, PromptArm>>>;
  readonly maxOutputTokens: number;
  readonly timeoutMs: number;
  /** Asks for the probabilities of the tokens too. */
  readonly logprobs: boolean;
  /** Told each time that an outage is waited out. */
  readonly onRepeat?: (error: ModelError) => void;
}

interface PromptPorts {
  readonly prompts: Prompts;
  readonly models: Models;
  readonly clock: Clock;
}

/** How often one ask is sent before its outage is given up for now. */
const tries = 6;

/** One call for each case, rendered and sent as production does it. */
export function promptSubject(ports: PromptPorts, options: PromptSubjectOptions): Subject {
  const rendered = rendering(ports);
  let waited = 0;
  const onRepeat = (error: ModelError): void => {
    waited += 1;
    options.onRepeat?.(error);
  };
  return {
    waitedOut: () => waited,
    identity: async (ask) => {
      const arm = armOf(options, ask);
      const { maxOutputTokens, timeoutMs } = options;
      return {
        model: arm.model,
        identity: arm.modelIdentity,
        case: ask.item.case.id,
        maxOutputTokens,
        timeoutMs,
        ...(options.logprobs ? { logprobs: true } : {}),
        ...(rendered(arm, ask) as unknown as Record<string, Json>),
      };
    },
    ceiling: async (ask) => {
      const arm = armOf(options, ask);
      const { price } = await ports.models.model(arm.model);
      if (price === null) return null;
      // A token is never less than a byte; a cache may be written, which can be dearer.
      const bytes = Buffer.byteLength(canonical(rendered(arm, ask)));
      const dearest = Math.max(price.input, price.cacheWrite);
      return Math.ceil(bytes * dearest + options.maxOutputTokens * price.output);
    },
    answer: async (ask, signal, attempt = 1) => {
      const arm = armOf(options, ask);
      const model = await ports.models.model(arm.model);
      const request = requestOf(rendered(arm, ask), ask, options);
      return untilAnswered(ports, { ...options, onRepeat, attempt }, model, request, signal);
    },
  };
}

function armOf({ arms }: PromptSubjectOptions, { arm }: Ask): PromptArm {
  const found = arms[arm];
  if (found === undefined) throw new Error(`there is no ${arm}`);
  return found;
}

interface Rendered {
  readonly system: string;
  readonly messages: readonly Message[];
}

/** An ask is rendered once, however often it is looked at. @throws PromptError for variables that the prompt does not declare */
function rendering({ prompts }: PromptPorts): (arm: PromptArm, ask: Ask) => Rendered {
  const known = new WeakMap<Ask, Rendered>();
  return ({ source, file }, ask) => {
    const found = known.get(ask) ?? prompts.render(source, (ask.item.case as PromptCase).vars, file);
    known.set(ask, found);
    return found;
  };
}

type Unsent = Omit<ModelRequest, "try" | "deadline">;

const requestOf = (
  { system, messages }: Rendered,
  ask: Ask,
  { maxOutputTokens, logprobs }: PromptSubjectOptions,
): Unsent => ({
  thread: `case/${ask.item.case.id}/${ask.sample}`,
  turn: 1,
  system,
  tools: [],
  messages,
  maxOutputTokens,
  ...(logprobs ? { logprobs } : {}),
});

type Asking = Required<Pick<PromptSubjectOptions, "timeoutMs" | "onRepeat">> & { readonly attempt: number };

/**
 * Outages are waited out, as long as the provider says or ever longer. One that cost something ends it: money for one answer
 * was reserved, and what was charged counts.
 */
async function untilAnswered(
  { clock, models }: PromptPorts,
  { timeoutMs, onRepeat, attempt: first }: Asking,
  model: Model,
  request: Unsent,
  signal: AbortSignal,
): Promise<Answered> {
  for (let attempt = first; ; attempt += 1) {
    await untilFree(clock, models, model.name, signal);
    const begun = clock.now();
    const deadline = begun + timeoutMs;
    const response = await model.respond({ ...request, try: attempt, deadline }, signal);
    const latencyMs = clock.now() - begun;
    if (response.outcome === "complete") return completed(response, model, latencyMs);
    const { error } = response;
    const outcome = endingOf(model.name, error, clock.now() >= deadline);
    const micros = costOf(response, model.price);
    if (outcome === "error" || micros !== 0 || attempt === tries || signal.aborted)
      return { ...unanswered(outcome, `${error.class}: ${error.message}`), micros, latencyMs };
    onRepeat(error);
    await clock.sleepUntil(clock.now() + pauseMs(error, attempt), signal);
  }
}

/** Others on this machine may be told to wait longer meanwhile. */
async function untilFree(clock: Clock, models: Models, name: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const until = await models.heldUntil(name);
    if (until === null || until <= clock.now() || signal.aborted) return;
    await clock.sleepUntil(until, signal);
  }
}

const pauseMs = ({ retryAfterMs }: ModelError, attempt: number): number =>
  Math.max(retryAfterMs ?? 0, 500 * 2 ** (attempt - 1));

/**
 * Whether a failure says something of the version that is evaluated: an answer that took too long does, a provider that
 * fell silent does not. @throws SubjectRefused
 */
function endingOf(model: string, error: ModelError, isLate: boolean): "error" | "outage" {
  if (noUse.has(error.class) || error.status === nowhere)
    throw new SubjectRefused(`${model}: ${error.message}; what was answered is kept, mend it and go on`);
  switch (error.class) {
    case "stalled":
      return error.wasComing === true ? "error" : "outage";
    case "auth":
    case "missing-script":
    case "wrong-model":
    case "bad-request":
    case "context-full":
      return "error";
    case "rate-limit":
    case "overloaded":
    case "server":
    case "network":
    case "protocol":
      return isLate ? "error" : "outage";
  }
}

const noUse: ReadonlySet<ModelError["class"]> = new Set(["auth", "missing-script", "wrong-model"]);
/** HTTP: there is no such model, or no provider at that address. */
const nowhere = 404;

type Complete = Extract<ModelResponse, { outcome: "complete" }>;

function completed(response: Complete, { price }: Model, latencyMs: number): Answered {
  const text = response.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
  return {
    ...unanswered("error", ""),
    outcome: "complete",
    why: null,
    text: text.toWellFormed(),
    stop: response.stop,
    usage: response.usage,
    micros: costOf(response, price),
    latencyMs,
    turns: 1,
    served: response.servedModel,
    logprobs: response.logprobs === undefined ? null : [...response.logprobs],
  };
}
