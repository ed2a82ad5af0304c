import type { z } from "zod";
import { versionOf } from "../event-version.ts";
import { bodies } from "../event.ts";
import type { Entry } from "../event.ts";
import type { Finding } from "./finding.ts";

/** P12: every version is known and every body is what its version says. Only entries that can be read go further. */
export function readable(entries: readonly Entry[]): {
  readonly entries: Entry[];
  readonly findings: Finding[];
} {
  const fit: Entry[] = [];
  const findings: Finding[] = [];
  for (const entry of entries) {
    const unknown = unknownVersion(entry);
    if (unknown !== null) findings.push({ promise: "P12", seq: entry.seq, what: unknown });
    if (fits(entry)) fit.push(entry);
    else if (unknown === null) {
      findings.push({
        promise: "P12",
        seq: entry.seq,
        what: `the body of ${entry.type} is not what version ${entry.v} says`,
      });
    }
  }
  return { entries: fit, findings };
}

function unknownVersion({ type, v }: Entry): string | null {
  if (!Object.hasOwn(bodies, type)) return `event type "${type}" is not known`;
  const newest = versionOf(type);
  return Number.isInteger(v) && v >= 1 && v <= newest
    ? null
    : `${type} has version ${v}, and versions 1 to ${newest} are known`;
}

const fits = ({ type, body }: Entry): boolean =>
  Object.hasOwn(bodies, type) && (bodies[type] as z.ZodType).safeParse(body).success;
