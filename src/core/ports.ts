/**
 * The ports: what the loop needs of the world. Each is a contract; `tests/contracts/` holds the suite that
 * every implementation, in memory and real, passes.
 *
 * Expected endings are values. A port rejects only for bugs and for a machine that no longer works
 * (disk full, database damaged): then the process stops and the run is resumable.
 */
import type { Budget, By, Choice, Entry } from "./event.ts";
import type { CallId, Digest, Instant, RunId } from "./id.ts";
import type { ChainHead, Sha256 } from "./chain.ts";
import type { Message, Model } from "./model.ts";
import type { Assessment } from "./assessment.ts";
import type { OpenHost } from "./host.ts";
import type { ProbeSpec } from "./probe.ts";
import type { RuleSpec } from "./rule.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Judgement, Risk, ToolSpec } from "./tool.ts";
import type { Workspaces } from "./workspace.ts";

export interface Clock {
  now(): Instant;
  /** Resolves at `until`, or as soon as `signal` aborts. Never rejects. */
  sleepUntil(until: Instant, signal: AbortSignal): Promise<void>;
}

/** Content-addressed bytes. A digest is the sha256 of the bytes, whatever their size. */
export interface Blobs {
  /** Durable when it resolves. Returns the digests in order. Storing what is there already is cheap. */
  put(items: readonly Uint8Array[]): Promise<readonly Digest[]>;
  /** As `put` for one blob of any size, in bounded memory. */
  putStream(chunks: AsyncIterable<Uint8Array>): Promise<Digest>;
  /** @throws MissingBlob when there is none. */
  get(digest: Digest): Promise<Uint8Array>;
  /** As `get` in chunks of at most 1 MiB. */
  getStream(digest: Digest): AsyncIterable<Uint8Array>;
  /** Which of these are not there. */
  missing(digests: readonly Digest[]): Promise<readonly Digest[]>;
}

export class MissingBlob extends Error {
  override readonly name = "MissingBlob";
  readonly digest: Digest;
  constructor(digest: Digest) {
    super(`blob ${digest} is not in the store`);
    this.digest = digest;
  }
}

/**
 * An answer by someone who need not own the run. The first one for a subject wins.
 * Subjects: an approval's id, an escalation's id, a call id (effect in doubt), `plan/VERSION` (review),
 * `note/N`, `budget/N`, `stop/N`. An edited plan names its text: a blob of a plan as `submit_plan` takes it.
 */
export interface Answer {
  readonly run: RunId;
  readonly subject: string;
  readonly at: Instant;
  readonly by: By;
  readonly value: AnswerValue;
}
export type AnswerValue =
  | {
      readonly type: "approval";
      readonly answer: "grant" | "grant-edited" | "refuse" | "expire";
      readonly edited: Digest | null;
      readonly note: Digest | null;
      /** A rule the person wrote with it (a blob of a `RuleSpec`); not there in answers of an older version. */
      readonly rule?: Digest | null;
    }
  | {
      readonly type: "escalation";
      readonly choice: Choice;
      readonly note: Digest | null;
      readonly budget: Budget | null;
    }
  | {
      readonly type: "effect";
      readonly finding: "happened" | "did-not" | "skip";
      readonly evidence: Digest | null;
    }
  | {
      readonly type: "plan";
      readonly answer: "adopt" | "reject" | "edit";
      readonly note: Digest | null;
      readonly edited: Digest | null;
    }
  | { readonly type: "note"; readonly thread: string | null; readonly text: Digest }
  | { readonly type: "budget"; readonly budget: Budget }
  | { readonly type: "stop" };

/** One line of `harness runs`, kept beside the chain so that a list does not fold every run. */
export interface RunRow {
  readonly id: RunId;
  readonly createdAt: Instant;
  readonly epoch: number;
  readonly headSeq: number;
  readonly headHash: Digest;
}

/** Who holds a run, as far as the lock file tells. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
}

/** The right to append to one run. It lasts until `release` or the death of the process. */
export interface Ownership {
  readonly run: RunId;
  release(): Promise<void>;
}

/**
 * The append-only list of events, the only source of truth.
 * Only the owner appends. Readers may read at any time.
 */
export interface Journal {
  /** Takes the run, or names the living owner. A dead owner's run is taken at once, a living or stopped one's never. */
  own(run: RunId): Promise<{ readonly owned: Ownership } | { readonly owner: Owner }>;
  /**
   * Appends a batch whole, or nothing. `after` null creates the run.
   * The entries must be sealed (`seal` in core/chain.ts) to follow `after`.
   * Batches given in the same tick share one commit. Durable when it resolves.
   * @throws NotOwner when the chain's head is not `after`: someone else appended, and this process must stop.
   */
  append(run: RunId, after: ChainHead | null, entries: readonly Entry[]): Promise<void>;
  /** Entries after `afterSeq`, oldest first, each checked: readable, in sequence, chained. @throws DamagedJournal */
  read(run: RunId, afterSeq: number): AsyncIterable<Entry>;
  runs(): Promise<readonly RunRow[]>;
  /** false: somebody was first, whose answer `answers` returns. */
  answer(answer: Answer): Promise<boolean>;
  /** All answers of a run, in the order they came. */
  answers(run: RunId): Promise<readonly Answer[]>;
}

export class NotOwner extends Error {
  override readonly name = "NotOwner";
}
export class DamagedJournal extends Error {
  override readonly name = "DamagedJournal";
}

/** Prompts in the Dotprompt format, as text: rendering is pure. `file` is how errors name the source. */
export interface Prompts {
  /** Reads the source without rendering it. @throws PromptError naming the line */
  check(source: string, file?: string): void;
  /** Renders the source with these variables. @throws PromptError naming the line and the variable */
  render(
    source: string,
    variables: Readonly<Record<string, unknown>>,
    file?: string,
  ): { readonly system: string; readonly messages: readonly Message[] };
}

export interface Models {
  /** The model of that name, as pinned in the run. */
  model(name: string): Promise<Model>;
  /**
   * The time before which nobody should call this model, because a run on this machine that uses the same key and
   * address was told to wait; null: none.
   */
  heldUntil(name: string): Promise<Instant | null>;
}

/** Effects on the outside world, for tools that reach there. */
interface EffectResult {
  /** `unknown`: sent, and no answer came. */
  readonly outcome: "done" | "failed" | "unknown";
  readonly text: string;
  /** Why it is unknown; `reset` if left out. */
  readonly why?: "timeout" | "reset";
}
/** A tool that acts outside the sandbox. `key` is passed on where the target takes an idempotency key. */
export interface OutsideTool {
  readonly spec: ToolSpec;
  run(call: CallId, args: unknown, key: string, signal: AbortSignal): Promise<EffectResult>;
}

/** What a decision about a call depends on besides the call. */
export interface Circumstances {
  readonly now: Instant;
  /** What the sandbox of its thread may reach in any case. */
  readonly open: readonly OpenHost[];
  /** Its thread has read text from the network, which nobody vouches for. */
  readonly isTainted: boolean;
}

/** Decides what a call may do. Its digest is pinned in the run and bound into approvals. */
export interface Policy {
  /** Names what decides now. */
  readonly digest: Digest;
  readonly askFrom: Risk;
  /** What the call would do. Pure; never throws, whatever a model wrote. */
  assess(tool: string, args: unknown): Assessment;
  /** Pure, for one `digest`. */
  judge(tool: string, assessment: Assessment, at: Circumstances): Judgement;
  /** From now on it has one more rule, at its end; what it was made of is durable when this resolves. */
  remember(rule: RuleSpec): Promise<void>;
}

/** The world, as the loop sees it. */
export interface Ports {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly blobs: Blobs;
  readonly workspaces: Workspaces;
  readonly sandbox: Sandbox;
  readonly models: Models;
  readonly prompts: Prompts;
  readonly policy: Policy;
  readonly outside: readonly OutsideTool[];
  /** Looks an effect up that is in doubt. null: that told nothing. Never rejects. */
  readonly probe: (
    spec: ProbeSpec,
    key: string,
    signal: AbortSignal,
  ) => Promise<"happened" | "did-not" | null>;
  /** Whether a path fits one of these globs. */
  readonly glob: (patterns: readonly string[]) => (path: string) => boolean;
  readonly sha256: Sha256;
}
