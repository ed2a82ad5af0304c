import type { TraceItem, TraceScore, TraceSpan } from "../../../src/core/trace/item.ts";
import { held } from "./items.ts";

/** What a server would show: a line for each span below its parent, then the scores. */
export function table(items: readonly TraceItem[]): string {
  const spans = held(items);
  const [root] = spans;
  const heads = items.filter((item) => item.type === "trace");
  const scores = items.filter((item) => item.type === "score");
  if (root === undefined) return "nothing";
  return [
    ...heads.map(({ name, tags, output }) => `${name} [${tags.join(", ")}] ${JSON.stringify(output)}`),
    "",
    " from   for  kind        level    what",
    ...branch(spans, root, root.start, 0),
    "",
    ...scores.map((score) => scoreLine(score, spans)),
    "",
  ].join("\n");
}

function branch(spans: readonly TraceSpan[], span: TraceSpan, from: number, depth: number): string[] {
  const below = spans.filter(({ parent }) => parent === span.id).toSorted((a, b) => a.start - b.start);
  return [line(span, from, depth), ...below.flatMap((child) => branch(spans, child, from, depth + 1))];
}

function line(span: TraceSpan, from: number, depth: number): string {
  const seconds = (ms: number): string => `${ms / 1000}s`.padStart(5);
  const { generation, status } = span;
  const words = [
    "  ".repeat(depth) + span.name,
    ...(status === null ? [] : [`(${status})`]),
    ...(generation === null ? [] : [generationText(generation)]),
    ...(span.isOpen ? ["still open"] : []),
  ];
  const times = `${seconds(span.start - from)} ${seconds(span.end - span.start)}`;
  return `${times}  ${span.kind.padEnd(10)}  ${span.level.padEnd(7)}  ${words.join(" ")}`;
}

function generationText({ model, usage, micros }: NonNullable<TraceSpan["generation"]>): string {
  const tokens = usage === null ? "no usage" : `${usage.input}+${usage.output}`;
  return `${model} ${tokens} ${micros === null ? "price unknown" : `${micros} micros`}`;
}

function scoreLine({ name, value, dataType, span }: TraceScore, spans: readonly TraceSpan[]): string {
  const of = spans.find(({ id }) => id === span)?.name ?? "the trace";
  return `${dataType.padEnd(11)} ${name} = ${value} of ${of}`;
}
