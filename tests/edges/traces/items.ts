import { createHash } from "node:crypto";
import type { Entry } from "../../../src/core/event.ts";
import { MissingBlob } from "../../../src/core/ports.ts";
import type { RunRow } from "../../../src/core/ports.ts";
import type { Content, TraceHead, TraceItem, TraceScore, TraceSpan } from "../../../src/core/trace/item.ts";
import type { TraceSource } from "../../../src/edges/traces/exporter.ts";
import { targetsOf } from "../../../src/edges/traces/targets.ts";
import type { Target } from "../../../src/edges/traces/target.ts";

/** 2025-05-22T00:00:00Z */
export const start = 1_747_872_000_000;

export const idOf = (name: string, length = 16): string =>
  createHash("sha256").update(name).digest("hex").slice(0, length);

/** A span, open or ended, as the fold makes it. */
export const span = (name: string, more: Partial<TraceSpan> = {}): TraceSpan => ({
  type: "span",
  trace: idOf("run", 32),
  id: idOf(name),
  parent: idOf("root"),
  kind: "span",
  name,
  start,
  end: start + 1000,
  isOpen: false,
  level: "DEFAULT",
  status: null,
  input: null,
  output: null,
  generation: null,
  metadata: {},
  ...more,
});

export const head = (more: Partial<TraceHead> = {}): TraceHead => ({
  type: "trace",
  trace: idOf("run", 32),
  run: "7k2m",
  name: "harness run 7k2m",
  session: "7k2m",
  tags: ["harness", "anthropic/claude-x"],
  input: null,
  output: null,
  metadata: {},
  ...more,
});

export const score = (name: string, more: Partial<TraceScore> = {}): TraceScore => ({
  type: "score",
  id: idOf(`score ${name}`, 32),
  trace: idOf("run", 32),
  span: idOf("root"),
  name,
  value: 1,
  dataType: "BOOLEAN",
  comment: null,
  at: start + 1000,
  ...more,
});

/** Texts as a store keeps them. */
export class Texts {
  readonly #texts = new Map<string, Uint8Array>();

  put(text: string | Uint8Array, form: "text" | "json" = "text"): Content {
    const bytes = typeof text === "string" ? Buffer.from(text) : text;
    const digest = createHash("sha256").update(bytes).digest("hex");
    this.#texts.set(digest, bytes);
    return { digest, form };
  }

  /** In pieces, as stores give large ones. */
  async *getStream(digest: string): AsyncIterable<Uint8Array> {
    const bytes = this.#texts.get(digest);
    if (bytes === undefined) throw new MissingBlob(digest);
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  }
}

/** Runs whose events make what is given for each: the nth list is what entry n makes. */
export function sourceOf(
  runs: Readonly<Record<string, readonly (readonly TraceItem[])[]>>,
  texts: TraceSource["blobs"] = new Texts(),
): TraceSource {
  return {
    journal: {
      read: (run, afterSeq) => entries(run, afterSeq, runs[run]?.length ?? 0),
      runs: async () =>
        Object.entries(runs).map(([id, events], at): RunRow => ({
          id,
          createdAt: start + at,
          epoch: 1,
          headSeq: events.length,
          headHash: "",
        })),
    },
    blobs: texts,
    fold: () => ({ see: ({ run, seq }) => runs[run]?.[seq - 1] ?? [] }),
  };
}

async function* entries(run: string, afterSeq: number, last: number): AsyncIterable<Entry> {
  for (let seq = afterSeq + 1; seq <= last; seq += 1) yield { run, seq } as Entry;
}

/** A run of `count` events, each of which makes a tool's span and every fifth a score besides. */
export const longRun = (name: string, count: number): readonly (readonly TraceItem[])[] =>
  Array.from({ length: count }, (_, at) => {
    const tool = span(`${name}/${at}`, {
      kind: "tool",
      trace: idOf(name, 32),
      input: { plain: `text ${at}` },
    });
    if (at === 0)
      return [
        head({ trace: idOf(name, 32), run: name, session: name }),
        span(`${name}/root`, { kind: "agent", parent: null, trace: idOf(name, 32), isOpen: true }),
      ];
    return at % 5 === 0 ? [tool, score(`${name}/${at}`, { trace: idOf(name, 32) })] : [tool];
  });

export const langfuse = (url: string): Target => only({ LANGFUSE_BASE_URL: url, ...keys });
export const otlp = (url: string): Target => only({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
export const keys = { LANGFUSE_PUBLIC_KEY: "pk-lf-1", LANGFUSE_SECRET_KEY: "sk-lf-0123456789" };

function only(env: Readonly<Record<string, string>>): Target {
  const { targets } = targetsOf(env);
  if (targets[0] === undefined) throw new Error("no target");
  return targets[0];
}

/** Of the runs that are killed on their way. */
export const eventsOfRun = 120;
