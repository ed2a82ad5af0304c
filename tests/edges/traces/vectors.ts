/**
 * A span and what Langfuse's server made of it (`OtelIngestionProcessor` of langfuse/langfuse at
 * 62751446149b702b419a9292ddfc2280cdf74b8c, recorded), as far as it differs from `unsaid`.
 */
export interface Vector {
  readonly case: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly name?: string;
  readonly status?: { readonly code: number; readonly message: string };
  readonly mapped: Readonly<Record<string, unknown>>;
}

export const resource = {
  "service.name": "h",
  "service.version": "9.9.9",
  "telemetry.sdk.language": "nodejs",
} as const;

/** What it makes of a span that says nothing. */
export const unsaid: Readonly<Record<string, unknown>> = {
  projectId: "p",
  traceId: "0123456789abcdef0123456789abcdef",
  spanId: "0123456789abcdef",
  parentSpanId: null,
  name: "s",
  type: "SPAN",
  environment: "default",
  version: "9.9.9",
  startTimeISO: "2025-05-22T00:00:00.000Z",
  endTimeISO: "2025-05-22T00:00:01.000Z",
  level: "DEFAULT",
  statusMessage: null,
  promptName: null,
  promptVersion: null,
  modelParameters: {},
  completionStartTime: null,
  providedCostDetails: {},
  tags: [],
  isAppRoot: false,
  traceName: null,
  release: null,
  input: null,
  output: null,
  source: "otel",
  ingestionApiKey: "pk",
  ingestionSdkName: "javascript",
  ingestionSdkVersion: "5.11.1",
  serviceName: "h",
  serviceVersion: "9.9.9",
  scopeName: "our-harness",
  scopeVersion: "0.1.0",
  telemetrySdkLanguage: "nodejs",
};

export const vectors: readonly Vector[] = [
  {
    case: "env:xxxxxxxxxxxx",
    attributes: {
      "langfuse.environment": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    },
    mapped: {
      environment: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      metadata: {
        attributes: {
          "langfuse.environment": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        },
      },
    },
  },
  {
    case: "genai-op:generate_content",
    attributes: {
      "gen_ai.operation.name": "generate_content",
      "gen_ai.request.model": "m",
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 4,
    },
    mapped: {
      type: "GENERATION",
      modelName: "m",
      providedUsageDetails: {
        input: 10,
        output: 4,
      },
      metadata: {
        attributes: {
          "gen_ai.operation.name": "generate_content",
          "gen_ai.request.model": "m",
          "gen_ai.usage.input_tokens": "10",
          "gen_ai.usage.output_tokens": "4",
        },
      },
    },
  },
  {
    case: "metadata:json",
    attributes: {
      "langfuse.observation.metadata": '{"a":{"b":1}}',
    },
    mapped: {
      metadata: {
        attributes: {},
        a: {
          b: 1,
        },
      },
    },
  },
  {
    case: "io:langfuse",
    attributes: {
      "langfuse.observation.input": '[{"role":"user","content":"hi"}]',
      "langfuse.observation.output": "ok",
    },
    mapped: {
      input: '[{"role":"user","content":"hi"}]',
      output: "ok",
      metadata: {
        attributes: {},
      },
    },
  },
  {
    case: "type:Generation",
    attributes: {
      "langfuse.observation.type": "Generation",
    },
    mapped: {
      metadata: {
        attributes: {
          "langfuse.observation.type": "Generation",
        },
      },
    },
  },
  {
    case: "openinference:AGENT",
    attributes: {
      "openinference.span.kind": "AGENT",
    },
    mapped: {
      type: "AGENT",
      metadata: {
        attributes: {
          "openinference.span.kind": "AGENT",
        },
      },
    },
  },
  {
    case: "params:explicit",
    attributes: {
      "langfuse.observation.type": "generation",
      "langfuse.observation.model.parameters": '{"temperature":0,"stop":["a"]}',
    },
    mapped: {
      type: "GENERATION",
      modelParameters: {
        temperature: 0,
        stop: '["a"]',
      },
      metadata: {
        attributes: {
          "langfuse.observation.type": "generation",
          "langfuse.observation.model.parameters": '{"temperature":0,"stop":["a"]}',
        },
      },
    },
  },
  {
    case: "io:genai",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
      "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"yo"}]}]',
      "gen_ai.system_instructions": '[{"type":"text","content":"be nice"}]',
    },
    mapped: {
      type: "GENERATION",
      input:
        '[{"role":"system","content":"be nice"},{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
      output: '[{"role":"assistant","parts":[{"type":"text","content":"yo"}]}]',
      metadata: {
        attributes: {
          "gen_ai.operation.name": "chat",
        },
      },
    },
  },
  {
    case: "tags:csv",
    attributes: {
      "langfuse.trace.tags": "a, b",
    },
    mapped: {
      tags: ["a", "b"],
      metadata: {
        attributes: {
          "langfuse.trace.tags": "a, b",
        },
      },
    },
  },
  {
    case: "type:llm",
    attributes: {
      "langfuse.observation.type": "llm",
    },
    mapped: {
      metadata: {
        attributes: {
          "langfuse.observation.type": "llm",
        },
      },
    },
  },
  {
    case: "openinference:LLM",
    attributes: {
      "openinference.span.kind": "LLM",
    },
    mapped: {
      type: "GENERATION",
      metadata: {
        attributes: {
          "openinference.span.kind": "LLM",
        },
      },
    },
  },
  {
    case: "session:genai",
    attributes: {
      "gen_ai.conversation.id": "c",
    },
    mapped: {
      sessionId: "c",
      metadata: {
        attributes: {
          "gen_ai.conversation.id": "c",
        },
      },
    },
  },
  {
    case: "prompt:generation",
    attributes: {
      "langfuse.observation.type": "generation",
      "langfuse.observation.prompt.name": "triage",
      "langfuse.observation.prompt.version": 7,
    },
    mapped: {
      type: "GENERATION",
      promptName: "triage",
      promptVersion: 7,
      metadata: {
        attributes: {
          "langfuse.observation.type": "generation",
          "langfuse.observation.prompt.name": "triage",
          "langfuse.observation.prompt.version": "7",
        },
      },
    },
  },
  {
    case: "openinference:CHAIN",
    attributes: {
      "openinference.span.kind": "CHAIN",
    },
    mapped: {
      type: "CHAIN",
      metadata: {
        attributes: {
          "openinference.span.kind": "CHAIN",
        },
      },
    },
  },
  {
    case: "tool:genai",
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "grep",
      "gen_ai.tool.call.arguments": '{"q":1}',
      "gen_ai.tool.call.result": "x",
    },
    name: "execute_tool grep",
    mapped: {
      name: "grep",
      type: "TOOL",
      input: '{"q":1}',
      output: "x",
      metadata: {
        attributes: {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": "grep",
        },
      },
    },
  },
  {
    case: "level:warn",
    attributes: {
      "langfuse.observation.level": "warn",
    },
    mapped: {
      level: "WARNING",
      metadata: {
        attributes: {
          "langfuse.observation.level": "warn",
        },
      },
    },
  },
  {
    case: "usage:invalid-json",
    attributes: {
      "langfuse.observation.type": "generation",
      "langfuse.observation.usage_details": "{bad",
      "gen_ai.usage.input_tokens": 7,
    },
    mapped: {
      type: "GENERATION",
      providedUsageDetails: {
        input: 7,
      },
      metadata: {
        attributes: {
          "langfuse.observation.type": "generation",
          "langfuse.observation.usage_details": "{bad",
          "gen_ai.usage.input_tokens": "7",
        },
      },
    },
  },
  {
    case: "genai-op:unknown_op",
    attributes: {
      "gen_ai.operation.name": "unknown_op",
      "gen_ai.request.model": "m",
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 4,
    },
    mapped: {
      type: "GENERATION",
      modelName: "m",
      providedUsageDetails: {
        input: 10,
        output: 4,
      },
      metadata: {
        attributes: {
          "gen_ai.operation.name": "unknown_op",
          "gen_ai.request.model": "m",
          "gen_ai.usage.input_tokens": "10",
          "gen_ai.usage.output_tokens": "4",
        },
      },
    },
  },
  {
    case: "genai-op:execute_tool",
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.request.model": "m",
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 4,
    },
    mapped: {
      type: "TOOL",
      modelName: "m",
      providedUsageDetails: {
        input: 10,
        output: 4,
      },
      metadata: {
        attributes: {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.request.model": "m",
          "gen_ai.usage.input_tokens": "10",
          "gen_ai.usage.output_tokens": "4",
        },
      },
    },
  },
  {
    case: "type:",
    attributes: {
      "langfuse.observation.type": "",
    },
    mapped: {
      metadata: {
        attributes: {
          "langfuse.observation.type": "",
        },
      },
    },
  },
  {
    case: "type:event",
    attributes: {
      "langfuse.observation.type": "event",
    },
    mapped: {
      type: "EVENT",
      metadata: {
        attributes: {
          "langfuse.observation.type": "event",
        },
      },
    },
  },
  {
    case: "usage:json",
    attributes: {
      "langfuse.observation.type": "generation",
      "langfuse.observation.usage_details": '{"input":10,"output":5,"total":15,"input_cached_tokens":3}',
      "langfuse.observation.cost_details": '{"input":0.1,"output":0.2,"total":0.3}',
    },
    mapped: {
      type: "GENERATION",
      providedUsageDetails: {
        input: 10,
        output: 5,
        total: 15,
        input_cached_tokens: 3,
      },
      providedCostDetails: {
        input: 0.1,
        output: 0.2,
        total: 0.3,
      },
      metadata: {
        attributes: {
          "langfuse.observation.type": "generation",
          "langfuse.observation.usage_details": '{"input":10,"output":5,"total":15,"input_cached_tokens":3}',
          "langfuse.observation.cost_details": '{"input":0.1,"output":0.2,"total":0.3}',
        },
      },
    },
  },
  {
    case: "type:retriever",
    attributes: {
      "langfuse.observation.type": "retriever",
    },
    mapped: {
      type: "RETRIEVER",
      metadata: {
        attributes: {
          "langfuse.observation.type": "retriever",
        },
      },
    },
  },
  {
    case: "type:embedding",
    attributes: {
      "langfuse.observation.type": "embedding",
    },
    mapped: {
      type: "EMBEDDING",
      metadata: {
        attributes: {
          "langfuse.observation.type": "embedding",
        },
      },
    },
  },
  {
    case: "openinference:RERANKER",
    attributes: {
      "openinference.span.kind": "RERANKER",
    },
    mapped: {
      metadata: {
        attributes: {
          "openinference.span.kind": "RERANKER",
        },
      },
    },
  },
  {
    case: "type:generation",
    attributes: {
      "langfuse.observation.type": "generation",
    },
    mapped: {
      type: "GENERATION",
      metadata: {
        attributes: {
          "langfuse.observation.type": "generation",
        },
      },
    },
  },
  {
    case: "env:langfuse-x",
    attributes: {
      "langfuse.environment": "langfuse-x",
    },
    mapped: {
      environment: "x",
      metadata: {
        attributes: {
          "langfuse.environment": "langfuse-x",
        },
      },
    },
  },
  {
    case: "status:error",
    attributes: {},
    status: {
      code: 2,
      message: "boom",
    },
    mapped: {
      level: "ERROR",
      statusMessage: "boom",
      metadata: {
        attributes: {},
      },
    },
  },
  {
    case: "type:chain",
    attributes: {
      "langfuse.observation.type": "chain",
    },
    mapped: {
      type: "CHAIN",
      metadata: {
        attributes: {
          "langfuse.observation.type": "chain",
        },
      },
    },
  },
  {
    case: "env:Staging",
    attributes: {
      "langfuse.environment": "Staging",
    },
    mapped: {
      environment: "staging",
      metadata: {
        attributes: {
          "langfuse.environment": "Staging",
        },
      },
    },
  },
  {
    case: "openinference:EVALUATOR",
    attributes: {
      "openinference.span.kind": "EVALUATOR",
    },
    mapped: {
      type: "EVALUATOR",
      metadata: {
        attributes: {
          "openinference.span.kind": "EVALUATOR",
        },
      },
    },
  },
  {
    case: "env:bad env!",
    attributes: {
      "langfuse.environment": "bad env!",
    },
    mapped: {
      metadata: {
        attributes: {
          "langfuse.environment": "bad env!",
        },
      },
    },
  },
];
