import { createHash } from "node:crypto";
import { expect } from "vitest";
import { audit } from "../../../src/core/audit.ts";
import type { AuditWorld } from "../../../src/core/audit.ts";
import { headOf, seal } from "../../../src/core/chain.ts";
import type { Body, Budget, By, Entry, EventType, RunEvent } from "../../../src/core/event.ts";
import type { Digest } from "../../../src/core/id.ts";
import type { Answer, AnswerValue } from "../../../src/core/ports.ts";

export const sha256 = (text: string): Digest => createHash("sha256").update(text).digest("hex");
export const alice: By = { type: "person", user: "alice", tty: "/dev/pts/1" };
export const rule: By = { type: "rule", id: "r1" };
const run = "7k2m";

/** An event before it is sealed, with the place it will have. */
export interface Step {
  readonly event: RunEvent;
  readonly at: number;
  readonly epoch: number;
}

/**
 * A chain under construction: events in order, the blobs they name and the answers people gave. Events are sealed
 * only at the end, so that a test can change an honest story and still have an unbroken chain.
 */
export class Chain {
  steps: Step[] = [];
  answers: Answer[] = [];
  readonly stored = new Set<Digest>();
  epoch = 1;
  at = 1_000_000;

  /** Names a blob and stores it. */
  blob(text: string): Digest {
    const digest = sha256(text);
    this.stored.add(digest);
    return digest;
  }

  add<T extends EventType>(type: T, body: Body<T>): this {
    this.at += 1_000;
    this.steps.push({ event: { type, body } as unknown as RunEvent, at: this.at, epoch: this.epoch });
    return this;
  }

  /** Somebody answers now. */
  answer(subject: string, value: AnswerValue, by: By = alice): this {
    this.answers.push({ run, subject, at: this.at, by, value });
    return this;
  }

  /** A person's words, and their event. */
  note(text: Digest, thread: string | null = null): this {
    this.answer(`note/${this.answers.length}`, { type: "note", thread, text });
    return this.add("note-added", { thread, text, by: alice });
  }

  /** A person gives the run another budget, and its event. */
  changeBudget(budget: Budget): this {
    this.answer(`budget/${this.answers.length}`, { type: "budget", budget });
    return this.add("budget-changed", { task: null, budget, by: alice });
  }

  /** Position of the nth event of a type; negative counts from the end. */
  find(type: EventType, nth = 0): number {
    const positions = this.steps.flatMap((step, position) => (step.event.type === type ? [position] : []));
    const position = positions.at(nth);
    if (position === undefined) throw new Error(`the chain has no ${type} number ${nth}`);
    return position;
  }

  body<T extends EventType>(type: T, nth = 0): Body<T> {
    const step = this.steps[this.find(type, nth)] as Step;
    return step.event.body as unknown as Body<T>;
  }

  change<T extends EventType>(type: T, change: Partial<Body<T>>, nth = 0): this {
    const position = this.find(type, nth);
    const step = this.steps[position] as Step;
    const event = { type, body: { ...step.event.body, ...change } } as unknown as RunEvent;
    this.steps[position] = { ...step, event };
    return this;
  }

  drop(type: EventType, nth = 0): this {
    this.steps.splice(this.find(type, nth), 1);
    return this;
  }

  /** The same event once more, right after itself. */
  repeat(type: EventType, nth = 0): this {
    const position = this.find(type, nth);
    this.steps.splice(position, 0, this.steps[position] as Step);
    return this;
  }

  /** Puts a new event right before the nth of a type. */
  before<T extends EventType>(type: EventType, nth: number, added: T, body: Body<T>): this {
    const position = this.find(type, nth);
    const { at, epoch } = this.steps[position] as Step;
    this.steps.splice(position, 0, { event: { type: added, body } as unknown as RunEvent, at, epoch });
    return this;
  }

  /** Moves the nth event of a type to right before an event of another. */
  move(type: EventType, nth: number, before: EventType, beforeNth: number): this {
    const [step] = this.steps.splice(this.find(type, nth), 1);
    this.steps.splice(this.find(before, beforeNth), 0, step as Step);
    return this;
  }

  /** Keeps what comes before the nth event of a type. */
  until(type: EventType, nth = 0): this {
    this.steps = this.steps.slice(0, this.find(type, nth));
    this.epoch = this.steps.at(-1)?.epoch ?? 1;
    return this;
  }

  entries(): Entry[] {
    const entries: Entry[] = [];
    for (const { event, at, epoch } of this.steps) {
      const last = entries.at(-1);
      entries.push(...seal(run, last === undefined ? null : headOf(last), epoch, at, [event], sha256));
    }
    return entries;
  }

  world(): AuditWorld {
    return {
      missing: (digests) => Promise.resolve(digests.filter((digest) => !this.stored.has(digest))),
      answers: this.answers,
      sha256,
      now: this.at + 1_000_000,
    };
  }
}

export const findingsOf = (chain: Chain): ReturnType<typeof audit> => audit(chain.entries(), chain.world());

/** What the audit of a chain finds, as pairs of a promise and a sentence. */
export async function wrongs(chain: Chain): Promise<[string, string][]> {
  return (await findingsOf(chain)).map(({ promise, what }) => [promise, what]);
}

/** Exactly these promises, in this order, each in a sentence that contains this. */
export const like = (...expected: readonly [string, string][]): unknown =>
  expected.map(([promise, what]) => [promise, expect.stringContaining(what)]);
