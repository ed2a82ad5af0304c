import { decideGate } from "../gate/decide.ts";
import { itemsOf } from "./items.ts";
import type { Report, StoredReport } from "./report.ts";

/** A report with what its gate says of it: the same each time. @throws GateFault */
export function decided(stored: StoredReport): Report {
  if (stored.mode === "smoke") return { ...stored, decision: null };
  const looks = stored.looks.map(({ samples }) => samples);
  const judge = stored.judge?.labels ?? undefined;
  return { ...stored, decision: decideGate(stored.gate, { items: itemsOf(stored), looks, judge }) };
}
