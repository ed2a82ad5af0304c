import type { Entry } from "../../src/core/event.ts";
import { decodeText } from "../../src/core/canonical.ts";
import { Ledger } from "./ledger.ts";
import type { Simulated } from "./simulate.ts";

/** Sums over many simulated runs: what they came to, which ceilings stopped them, and by how much any was overshot. */
export class Tally {
  #runs = 0;
  #crashes = 0;
  #events = 0;
  #calls = 0;
  #mostCalls = 0;
  readonly #counts = new Map<string, number>();

  async add(run: Simulated): Promise<void> {
    const { entries } = run;
    const calls = entries.filter(({ type }) => type === "model-started").length;
    this.#runs += 1;
    this.#crashes += run.deaths.length;
    this.#events += entries.length;
    this.#calls += calls;
    this.#mostCalls = Math.max(this.#mostCalls, calls);
    for (const entry of entries) for (const name of await named(run, entry)) this.#count(name);
    this.#count("overshoots", new Ledger(entries).overshoots.length);
  }

  #count(name: string, by = 1): void {
    this.#counts.set(name, this.of(name) + by);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  text(): string {
    const head = `${this.#runs} runs, ${this.#crashes} crashes, ${this.#events} events, ${this.#calls} model calls (most in one run: ${this.#mostCalls})`;
    const rows = [...this.#counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${String(count).padStart(7)}  ${name}`);
    return [head, ...rows].join("\n");
  }
}

/** `budget of the run: tokens`, `ended: met`, `answered: outage stop`. */
async function named({ disk }: Simulated, entry: Entry): Promise<string[]> {
  switch (entry.type) {
    case "run-ended":
      return [`ended: ${entry.body.outcome}`];
    case "model-held":
      return ["a model was held"];
    case "context-compacted":
      return ["a context was compacted"];
    case "plan-proposed":
      return [`plan of ${entry.body.by.type}`];
    case "run-stopped":
      return [`stopped: ${entry.body.reason}`];
    case "call-ended":
      return entry.body.outcome === "timeout" ? ["a command timed out"] : [];
    case "escalation-answered":
      return [`answered: ${entry.body.escalation.split("/")[0]} ${entry.body.choice}`];
    case "escalation-raised": {
      if (entry.body.kind !== "budget") return [`asked: ${entry.body.kind}`];
      const [, cause = ""] = decodeText(await disk.blobs.get(entry.body.card)).split("\n");
      const of = entry.body.task === null ? "the run" : "a task";
      return [`budget of ${of}: ${cause.split(":")[0]}`];
    }
    default:
      return [];
  }
}
