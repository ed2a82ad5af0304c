import type { Entry } from "../core/event.ts";
import type { Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import type { ProjectFile } from "../edges/project/project-file.ts";
import type { Io } from "./io.ts";
import { mirror, runDir } from "./mirror/mirror.ts";
import { notifier } from "./notify/notifier.ts";
import { tracing } from "./traces/tracing.ts";
import { stateDir } from "./wire.ts";

/** Who learns of a run besides the person at the terminal. */
export interface Informed {
  see(entry: Entry, run: RunState): void;
  /** Resolves when everything was passed on, or it was said what was not. Never rejects. */
  close(): Promise<void>;
}

/**
 * Keeps up the run's mirror and, where the project says so, tells a person who is not there. Both begin with what the
 * journal holds. Where a server is named, traces are sent there by a thread of their own. `run`: its state, which changes
 * as it goes on; `say`: a line for people.
 */
export function inform(
  io: Io,
  { dir: projectDir, spec }: ProjectFile,
  ports: Pick<Ports, "journal" | "blobs" | "clock">,
  run: RunState,
  say: (line: string) => void,
): Informed {
  const dir = runDir(stateDir(projectDir), run.id);
  const told: Informed[] = [mirror(dir, ports, run.id, say)];
  const command = spec.approvals?.notify;
  if (command !== undefined)
    told.push(
      notifier({ command, projectDir, env: io.env, dir, run, isAttended: io.keyboard !== null, say }, ports),
    );
  const traces = tracing({ projectDir, project: spec, env: io.env, run: run.id, say });
  if (traces !== null) told.push({ see: () => undefined, close: async () => traces.close() });
  return {
    see: (entry, state) => {
      for (const one of told) one.see(entry, state);
    },
    close: async () => {
      await Promise.all(told.map(async (one) => one.close()));
    },
  };
}
