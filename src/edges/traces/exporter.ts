import type { Entry } from "../../core/event.ts";
import type { RunId } from "../../core/id.ts";
import { DamagedJournal } from "../../core/ports.ts";
import type { Blobs, Journal } from "../../core/ports.ts";
import { redaction } from "../../core/redaction.ts";
import type { TraceItem } from "../../core/trace/item.ts";
import { contentReader } from "./content.ts";
import type { ContentReader, Level } from "./content.ts";
import { Courier } from "./courier.ts";
import type { CourierOptions, Delivered } from "./courier.ts";
import type { Cursors } from "./cursor.ts";
import { composer } from "./spans.ts";
import type { Composer, Outgoing } from "./spans.ts";
import { promptVersions, versioned } from "./prompt-versions.ts";
import type { PromptVersions } from "./prompt-versions.ts";
import type { Target } from "./target.ts";
import { serializer } from "./wire-span.ts";

/** The journal as items of a trace, entry after entry from the first. */
type Fold = () => { readonly see: (entry: Entry) => readonly TraceItem[] };

export interface TraceSource {
  readonly journal: Pick<Journal, "read" | "runs">;
  readonly blobs: Pick<Blobs, "getStream">;
  readonly fold: Fold;
}

export interface ExporterOptions extends Pick<CourierOptions, "say" | "haste" | "halt" | "patience"> {
  readonly source: TraceSource;
  readonly target: Target;
  readonly cursors: Cursors;
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
  readonly level: Level;
  /** Of harness. */
  readonly version: string;
  /** Most of one request. */
  readonly batch?: { readonly items: number; readonly bytes: number };
  readonly courier?: Pick<CourierOptions, "pause" | "random">;
  /** Called at `sent` (a server has a batch, the cursor does not know) and `moved`. */
  readonly failpoint?: (at: "sent" | "moved") => void;
}

const usualBatch = { items: 256, bytes: 2 * 1024 * 1024 };

/** A run as far as it was read. */
interface Reading {
  readonly see: ReturnType<Fold>["see"];
  readonly composer: Composer;
  /** The last entry read. */
  seq: number;
  versions: PromptVersions;
}

/**
 * Brings runs to one target, each from where its cursor stands. The fold needs a journal from its first entry; what is
 * before the cursor is read and not sent.
 */
export class Exporter {
  readonly #options: ExporterOptions;
  readonly #courier: Courier;
  readonly #reader: ContentReader;
  readonly #readings = new Map<RunId, Reading>();
  /** Runs that cannot be read, told once. */
  readonly #broken = new Set<RunId>();

  constructor(options: ExporterOptions) {
    this.#options = options;
    const { target, source, level, version } = options;
    const kept = redaction(keepable([...options.secrets, ...target.secrets]));
    this.#reader = contentReader(source.blobs, kept, level);
    const resource = { "service.name": "harness", "service.version": version, ...target.resource };
    this.#courier = new Courier({
      ...options,
      ...options.courier,
      serialize: serializer(resource, { name: "harness", version }),
      secretless: (text) => kept.text(text),
    });
  }

  /** Whether the server lacks something of the run. `headSeq`: its last event. */
  isBehind(run: RunId, headSeq: number): boolean {
    return !this.#broken.has(run) && this.#options.cursors.sent(this.#options.target.key, run) < headSeq;
  }

  /** Sends what the server lacks of a run, until `until` says that something else is more important. */
  async send(run: RunId, until: AbortSignal): Promise<Delivered> {
    try {
      const ended = await this.#sendRest(run, until);
      // What was read but not delivered must be read again.
      if (ended.type !== "done") this.#readings.delete(run);
      return ended;
    } catch (error) {
      this.#readings.delete(run);
      if (!isUnreadable(error)) throw error;
      this.#broken.add(run);
      this.#options.say(`run ${run} cannot be read and is left out: ${error.message}`);
      return { type: "done" };
    }
  }

  /** Forgets what it remembers of a run that ended: it is not asked about again. */
  forget(run: RunId): void {
    this.#readings.delete(run);
  }

  /** Spans and scores that the server lacks of a run; none of one that cannot be read. */
  async waiting(run: RunId): Promise<number> {
    const { source, cursors, target } = this.#options;
    try {
      return await waitingOf(source, run, cursors.sent(target.key, run), target.kind);
    } catch (error) {
      if (isUnreadable(error)) return 0;
      throw error;
    }
  }

  async #sendRest(run: RunId, until: AbortSignal): Promise<Delivered> {
    const { source, cursors, target, batch = usualBatch } = this.#options;
    const sent = cursors.sent(target.key, run);
    const reading = this.#readings.get(run) ?? this.#newReading();
    this.#readings.set(run, reading);
    let load: Outgoing[] = [];
    let bytes = 0;
    for await (const entry of source.journal.read(run, reading.seq)) {
      if (entry.type === "run-created") reading.versions = await promptVersions(source.blobs, entry);
      const items = reading.see(entry).map((item) => versioned(item, reading.versions));
      if (entry.seq <= sent) reading.composer.pass(items);
      const outgoing = entry.seq <= sent ? [] : await reading.composer.compose(items);
      for (const one of outgoing) {
        if (load.length > 0 && (load.length >= batch.items || bytes + one.bytes > batch.bytes)) {
          // Not all of this entry is in it.
          const ended = await this.#deliver(run, load, reading.seq);
          if (ended.type !== "done") return ended;
          [load, bytes] = [[], 0];
        }
        load.push(one);
        bytes += one.bytes;
      }
      reading.seq = entry.seq;
      if (until.aborted) return { type: "given-up", why: "something else comes first" };
    }
    return reading.seq > sent ? this.#deliver(run, load, reading.seq) : { type: "done" };
  }

  #newReading(): Reading {
    const { source, target, version } = this.#options;
    return {
      see: source.fold().see,
      composer: composer(target, this.#reader, version),
      seq: 0,
      versions: new Map(),
    };
  }

  /** `seq`: all entries up to it are in this load, or were delivered before. */
  async #deliver(run: RunId, load: readonly Outgoing[], seq: number): Promise<Delivered> {
    const ended: Delivered = load.length === 0 ? { type: "done" } : await this.#courier.deliver(run, load);
    if (ended.type !== "done") return ended;
    this.#options.failpoint?.("sent");
    this.#options.cursors.move(this.#options.target.key, run, seq);
    this.#options.failpoint?.("moved");
    return ended;
  }
}

/** A journal that is damaged, or that no loop can have written. */
export const isUnreadable = (error: unknown): error is Error =>
  error instanceof DamagedJournal || (error instanceof Error && error.name === "IllegalEvent");

/** Spans and scores of a run that come after an event, as its target counts them. @throws what `isUnreadable` knows */
export async function waitingOf(
  source: Pick<TraceSource, "journal" | "fold">,
  run: RunId,
  sent: number,
  kind: Target["kind"],
): Promise<number> {
  const { see } = source.fold();
  const ids = new Set<string>();
  for await (const entry of source.journal.read(run, 0))
    for (const item of see(entry))
      if (entry.seq > sent && item.type !== "trace" && (kind === "langfuse" || !isOpen(item)))
        ids.add(item.id);
  return ids.size;
}

const isOpen = (item: TraceItem): boolean => item.type === "span" && item.isOpen;

/** Values too short, or of only white space, cannot be told from other text. */
export const keepable = (secrets: ExporterOptions["secrets"]): ExporterOptions["secrets"] =>
  secrets.filter(({ value }) => value.trim().length >= shortest && value.length <= longest);
const [shortest, longest] = [8, 65_536];
