import { join } from "node:path";
import type { ProjectSpec } from "../../core/goal.ts";
import { traceFold } from "../../core/trace/fold.ts";
import { openCursors } from "../../edges/traces/cursor.ts";
import type { Cursors } from "../../edges/traces/cursor.ts";
import { Exporter } from "../../edges/traces/exporter.ts";
import type { ExporterOptions, TraceSource } from "../../edges/traces/exporter.ts";
import type { Level } from "../../edges/traces/content.ts";
import type { Target } from "../../edges/traces/target.ts";
import type { Kept } from "../kept-secrets.ts";
import { sha256 } from "../sha256.ts";
import { ownVersion } from "../version.ts";

/** Where the cursors of a project lie. */
export const cursorFile = (state: string): string => join(state, "traces.db");

export const fold: TraceSource["fold"] = () => {
  const telling = traceFold(sha256);
  return { see: (entry) => telling.see(entry) };
};

/**
 * How much traces tell. Where nobody says: all to Langfuse, whose keys were given for this; to another endpoint, which
 * other programs may have been pointed to, the words of harness alone.
 */
export const levelOf = ({ traces }: ProjectSpec, kind: Target["kind"]): Level =>
  traces?.content ?? (kind === "langfuse" ? "full" : "metadata");

export interface ExportersWanted extends Pick<ExporterOptions, "say" | "haste" | "halt" | "patience"> {
  readonly state: string;
  readonly project: ProjectSpec;
  readonly kept: Kept;
  readonly stored: Omit<TraceSource, "fold">;
  readonly targets: readonly Target[];
}

/** An exporter for each target, over one file of cursors, which who opens them closes. */
export function openExporters(wanted: ExportersWanted): {
  readonly cursors: Cursors;
  readonly exporters: readonly { readonly target: Target; readonly exporter: Exporter }[];
} {
  const { state, project, kept, stored, targets, ...rest } = wanted;
  const cursors = openCursors(cursorFile(state));
  const exporters = targets.map((target) => ({
    target,
    exporter: new Exporter({
      ...rest,
      target,
      cursors,
      source: { ...stored, fold },
      secrets: kept.all,
      level: levelOf(project, target.kind),
      version: ownVersion(),
    }),
  }));
  return { cursors, exporters };
}
