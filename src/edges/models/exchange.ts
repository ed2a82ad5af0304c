import type { Instant } from "../../core/id.ts";
import type { ModelError, ModelResponse, Usage } from "../../core/model.ts";

export interface Limits {
  /** Milliseconds without a byte, before the first and between two, after which the call is given up. */
  readonly idleMs: number;
  readonly deadline: Instant;
  readonly signal: AbortSignal;
}

/** The way to a provider for one request: an SDK sends through `fetch`, and `signal` ends what it does. */
export interface Line {
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  /** Told of each part of the answer that came: headers, pings and comments are none. */
  readonly wrote: () => void;
  /** The first bytes of what was answered so far: what people are shown of an answer that is none. */
  readonly beginning: () => string;
}

/** Bytes of one answer; what is longer is no answer of a model. */
const maxBytes = 64 * 1024 * 1024;
/** The longest time Node's timers count. */
const maxTimer = 2 ** 31 - 1;
/**
 * An answer is still coming if a part of it came within this of its end, or a quarter of the time it was given, whichever is
 * less: models that write pause for seconds, and a provider that hung for longer took time that the answer could have used.
 */
const longestPauseMs = 30_000;

/** Nothing left this machine, so nothing can be billed. */
export const nothingUsed: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** Made once: each would hold a stack of its own. */
const over = new DOMException("This exchange is over", "AbortError");

export const failed = (error: ModelError, usage: Usage | null = null): ModelResponse => ({
  outcome: "failed",
  error,
  usage,
});

/**
 * Holds one request and its answer, and ends it when the caller aborts, the deadline passes or no byte comes for
 * too long. Bytes count, not events: a ping is life. Rejects only when `talk` does.
 */
export async function exchange(
  limits: Limits,
  talk: (line: Line) => Promise<ModelResponse>,
): Promise<ModelResponse> {
  if (limits.signal.aborted) return failed(aborted, nothingUsed);
  if (limits.deadline <= Date.now()) return failed(late, nothingUsed);
  const ended = Promise.withResolvers<ModelResponse>();
  const hangUp = new AbortController();
  const end = (error: ModelError): void => ended.resolve(failed(error));
  const watch = startWatch(limits, end);
  try {
    const beginning: Uint8Array[] = [];
    const line = {
      signal: hangUp.signal,
      wrote: watch.wrote,
      fetch: watchedFetch({ beginning, alive: watch.alive, sent: watch.sent, end }),
      beginning: () => Buffer.concat(beginning).toString(),
    };
    return await Promise.race([ended.promise, talk(line)]);
  } finally {
    watch.stop();
    hangUp.abort(over);
  }
}

interface Watch {
  readonly sent: () => void;
  readonly alive: () => void;
  readonly wrote: () => void;
  readonly stop: () => void;
}

function startWatch(limits: Limits, end: (error: ModelError) => void): Watch {
  const abort = (): void => end(aborted);
  limits.signal.addEventListener("abort", abort, { once: true });
  const idle = setTimeout(() => end(stalled(limits.idleMs)), Math.min(limits.idleMs, maxTimer));
  const givenMs = limits.deadline - Date.now();
  const pauseMs = Math.min(longestPauseMs, givenMs / 4);
  // A model that is asked without a server writes all the time.
  let lastPart = Infinity;
  const deadline = setTimeout(
    () => end(performance.now() - lastPart <= pauseMs ? { ...late, wasComing: true } : late),
    Math.min(givenMs, maxTimer),
  );
  return {
    sent: () => {
      lastPart = -Infinity;
    },
    alive: () => idle.refresh(),
    wrote: () => {
      lastPart = performance.now();
    },
    stop: () => {
      clearTimeout(idle);
      clearTimeout(deadline);
      limits.signal.removeEventListener("abort", abort);
    },
  };
}

interface Watcher {
  readonly beginning: Uint8Array[];
  readonly sent: () => void;
  readonly alive: () => void;
  readonly end: (error: ModelError) => void;
}

/** Redirects are not followed: a second request could carry the key to another place. */
function watchedFetch(watcher: Watcher): typeof globalThis.fetch {
  return async (input, init) => {
    watcher.sent();
    const response = await fetch(input, { ...init, redirect: "manual" });
    watcher.alive();
    if (response.body === null) return response;
    return new Response(response.body.pipeThrough(counted(watcher)), response);
  };
}

/** Bytes kept of the beginning. */
const shownBytes = 500;

function counted({
  beginning,
  alive,
  end,
}: Watcher): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      alive();
      if (bytes < shownBytes) beginning.push(chunk.slice(0, shownBytes - bytes));
      bytes += chunk.byteLength;
      if (bytes > maxBytes) end(tooLong);
      else controller.enqueue(chunk);
    },
  });
}

const problem = (kind: ModelError["class"], message: string): ModelError => ({
  class: kind,
  message,
  status: null,
  retryAfterMs: null,
});

const aborted = problem("network", "the call was stopped before the answer was whole");
const late = problem("stalled", "there was no whole answer when the time for this call was over");
const tooLong = problem("protocol", `the answer was longer than ${maxBytes / 1024 / 1024} MiB`);
const stalled = (idleMs: number): ModelError =>
  problem("stalled", `the provider sent nothing for ${idleMs / 1000} s`);
