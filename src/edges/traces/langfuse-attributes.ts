import { LangfuseOtelSpanAttributes as names } from "@langfuse/core";
import type { Json } from "../../core/canonical.ts";
import type { Generation, TraceHead, TraceSpan } from "../../core/trace/item.ts";
import { asChat } from "./chat.ts";
import type { ContentReader } from "./content.ts";
import type { Attributes } from "./wire-span.ts";

/** What all spans of a target have in common. */
export interface Stage {
  readonly environment: string | null;
  readonly release: string | null;
  /** Of harness. */
  readonly version: string;
}

/** A span as Langfuse's server reads it. `head`: what is said of its trace; that goes with every span, as its SDK does. */
export async function langfuseAttributes(
  span: TraceSpan,
  head: TraceHead | null,
  reader: ContentReader,
  stage: Stage,
): Promise<Attributes> {
  const input = await reader.read(span.input ?? (isRoot(span) ? (head?.input ?? null) : null));
  const output = await reader.read(span.output ?? (isRoot(span) ? (head?.output ?? null) : null));
  const isChat = span.kind === "generation";
  return {
    [names.OBSERVATION_TYPE]: span.kind,
    [names.OBSERVATION_LEVEL]: span.level,
    [names.OBSERVATION_STATUS_MESSAGE]: span.status === null ? null : reader.text(span.status),
    [names.OBSERVATION_INPUT]: input !== null && isChat ? asChat(input, "input") : input,
    [names.OBSERVATION_OUTPUT]: output !== null && isChat ? asChat(output, "output") : output,
    [names.OBSERVATION_METADATA]: json(reader.metadata({ ...span.metadata, ...promptOf(span) })),
    ...(span.generation === null ? {} : generationAttributes(span.generation, reader)),
    [names.ENVIRONMENT]: stage.environment,
    [names.RELEASE]: stage.release,
    [names.VERSION]: stage.version,
    ...(head === null ? {} : headAttributes(head, reader)),
    ...(isRoot(span) ? { [names.TRACE_INPUT]: input, [names.TRACE_OUTPUT]: output } : {}),
  };
}

/** Which text it was: versions there are integers that count theirs. */
const promptOf = ({ generation }: TraceSpan): Readonly<Record<string, Json>> =>
  generation?.prompt == null
    ? {}
    : { prompt: generation.prompt.name, promptDigest: generation.prompt.digest };

const isRoot = ({ parent }: TraceSpan): boolean => parent === null;

function headAttributes(head: TraceHead, reader: ContentReader): Attributes {
  const metadata = Object.entries(reader.metadata(head.metadata)).map(([name, value]) => [
    `${names.TRACE_METADATA}.${name}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return {
    [names.TRACE_NAME]: reader.text(head.name),
    [names.TRACE_SESSION_ID]: reader.text(head.session),
    [names.TRACE_TAGS]: head.tags.map((tag) => reader.text(tag)),
    ...(Object.fromEntries(metadata) as Attributes),
  };
}

function generationAttributes(generation: Generation, reader: ContentReader): Attributes {
  const { model, servedModel, parameters, usage, micros, firstToken, prompt } = generation;
  return {
    [names.OBSERVATION_MODEL]: reader.text(servedModel ?? model),
    [names.OBSERVATION_MODEL_PARAMETERS]: json(reader.metadata(parameters)),
    [names.OBSERVATION_USAGE_DETAILS]:
      usage === null
        ? null
        : JSON.stringify({
            input: usage.input,
            output: usage.output,
            input_cache_read: usage.cacheRead,
            input_cache_creation: usage.cacheWrite,
            total: usage.input + usage.output + usage.cacheRead + usage.cacheWrite,
          }),
    [names.OBSERVATION_COST_DETAILS]: micros === null ? null : JSON.stringify({ total: micros / 1e6 }),
    [names.OBSERVATION_COMPLETION_START_TIME]:
      firstToken === null ? null : JSON.stringify(new Date(firstToken).toISOString()),
    // A link needs a version of theirs; without one, the name alone would be shown as a link to nothing.
    ...(prompt === null || prompt.version === null
      ? {}
      : {
          [names.OBSERVATION_PROMPT_NAME]: reader.text(prompt.name),
          [names.OBSERVATION_PROMPT_VERSION]: prompt.version,
        }),
  };
}

const json = (values: Readonly<Record<string, unknown>>): string | null =>
  Object.keys(values).length === 0 ? null : JSON.stringify(values);
