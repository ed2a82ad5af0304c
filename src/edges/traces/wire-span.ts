import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { millisToHrTime } from "@opentelemetry/core";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { Instant } from "../../core/id.ts";
import { cut } from "./content.ts";

/** null: not said. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/** A span as it is sent, whoever reads it. */
export interface WireSpan {
  readonly trace: string;
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  /** It asks a service that is not ours. */
  readonly isClient: boolean;
  readonly start: Instant;
  readonly end: Instant;
  /** null: no error; else why. */
  readonly error: string | null;
  readonly attributes: Attributes;
  readonly event: { readonly name: string; readonly attributes: Attributes } | null;
}

/** Most bytes of one span. */
const spanBytes = 1024 * 1024;
/** Roughly what a span takes besides its texts. */
const frameBytes = 600;

/** Spans as OpenTelemetry's serializer takes them. `resource`: who sends. */
export function serializer(
  resource: Readonly<Record<string, string>>,
  scope: { readonly name: string; readonly version: string },
): (spans: readonly WireSpan[]) => Uint8Array {
  const of = resourceFromAttributes({ ...resource });
  return (spans) =>
    JsonTraceSerializer.serializeRequest(spans.map((span) => readable(span, of, scope))) ?? new Uint8Array();
}

function readable(
  span: WireSpan,
  resource: Resource,
  instrumentationScope: ReadableSpan["instrumentationScope"],
): ReadableSpan {
  const [startTime, endTime] = [millisToHrTime(span.start), millisToHrTime(span.end)];
  const context = (spanId: string): ReturnType<ReadableSpan["spanContext"]> => ({
    traceId: span.trace,
    spanId,
    traceFlags: 1,
  });
  return {
    name: span.name,
    kind: span.isClient ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => context(span.id),
    ...(span.parent === null ? {} : { parentSpanContext: context(span.parent) }),
    startTime,
    endTime,
    duration: durationOf(span),
    status: statusOf(span),
    attributes: said(span.attributes),
    events:
      span.event === null
        ? []
        : [{ name: span.event.name, time: startTime, attributes: said(span.event.attributes) }],
    links: [],
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const statusOf = ({ error }: WireSpan): ReadableSpan["status"] =>
  error === null ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error };

const durationOf = ({ start, end }: WireSpan): ReadableSpan["duration"] =>
  millisToHrTime(Math.max(0, end - start));

function said(attributes: Attributes): ReadableSpan["attributes"] {
  const all: ReadableSpan["attributes"] = {};
  for (const [name, value] of Object.entries(attributes))
    if (value !== null) all[name] = typeof value === "object" ? [...value] : value;
  return all;
}

/** Bytes of a span as it is sent, roughly. */
export const sizeOf = ({ attributes, event }: WireSpan): number =>
  frameBytes + sizeOfAll(attributes) + (event === null ? 0 : sizeOfAll(event.attributes));

function sizeOfAll(attributes: Attributes): number {
  let size = 0;
  for (const [name, value] of Object.entries(attributes)) size += name.length + 40 + sizeOfValue(value);
  return size;
}

/** In JSON, where a quote or a line break takes two bytes. */
function sizeOfValue(value: Attributes[string] | undefined): number {
  if (typeof value === "string") return Buffer.byteLength(JSON.stringify(value));
  return typeof value === "object" && value !== null
    ? value.reduce((sum, one) => sum + one.length + 30, 0)
    : 20;
}

/** The span with its longest texts cut, ever shorter, until all of it fits. */
export function bounded(span: WireSpan, most = spanBytes): WireSpan {
  let [fit, each] = [span, most >> 1];
  while (sizeOf(fit) > most && each >= 64) {
    const limit = each;
    const attributes = Object.entries(span.attributes).map(([name, value]) => [
      name,
      typeof value === "string" ? cut(value, limit) : value,
    ]);
    fit = { ...span, attributes: Object.fromEntries(attributes) as Attributes };
    each >>= 1;
  }
  return fit;
}
