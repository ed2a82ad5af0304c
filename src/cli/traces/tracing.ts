import { Worker } from "node:worker_threads";
import type { ProjectSpec } from "../../core/goal.ts";
import type { RunId } from "../../core/id.ts";
import { targetsOf } from "../../edges/traces/targets.ts";
import type { Io } from "../io.ts";

export interface TracingWanted {
  readonly projectDir: string;
  readonly project: ProjectSpec;
  readonly env: Io["env"];
  readonly run: RunId;
  /** A line for the person. */
  readonly say: (line: string) => void;
}

/** What the thread is given. */
export interface TraceWork {
  readonly projectDir: string;
  readonly project: ProjectSpec;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly run: RunId;
}

/** What the thread says. `waiting`: spans and scores that are not sent; null: nobody counted. */
export type TraceReport =
  | { readonly type: "say"; readonly line: string }
  | { readonly type: "done"; readonly waiting: number | null; readonly why: string | null };

/** How long the end of a run waits at most, in ms. */
const closeMs = 3000;

/**
 * Sends traces of a run while it goes on, and those of earlier ones that wait, from a thread of its own: this thread
 * makes no request. null: no server is named. Never stops a run, nor throws into it.
 */
export function tracing(wanted: TracingWanted): { close(): Promise<void> } | null {
  const { targets, faults } = targetsOf(wanted.env);
  for (const fault of faults) wanted.say(line(fault));
  return targets.length === 0 ? null : new Tracing(wanted);
}

const line = (text: string): string => ` traces     ${text}`;

/** The worker beside this file: as TypeScript in a checkout, as JavaScript in the package. */
const workerFile = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("./worker.ts", import.meta.url)
    : new URL("./worker.js", import.meta.url);

class Tracing {
  readonly #say: (text: string) => void;
  readonly #worker: Worker;
  readonly #over = Promise.withResolvers<void>();
  /** What the thread reported when it was done; null: it never was. */
  #done: { readonly waiting: number | null; readonly why: string | null } | null = null;
  /** The person was told that they wait. */
  #hasTold = false;
  #hasFailed = false;

  constructor({ projectDir, project, env, run, say }: TracingWanted) {
    this.#say = (text) => say(line(text));
    const workerData: TraceWork = { projectDir, project, env: { ...env }, run };
    // Without execArgv it would inherit ours, some of which a worker refuses to start with.
    this.#worker = new Worker(workerFile(), { workerData, execArgv: [] });
    // A run that fails is not held up by its traces.
    this.#worker.unref();
    this.#worker.on("message", (report: TraceReport) => this.#hear(report));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#over.resolve());
  }

  /** Lets what waits be sent, for a while, and says what is left. Never rejects. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#worker.postMessage("finish", []);
    const timer = setTimeout(() => this.#over.resolve(), closeMs);
    await this.#over.promise;
    clearTimeout(timer);
    void this.#worker.terminate();
    if (this.#hasFailed) return;
    const waiting = this.#done === null ? null : this.#done.waiting;
    if (waiting === 0 || this.#hasTold) return;
    const what =
      waiting === null ? "some spans wait" : waiting === 1 ? "1 span waits" : `${waiting} spans wait`;
    const why = this.#done?.why ?? null;
    this.#say(`${what}${why === null ? "" : ` (${why})`}: harness traces push`);
  }

  #hear(report: TraceReport): void {
    if (report.type === "say") {
      this.#hasTold ||= report.line.includes("they wait");
      this.#say(report.line);
    }
    if (report.type === "done") this.#done = report;
    if (report.type === "done") this.#over.resolve();
  }

  #fail(error: unknown): void {
    this.#hasFailed = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#say(`nothing more is sent (${why.split("\n", 1)[0]}); what waits is sent by: harness traces push`);
    this.#over.resolve();
  }
}
