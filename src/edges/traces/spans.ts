import { createHash } from "node:crypto";
import type { TraceHead, TraceItem, TraceScore, TraceSpan } from "../../core/trace/item.ts";
import type { ContentReader } from "./content.ts";
import { evaluationAttributes, genAiAttributes, genAiName } from "./genai-attributes.ts";
import { langfuseAttributes } from "./langfuse-attributes.ts";
import type { Stage } from "./langfuse-attributes.ts";
import type { Target } from "./target.ts";
import { bounded, sizeOf } from "./wire-span.ts";
import type { WireSpan } from "./wire-span.ts";

/** A score as Langfuse's `POST /api/public/scores` takes it. The same id again is an update. */
interface WireScore {
  readonly id: string;
  readonly traceId: string;
  readonly observationId?: string;
  readonly name: string;
  readonly value: number | string;
  readonly dataType: TraceScore["dataType"];
  readonly comment?: string;
  readonly environment?: string;
}

/** What is sent of one item. */
export type Outgoing =
  | { readonly type: "span"; readonly id: string; readonly bytes: number; readonly span: WireSpan }
  | { readonly type: "score"; readonly id: string; readonly bytes: number; readonly score: WireScore };

/** Makes of the items of one run what its target reads. Items come in the order of the journal. */
export interface Composer {
  /** Remembers what later items need, of an item that needs not be sent any more. */
  pass(items: readonly TraceItem[]): void;
  compose(items: readonly TraceItem[]): Promise<readonly Outgoing[]>;
}

export const composer = (target: Target, reader: ContentReader, version: string): Composer =>
  target.kind === "langfuse"
    ? new ForLangfuse(reader, { environment: target.environment, release: target.release, version })
    : new ForOtlp(reader);

/**
 * What is said of a trace goes with its spans: there is no other way in. One that ends later than it is first sent goes
 * twice under its id; such spans have neither tokens nor money, so that nothing is counted twice in between.
 */
class ForLangfuse implements Composer {
  readonly #reader: ContentReader;
  readonly #stage: Stage;
  #head: TraceHead | null = null;
  #root: TraceSpan | null = null;

  constructor(reader: ContentReader, stage: Stage) {
    this.#reader = reader;
    this.#stage = stage;
  }

  pass(items: readonly TraceItem[]): void {
    for (const item of items) {
      if (item.type === "trace") this.#head = item;
      if (item.type === "span" && item.parent === null) this.#root = item;
    }
  }

  async compose(items: readonly TraceItem[]): Promise<readonly Outgoing[]> {
    const before = this.#root;
    this.pass(items);
    const isRetold = before !== null && items.some(({ type }) => type === "trace") && !items.some(isRoot);
    const outgoing: Outgoing[] = [];
    for (const item of isRetold ? [...items, before] : items) {
      if (item.type === "score") outgoing.push(await this.#score(item));
      if (item.type === "span") outgoing.push(await this.#span(item));
    }
    return outgoing;
  }

  async #span(span: TraceSpan): Promise<Outgoing> {
    const attributes = await langfuseAttributes(span, this.#head, this.#reader, this.#stage);
    return sent({ ...frameOf(span, this.#reader), name: this.#reader.text(span.name), attributes });
  }

  async #score(score: TraceScore): Promise<Outgoing> {
    const comment = await this.#reader.read(score.comment);
    const { environment } = this.#stage;
    const wire: WireScore = {
      id: score.id,
      traceId: score.trace,
      ...(score.span === null ? {} : { observationId: score.span }),
      name: this.#reader.text(score.name),
      value: typeof score.value === "string" ? this.#reader.text(score.value) : score.value,
      dataType: score.dataType,
      ...(comment === null ? {} : { comment }),
      ...(environment === null ? {} : { environment }),
    };
    return { type: "score", id: score.id, bytes: Buffer.byteLength(JSON.stringify(wire)), score: wire };
  }
}

/** Elsewhere a span that is sent twice is two spans: only what has ended goes. Scores are spans with the event of the conventions. */
class ForOtlp implements Composer {
  readonly #reader: ContentReader;
  #session: string | null = null;

  constructor(reader: ContentReader) {
    this.#reader = reader;
  }

  pass(items: readonly TraceItem[]): void {
    for (const item of items) if (item.type === "trace") this.#session = this.#reader.text(item.session);
  }

  async compose(items: readonly TraceItem[]): Promise<readonly Outgoing[]> {
    this.pass(items);
    const outgoing: Outgoing[] = [];
    for (const item of items) {
      if (item.type === "score") outgoing.push(await this.#evaluation(item));
      if (item.type === "span" && !item.isOpen) outgoing.push(await this.#span(item));
    }
    return outgoing;
  }

  async #span(span: TraceSpan): Promise<Outgoing> {
    const attributes = await genAiAttributes(span, this.#session, this.#reader);
    return sent({ ...frameOf(span, this.#reader), name: this.#reader.text(genAiName(span)), attributes });
  }

  async #evaluation(score: TraceScore): Promise<Outgoing> {
    const attributes = await evaluationAttributes(score, this.#reader);
    return sent({
      trace: score.trace,
      id: createHash("sha256").update(score.id).digest("hex").slice(0, 16),
      parent: score.span,
      name: this.#reader.text(`evaluation ${score.name}`),
      isClient: false,
      start: score.at,
      end: score.at,
      error: null,
      attributes: { "harness.kind": "score", "gen_ai.conversation.id": this.#session },
      event: { name: "gen_ai.evaluation.result", attributes },
    });
  }
}

const isRoot = (item: TraceItem): boolean => item.type === "span" && item.parent === null;

function frameOf(span: TraceSpan, reader: ContentReader): Omit<WireSpan, "name" | "attributes"> {
  return {
    trace: span.trace,
    id: span.id,
    parent: span.parent,
    isClient: span.kind === "generation",
    start: span.start,
    end: span.end,
    error: span.level === "ERROR" ? reader.text(span.status ?? "error") : null,
    event: null,
  };
}

function sent(span: WireSpan): Outgoing {
  const fit = bounded(span);
  return { type: "span", id: span.id, bytes: sizeOf(fit), span: fit };
}
