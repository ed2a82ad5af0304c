import { join } from "node:path";
import PQueue from "p-queue";
import type { Entry } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import type { Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { readJson } from "../../loop/texts.ts";
import type { Io } from "../io.ts";
import { oneLine } from "../view/words.ts";
import { runCommand } from "./command.ts";
import { Cursor } from "./cursor.ts";
import { mayConcern, messageOf, nameOf } from "./message.ts";
import type { Sender } from "./message.ts";

/** Tells someone who is not there, by a command of theirs. */
export interface Notifier {
  see(entry: Entry, state: RunState): void;
  /** Waits a while for what is being told, and says what was not. Never rejects. */
  close(): Promise<void>;
}

export interface NotifierOptions {
  readonly command: string;
  readonly projectDir: string;
  readonly env: Io["env"];
  /** Where the run's `notified` lies. */
  readonly dir: string;
  /** As it is now: it changes as the run goes on. */
  readonly run: RunState;
  /** A person is there to be asked about plans. */
  readonly isAttended: boolean;
  readonly say: (line: string) => void;
  readonly patience?: Patience;
}

/** Times in ms. */
export interface Patience {
  /** One try of the command. */
  readonly tryMs: number;
  /** Before it is tried again. */
  readonly pausesMs: readonly number[];
  /** How long `close` waits. */
  readonly closeMs: number;
}

const patienceAsUsual: Patience = { tryMs: 30_000, pausesMs: [2000, 10_000], closeMs: 10_000 };
/** Commands at once. */
const atOnce = 2;
/** All that the command gets of our environment: no keys. */
const passedOn = ["PATH", "HOME", "LANG", "TERM"];

type Reading = Pick<Ports, "journal" | "blobs" | "clock">;

export const notifier = (options: NotifierOptions, ports: Reading): Notifier => new Telling(options, ports);

/** What is known before anything is told. */
interface Ready {
  readonly cursor: Cursor;
  readonly sender: Sender;
}

class Telling implements Notifier {
  readonly #options: NotifierOptions;
  readonly #patience: Patience;
  readonly #ports: Reading;
  readonly #queue = new PQueue({ concurrency: atOnce });
  readonly #over = new AbortController();
  /** When what earlier lives left untold is in the queue; null: it cannot be known. */
  readonly #ready: Promise<Ready | null>;
  /** What is not told yet, by position. */
  readonly #untold = new Map<number, Entry>();
  #hasLostPlace = false;

  constructor(options: NotifierOptions, ports: Reading) {
    this.#options = options;
    this.#patience = options.patience ?? patienceAsUsual;
    this.#ports = ports;
    this.#ready = this.#begin();
  }

  see(entry: Entry): void {
    if (mayConcern(entry)) void this.#ready.then((ready) => this.#take(entry, ready));
  }

  async close(): Promise<void> {
    const ready = await this.#ready;
    const waited = new AbortController();
    const { clock } = this.#ports;
    const late = clock.sleepUntil(clock.now() + this.#patience.closeMs, waited.signal);
    await Promise.race([this.#queue.onIdle(), late]);
    waited.abort();
    this.#over.abort();
    this.#queue.clear();
    await this.#queue.onIdle();
    if (ready !== null) await this.#admit(ready.sender);
  }

  /** Says what nobody was told, as far as it is still to be told. */
  async #admit(sender: Sender): Promise<void> {
    const names: string[] = [];
    try {
      for (const entry of [...this.#untold.values()].toSorted((a, b) => a.seq - b.seq))
        if ((await messageOf(entry, this.#options.run, this.#ports, sender)) !== null)
          names.push(nameOf(entry));
    } catch (error) {
      names.push(`more: ${oneLine((error as Error).message, 200)}`);
    }
    if (names.length === 0) return;
    this.#say(
      `not told of ${names.join(", ")}; harness resume ${this.#options.run.id} tells what is open then`,
    );
  }

  async #begin(): Promise<Ready | null> {
    const { dir, run, projectDir } = this.#options;
    const { journal, blobs } = this.#ports;
    try {
      const { title } = await readJson<RunConfig>(blobs, run.config);
      const cursor = await Cursor.open(join(dir, "notified"));
      const ready = { cursor, sender: { title: oneLine(title, 200), project: projectDir } };
      for await (const entry of journal.read(run.id, cursor.through))
        if (mayConcern(entry)) this.#take(entry, ready);
      return ready;
    } catch (error) {
      this.#say(`nobody is told of this run: ${oneLine((error as Error).message, 200)}`);
      return null;
    }
  }

  #take(entry: Entry, ready: Ready | null): void {
    if (ready === null || !ready.cursor.take(entry.seq)) return;
    // Somebody is asked in place; where nobody is, the next life tells it.
    if (entry.type === "plan-proposed" && this.#options.isAttended) return;
    this.#untold.set(entry.seq, entry);
    void this.#queue.add(async () => this.#guarded(entry, ready));
  }

  /** A reader is no reason to stop a run, whatever goes wrong in it. */
  async #guarded(entry: Entry, { cursor, sender }: Ready): Promise<void> {
    try {
      if (!(await this.#isDone(entry, sender))) return;
    } catch (error) {
      this.#say(`${nameOf(entry)} cannot be told: ${oneLine((error as Error).message, 200)}`);
      return;
    }
    this.#untold.delete(entry.seq);
    try {
      await cursor.settle(entry.seq);
    } catch (error) {
      if (this.#hasLostPlace) return;
      this.#hasLostPlace = true;
      this.#say(`after a crash some may be told again: ${oneLine((error as Error).message, 200)}`);
    }
  }

  /** Whether it was told, or needs no telling any more: it may have been answered meanwhile. */
  async #isDone(entry: Entry, sender: Sender): Promise<boolean> {
    const { signal } = this.#over;
    const { clock } = this.#ports;
    for (const pause of [...this.#patience.pausesMs, null]) {
      const message = await messageOf(entry, this.#options.run, this.#ports, sender);
      if (message === null) return true;
      if (signal.aborted) return false;
      const why = await this.#run(`${JSON.stringify(message)}\n`);
      if (why === null) return true;
      if (signal.aborted) return false;
      const again = pause === null ? "given up" : `tried again in ${pause / 1000} s`;
      this.#say(`${oneLine(this.#options.command, 60)} ${why}; ${again} (${nameOf(entry)})`);
      if (pause !== null) await clock.sleepUntil(clock.now() + pause, signal);
    }
    return false;
  }

  async #run(input: string): Promise<string | null> {
    const { command, projectDir: cwd, env: own, run } = this.#options;
    const env: Record<string, string> = { HARNESS_RUN: run.id };
    for (const name of passedOn) {
      const value = own[name];
      if (value !== undefined) env[name] = value;
    }
    const { tryMs: timeoutMs } = this.#patience;
    return runCommand({ command, cwd, env, input, timeoutMs, signal: this.#over.signal });
  }

  #say(text: string): void {
    this.#options.say(` notify     ${text}`);
  }
}
