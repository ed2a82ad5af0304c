/**
 * A small model of how Langfuse's server reads a span of OTLP/JSON: the rules that the recorded vectors show, and no more.
 * It is itself tested on all of them.
 */
interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly { readonly name: string; readonly attributes: readonly KeyValue[] }[];
  readonly status: { readonly code: number; readonly message?: string };
}

export interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string; readonly version?: string };
      readonly spans: readonly OtlpSpan[];
    }[];
  }[];
}

type Plain = string | number | boolean | readonly unknown[];

function plain(value: AnyValue): Plain {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(plain);
  const said = value.stringValue ?? value.doubleValue ?? value.boolValue ?? value.intValue;
  if (said === undefined || said === 0) return JSON.stringify(value);
  return said;
}

export const attributesOf = (list: readonly KeyValue[]): Record<string, Plain> =>
  Object.fromEntries(list.map(({ key, value }) => [key, plain(value)]));

export const spansIn = (request: OtlpRequest): readonly OtlpSpan[] =>
  request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

/** Each span of a request as the server keeps it. */
export const mapped = (request: OtlpRequest): readonly Record<string, unknown>[] =>
  request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const of = attributesOf(resource.attributes);
    return scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        ...mappedSpan(span, of),
        serviceName: of["service.name"],
        serviceVersion: of["service.version"],
        scopeName: scope.name,
        scopeVersion: scope.version,
        telemetrySdkLanguage: of["telemetry.sdk.language"],
      })),
    );
  });

function mappedSpan(span: OtlpSpan, resource: Record<string, Plain>): Record<string, unknown> {
  const said = attributesOf(span.attributes);
  const model =
    said["langfuse.observation.model.name"] ?? said["gen_ai.response.model"] ?? said["gen_ai.request.model"];
  const usage = usageOf(said);
  const session = said["session.id"] ?? said["gen_ai.conversation.id"];
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? null,
    name: said["gen_ai.tool.name"] ?? span.name,
    type: typeOf(said),
    environment: environmentOf(said["langfuse.environment"]),
    version: said["langfuse.version"] ?? resource["service.version"] ?? null,
    startTimeISO: iso(span.startTimeUnixNano),
    endTimeISO: iso(span.endTimeUnixNano),
    level: levelOf(said["langfuse.observation.level"], span.status.code),
    statusMessage: said["langfuse.observation.status_message"] ?? span.status.message ?? null,
    promptName: said["langfuse.observation.prompt.name"] ?? null,
    promptVersion: said["langfuse.observation.prompt.version"] ?? null,
    modelParameters: parametersOf(said),
    ...(model === undefined ? {} : { modelName: model }),
    completionStartTime: json(said["langfuse.observation.completion_start_time"]) ?? null,
    ...(Object.keys(usage).length === 0 ? {} : { providedUsageDetails: usage }),
    providedCostDetails: json(said["langfuse.observation.cost_details"]) ?? {},
    tags: tagsOf(said["langfuse.trace.tags"]),
    traceName: said["langfuse.trace.name"] ?? null,
    ...(session === undefined ? {} : { sessionId: session }),
    release: said["langfuse.release"] ?? null,
    ...contentOf(said),
    metadata: metadataOf(said),
  };
}

const own = "span generation event embedding agent tool chain retriever guardrail evaluator".split(" ");
const inference: Readonly<Record<string, string>> = {
  LLM: "GENERATION",
  AGENT: "AGENT",
  CHAIN: "CHAIN",
  EVALUATOR: "EVALUATOR",
  TOOL: "TOOL",
};

function typeOf(said: Record<string, Plain>): string {
  const named = said["langfuse.observation.type"];
  if (typeof named === "string" && own.includes(named)) return named.toUpperCase();
  const kind = inference[String(said["openinference.span.kind"])];
  if (kind !== undefined) return kind;
  const operation = said["gen_ai.operation.name"];
  if (operation === "execute_tool") return "TOOL";
  if (operation === "invoke_agent") return "AGENT";
  if (operation === "chat" || operation === "generate_content") return "GENERATION";
  return said["gen_ai.request.model"] === undefined ? "SPAN" : "GENERATION";
}

function environmentOf(said: Plain | undefined): string {
  const name = String(said ?? "default")
    .toLowerCase()
    .replace(/^langfuse-?/, "")
    .slice(0, 40);
  return /^[a-z0-9_-]+$/.test(name) ? name : "default";
}

const levels: Readonly<Record<string, string>> = {
  WARN: "WARNING",
  WARNING: "WARNING",
  ERROR: "ERROR",
  DEFAULT: "DEFAULT",
};

const levelOf = (said: Plain | undefined, code: number): string =>
  levels[String(said).toUpperCase()] ?? (code === 2 ? "ERROR" : "DEFAULT");

const iso = (nano: string): string => new Date(Number(BigInt(nano) / 1_000_000n)).toISOString();

function json(text: Plain | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

function usageOf(said: Record<string, Plain>): Record<string, unknown> {
  const own = json(said["langfuse.observation.usage_details"]);
  if (own !== undefined) return own as Record<string, unknown>;
  const usage: Record<string, unknown> = {};
  if (said["gen_ai.usage.input_tokens"] !== undefined) usage["input"] = said["gen_ai.usage.input_tokens"];
  if (said["gen_ai.usage.output_tokens"] !== undefined) usage["output"] = said["gen_ai.usage.output_tokens"];
  return usage;
}

const parametersOf = (said: Record<string, Plain>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(
      (json(said["langfuse.observation.model.parameters"]) ?? {}) as Record<string, unknown>,
    ).map(([name, value]) => [
      name,
      typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value),
    ]),
  );

function tagsOf(said: Plain | undefined): readonly unknown[] {
  if (said === undefined) return [];
  return typeof said === "object"
    ? said
    : String(said)
        .split(",")
        .map((tag) => tag.trim());
}

const contentKeys = [
  "langfuse.observation.input",
  "langfuse.observation.output",
  "langfuse.trace.input",
  "langfuse.trace.output",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "langfuse.observation.metadata",
];

function contentOf(said: Record<string, Plain>): { readonly input: unknown; readonly output: unknown } {
  const [input, output] = [said["langfuse.observation.input"], said["langfuse.observation.output"]];
  if (input !== undefined || output !== undefined) return { input: input ?? null, output: output ?? null };
  return {
    input: messagesOf(said) ?? said["gen_ai.tool.call.arguments"] ?? null,
    output: said["gen_ai.output.messages"] ?? said["gen_ai.tool.call.result"] ?? null,
  };
}

function messagesOf(said: Record<string, Plain>): string | undefined {
  const messages = json(said["gen_ai.input.messages"]) as readonly unknown[] | undefined;
  if (messages === undefined) return undefined;
  const system = (json(said["gen_ai.system_instructions"]) ?? []) as readonly { readonly content: string }[];
  return JSON.stringify([...system.map(({ content }) => ({ role: "system", content })), ...messages]);
}

function metadataOf(said: Record<string, Plain>): Record<string, unknown> {
  const rest = Object.entries(said).filter(([name]) => !contentKeys.includes(name));
  return {
    attributes: Object.fromEntries(
      rest.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    ...(json(said["langfuse.observation.metadata"]) as Record<string, unknown> | undefined),
  };
}
