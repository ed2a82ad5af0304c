import { kits } from "../../edges/models/wire/kits.ts";
import type { Kit } from "../../edges/models/wire/kit.ts";
import { status } from "../../edges/models/wire/server.ts";
import type { Reply, Seen } from "../../edges/models/wire/server.ts";
import { fixed, random } from "../../simulation/random.ts";
import { faulty, honestly } from "./faults.ts";
import type { Mix, Sent } from "./faults.ts";
import { heard } from "./heard.ts";
import { honest } from "./honest.ts";
import type { Job } from "./honest.ts";

/** What happens to a provider as a whole. */
export interface Sky extends Mix {
  readonly seed: number;
  readonly jobs: readonly Job[];
  /** The provider of this name answers nothing but errors for so long, after so many of its requests. */
  readonly outage?: { readonly provider: string; readonly after: number; readonly ms: number };
  /** Requests that each provider takes in a minute. */
  readonly perMinute?: number;
}

/** A request that came, and what was sent for it. */
export interface Served extends Sent {
  readonly key: string;
  readonly provider: string;
  readonly at: number;
}

/** Three providers behind one address, who keep a ledger of what they sent. */
export class Providers {
  readonly served: Served[] = [];
  readonly #sky: Sky;
  readonly #outages = new Map<string, number>();
  readonly #windows = new Map<string, { readonly until: number; taken: number }>();
  /** Requests by thread: what the dice say must not depend on the order of threads. */
  readonly #asked = new Map<string, number>();

  constructor(sky: Sky) {
    this.#sky = sky;
  }

  /** To be given to `serve`. `then`: after the request is in the ledger, before its answer. */
  reply(then: () => void): Reply {
    return (response, seen) => {
      const sent = this.#take(seen);
      then();
      sent.reply(response, seen);
    };
  }

  #take(seen: Seen): Served {
    const kit = kits.find(({ path }) => path === seen.path);
    if (kit === undefined) throw new Error(`nobody serves ${seen.path}`);
    const at = Date.now();
    const request = heard(seen.path, seen.body);
    const sent = this.#outage(kit, at) ?? this.#limit(kit, at) ?? this.#answer(kit, request);
    const served = { ...sent, key: request.key, provider: kit.name, at };
    this.served.push(served);
    return served;
  }

  #outage(kit: Kit, at: number): Sent | null {
    const { name } = kit;
    const { outage, seed } = this.#sky;
    const count = this.served.filter(({ provider }) => provider === name).length;
    if (outage?.provider !== name || count < outage.after) return null;
    const since = this.#outages.get(name) ?? at;
    this.#outages.set(name, since);
    if (at >= since + outage.ms) return null;
    const which = fixed(seed, "outage", count);
    if (which < 0.4)
      return out(529, kit.errorBody("overloaded_error", "Overloaded"), "overloaded", { "retry-after": "20" });
    if (which < 0.7) return out(503, "", "server", {});
    return out(502, "<html><body><h1>502 Bad Gateway</h1></body></html>", "server", {
      "content-type": "text/html",
    });
  }

  #limit(kit: Kit, at: number): Sent | null {
    const { name } = kit;
    const { perMinute } = this.#sky;
    if (perMinute === undefined) return null;
    const known = this.#windows.get(name);
    const window = known === undefined || at >= known.until ? { until: at + 60_000, taken: 0 } : known;
    this.#windows.set(name, window);
    window.taken += 1;
    if (window.taken <= perMinute) return null;
    const left = window.until - at;
    const spelled = [
      { "retry-after": String(Math.ceil(left / 1000)) },
      { "retry-after-ms": String(left) },
      { "retry-after": new Date(window.until + 999).toUTCString() },
    ][window.taken % 3];
    return out(429, kit.errorBody("rate_limit_error", "Slow down."), "rate-limit", spelled ?? {}, left);
  }

  #answer(kit: Kit, request: ReturnType<typeof heard>): Sent {
    const { seed, rate, jobs } = this.#sky;
    const [thread = ""] = request.key.split("#");
    const count = (this.#asked.get(thread) ?? 0) + 1;
    this.#asked.set(thread, count);
    const dice = random(Math.floor(fixed(seed, thread, count) * 2 ** 32));
    const turn = { kit, wanted: honest(jobs, request), id: `c${this.served.length}`, dice };
    return dice.chance(rate) ? faulty(turn, this.#sky) : honestly(turn);
  }
}

const out = (
  code: number,
  body: string,
  failed: "overloaded" | "server" | "rate-limit",
  headers: Readonly<Record<string, string>>,
  waitMs = 0,
): Sent => ({ fault: `${code}`, reply: status(code, body, headers), becomes: { failed, waitMs } });
