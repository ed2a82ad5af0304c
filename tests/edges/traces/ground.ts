import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openCursors } from "../../../src/edges/traces/cursor.ts";
import type { Cursors } from "../../../src/edges/traces/cursor.ts";
import { Exporter } from "../../../src/edges/traces/exporter.ts";
import type { ExporterOptions, TraceSource } from "../../../src/edges/traces/exporter.ts";
import type { Target } from "../../../src/edges/traces/target.ts";

export const never = new AbortController().signal;

/** A new directory, gone after the test. */
export async function place(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-traces-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  return dir;
}

export function cursorsAt(path: string): Cursors {
  const cursors = openCursors(path);
  onTestFinished(() => cursors.close());
  return cursors;
}

export interface Sending {
  readonly exporter: Exporter;
  readonly cursors: Cursors;
  readonly said: readonly string[];
  /** How long it would have waited each time. */
  readonly pauses: readonly number[];
}

/** An exporter that waits for nothing. */
export async function sending(
  target: Target,
  source: TraceSource,
  more: Partial<ExporterOptions> = {},
): Promise<Sending> {
  const [said, pauses]: [string[], number[]] = [[], []];
  const cursors = more.cursors ?? cursorsAt(join(await place(), "traces.db"));
  const exporter = new Exporter({
    source,
    target,
    cursors,
    secrets: [],
    level: "full",
    version: "9.9.9",
    say: (line) => said.push(line),
    haste: never,
    halt: never,
    patience: 8,
    courier: { pause: async (ms) => void pauses.push(ms), random: () => 1 },
    ...more,
  });
  return { exporter, cursors, said, pauses };
}
