import type { Digest } from "../../core/id.ts";
import type { Sha256 } from "../../core/chain.ts";
import type { OutsideTool } from "../../core/ports.ts";
import type { Start } from "./child.ts";
import { readListing } from "./definitions.ts";
import type { Listing } from "./definitions.ts";
import { plain, plainLine } from "./plain.ts";
import { errorText, resultText } from "./result-text.ts";
import { openSession } from "./session.ts";
import type { CallEnd, CallRequest, Session } from "./session.ts";

export interface ServerOptions {
  readonly name: string;
  readonly start: Start;
  /** Of each call; to start and to list its tools it has `startFactor` as long. */
  readonly timeoutMs: number;
  readonly redact: (text: string) => string;
  readonly log: (line: string) => void;
  readonly sha256: Sha256;
}

/** Some fetch what they run when they start. */
const startFactor = 3;

type Effect = Awaited<ReturnType<OutsideTool["run"]>>;
interface Trouble {
  readonly why: string;
}

/** One server through all its lives. */
export class Server {
  readonly #options: ServerOptions;
  readonly #closing = new AbortController();
  /** The newest life, or its beginning. */
  #life: Promise<Session | Trouble>;
  /** Calls that were sent and are not answered. */
  #open = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#life = this.#begin();
  }

  /** What it lists as it starts. */
  async listing(): Promise<Listing | Trouble> {
    const session = await this.#life;
    if ("why" in session) return session;
    const { sha256, timeoutMs } = this.#options;
    const listed = await session.list(AbortSignal.timeout(timeoutMs * startFactor));
    return "why" in listed ? { why: `${listed.why}${session.lastWords()}` } : readListing(listed, sha256);
  }

  /**
   * Sent at most once, whatever happens. Before that the server says anew what its tools are: so it is alive, and the
   * tool is the one that `digest` names, whether or not a change of it was announced.
   */
  async call(request: CallRequest, digest: Digest, signal: AbortSignal): Promise<Effect> {
    const ready = await this.#ready(request.tool, digest, signal);
    if ("why" in ready) return this.#unsent(ready.why);
    this.#open += 1;
    try {
      return this.#told(await ready.call(request, this.#inTime(signal)), ready);
    } finally {
      this.#open -= 1;
    }
  }

  /** Ends it. What is open then is not known to have happened. */
  async close(): Promise<void> {
    this.#closing.abort();
    const session = await this.#life;
    if (!("why" in session)) await session.close();
  }

  /** A living session whose tool is what it was. A server that has ended is started again, once. */
  async #ready(tool: string, digest: Digest, signal: AbortSignal): Promise<Session | Trouble> {
    const before = this.#life;
    const session = await this.#living(signal);
    const checked = await this.#checked(session, tool, digest, signal);
    const isOld = session === (await orStopped(before, signal));
    const hasEnded = !("why" in session) && session.ended() !== null;
    if (!isOld || !hasEnded || signal.aborted) return checked;
    return this.#checked(await this.#living(signal), tool, digest, signal);
  }

  async #living(signal: AbortSignal): Promise<Session | Trouble> {
    const life = this.#life;
    const session = await orStopped(life, signal);
    if (signal.aborted) return stopped;
    if (this.#closing.signal.aborted) return { why: "it was closed" };
    const end = "why" in session ? session.why : session.ended();
    if (end === null) return session;
    // Calls side by side begin one new life.
    if (this.#life === life) {
      this.#options.log(`mcp ${this.#options.name}: started again: ${this.#options.redact(end)}`);
      this.#life = this.#begin();
    }
    return orStopped(this.#life, signal);
  }

  async #begin(): Promise<Session | Trouble> {
    const { start, timeoutMs, redact } = this.#options;
    return openSession(start, timeoutMs * startFactor, redact, this.#closing.signal);
  }

  async #checked(
    session: Session | Trouble,
    tool: string,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<Session | Trouble> {
    if ("why" in session) return session;
    const listed = await session.list(this.#inTime(signal));
    if ("why" in listed) {
      // It hangs, and nobody waits for it: the next call finds it ended, and starts it again.
      if (!signal.aborted && this.#open === 0) void session.close();
      return { why: `${listed.why}${session.lastWords()}` };
    }
    const now = readListing(listed, this.#options.sha256).tools.get(tool);
    if (now !== undefined && "digest" in now && now.digest === digest) return session;
    const what = now === undefined ? "no longer has the tool" : "has changed the tool";
    return {
      why: `it ${what} ${plainLine(tool, 100)} since the run was begun or resumed; stop the run and resume it to be asked about the tool as it is now`,
    };
  }

  #inTime(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs)]);
  }

  #told(end: CallEnd, session: Session): Effect {
    const { name, redact } = this.#options;
    switch (end.type) {
      case "result":
        return { outcome: "done", text: resultText(name, end.result, redact) };
      case "error":
        return { outcome: "done", text: errorText(name, end.code, end.message, redact) };
      case "not-sent":
        return this.#unsent(end.why);
      case "lost":
        return {
          outcome: "unknown",
          text: this.#sentence(
            "has the call, and what came of it is not known",
            `${end.why}${session.lastWords()}`,
          ),
        };
    }
  }

  #unsent(why: string): Effect {
    return { outcome: "failed", text: this.#sentence("was sent nothing", why) };
  }

  #sentence(what: string, why: string): string {
    const { name, redact } = this.#options;
    return `The MCP server ${name} ${what}: ${plain(redact(why))}`;
  }
}

const stopped: Trouble = { why: "the call was stopped" };

/** What comes first: `signal` ends only the waiting. */
async function orStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | Trouble> {
  if (signal.aborted) return stopped;
  let stop = (): void => undefined;
  const aborted = new Promise<Trouble>((resolve) => (stop = () => resolve(stopped)));
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
