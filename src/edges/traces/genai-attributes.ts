import type { Json } from "../../core/canonical.ts";
import type { Generation, TraceScore, TraceSpan } from "../../core/trace/item.ts";
import { asGenAi } from "./chat.ts";
import type { ContentReader } from "./content.ts";
import type { Attributes } from "./wire-span.ts";

/** A span by the GenAI semantic conventions of OpenTelemetry; what they have no name for is under `harness.`. */
export async function genAiAttributes(
  span: TraceSpan,
  session: string | null,
  reader: ContentReader,
): Promise<Attributes> {
  const [input, output] = [await reader.read(span.input), await reader.read(span.output)];
  return {
    ...flat(reader.metadata(span.metadata)),
    "harness.kind": span.kind,
    "gen_ai.conversation.id": session,
    ...(span.level === "DEFAULT" ? {} : { "harness.level": span.level }),
    ...(span.level === "ERROR"
      ? { "error.type": span.status === null ? "_OTHER" : reader.text(span.status) }
      : {}),
    ...operation(span, reader),
    ...content(span, input, output),
    ...(span.generation === null ? {} : generationAttributes(span.generation, reader)),
  };
}

/** `{operation} {what}`, as the conventions name spans. */
export function genAiName(span: TraceSpan): string {
  switch (span.kind) {
    case "generation":
      return `chat ${modelOf(span.generation?.model ?? span.name).model}`;
    case "tool":
      return `execute_tool ${span.name}`;
    case "agent":
      return `invoke_agent ${span.name}`;
    case "span":
    case "guardrail":
    case "evaluator":
    case "event":
      return span.name;
  }
}

function operation(span: TraceSpan, reader: ContentReader): Attributes {
  switch (span.kind) {
    case "generation":
      return { "gen_ai.operation.name": "chat" };
    case "tool":
      return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": reader.text(span.name),
        "gen_ai.tool.type": "function",
      };
    case "agent":
      return { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": reader.text(span.name) };
    case "span":
    case "guardrail":
    case "evaluator":
    case "event":
      return {};
  }
}

function content({ kind }: TraceSpan, input: string | null, output: string | null): Attributes {
  if (kind === "generation")
    return {
      ...(input === null ? {} : asGenAi(input, "input")),
      ...(output === null ? {} : asGenAi(output, "output")),
    };
  if (kind === "tool") return { "gen_ai.tool.call.arguments": input, "gen_ai.tool.call.result": output };
  return { "harness.input": input, "harness.output": output };
}

function generationAttributes(generation: Generation, reader: ContentReader): Attributes {
  const { model, servedModel, parameters, usage, micros, firstToken, prompt } = generation;
  const named = modelOf(reader.text(model));
  return {
    "gen_ai.provider.name": named.provider,
    "gen_ai.request.model": named.model,
    "gen_ai.response.model": servedModel === null ? null : reader.text(servedModel),
    ...(usage === null
      ? {}
      : {
          // All input tokens, those of the cache too.
          "gen_ai.usage.input_tokens": usage.input + usage.cacheRead + usage.cacheWrite,
          "gen_ai.usage.output_tokens": usage.output,
          "gen_ai.usage.cache_read.input_tokens": usage.cacheRead,
          "gen_ai.usage.cache_creation.input_tokens": usage.cacheWrite,
        }),
    ...requested(reader.metadata(parameters)),
    "harness.cost_usd": micros === null ? null : micros / 1e6,
    "harness.first_token_at": firstToken === null ? null : new Date(firstToken).toISOString(),
    "harness.prompt.name": prompt === null ? null : reader.text(prompt.name),
    "harness.prompt.version": prompt === null ? null : prompt.version,
    "harness.prompt.digest": prompt === null ? null : prompt.digest,
  };
}

/** `anthropic/claude-x` is model `claude-x` of provider `anthropic`. */
function modelOf(name: string): { readonly provider: string | null; readonly model: string } {
  const at = name.indexOf("/");
  return at > 0
    ? { provider: name.slice(0, at), model: name.slice(at + 1) }
    : { provider: null, model: name };
}

const known: Readonly<Record<string, string>> = {
  temperature: "gen_ai.request.temperature",
  top_p: "gen_ai.request.top_p",
  max_tokens: "gen_ai.request.max_tokens",
  maxOutputTokens: "gen_ai.request.max_tokens",
  outputTokens: "gen_ai.request.max_tokens",
};

const requested = (parameters: Readonly<Record<string, Json>>): Attributes =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      known[name] ?? `harness.request.${name}`,
      asValue(value),
    ]),
  );

const flat = (metadata: Readonly<Record<string, Json>>): Attributes =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`harness.${name}`, asValue(value)]));

const asValue = (value: Json): string | number | boolean | null =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : value;

/** What was judged, as the attributes of `gen_ai.evaluation.result`. */
export async function evaluationAttributes(score: TraceScore, reader: ContentReader): Promise<Attributes> {
  const { name, value } = score;
  return {
    "gen_ai.evaluation.name": reader.text(name),
    "gen_ai.evaluation.score.value": typeof value === "number" ? value : null,
    "gen_ai.evaluation.score.label": typeof value === "string" ? reader.text(value) : null,
    "gen_ai.evaluation.explanation": await reader.read(score.comment),
  };
}
