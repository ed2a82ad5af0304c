import { apply } from "../../../src/core/apply.ts";
import { isRecovery } from "../../../src/core/audit/story.ts";
import { canonical } from "../../../src/core/canonical.ts";
import type { Entry, RunEvent } from "../../../src/core/event.ts";
import { recover } from "../../../src/core/recover.ts";
import type { RunState } from "../../../src/core/run.ts";
import type { Chain } from "./chain-builder.ts";

/**
 * What makes a chain one that no honest owner could have written, null when nothing does: an event the fold does not
 * take, or a recovery that is not what `recover` writes. So that chains made by hand cannot drift from real ones.
 */
export function dishonest(chain: Chain): string | null {
  const entries = chain.entries();
  let run: RunState | null = null;
  for (const [at, entry] of entries.entries()) {
    if (run !== null && entry.type === "run-owned" && entry.epoch > run.epoch) {
      const [wanted, written] = [texts(recover(run)), texts(recoveryAt(entries, at + 1))];
      if (wanted !== written) return `after event ${entry.seq} the new owner wrote ${written}, not ${wanted}`;
    }
    try {
      run = apply(run, entry);
    } catch (error) {
      return `event ${entry.seq}, ${entry.type}: ${String(error)}`;
    }
  }
  return null;
}

function recoveryAt(entries: readonly Entry[], from: number): readonly Entry[] {
  const rest = entries.slice(from);
  const end = rest.findIndex((entry) => !isRecovery(entry));
  return end === -1 ? rest : rest.slice(0, end);
}

const texts = (events: readonly RunEvent[]): string =>
  events.map(({ type, body }) => `${type} ${canonical(body)}`).join("; ") || "nothing";
