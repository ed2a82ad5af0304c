import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { canonical } from "../../core/canonical.ts";
import type { Engine } from "../../edges/docker/engine.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { prepareStateDir } from "../../edges/sqlite/state-dir.ts";
import { openStorage } from "../../edges/sqlite/storage.ts";
import type { Storage } from "../../edges/sqlite/storage.ts";
import type { SandboxUse } from "../../evals/receipt/receipt.ts";
import type { Io } from "../io.ts";
import { keptSecrets } from "../kept-secrets.ts";
import type { Kept } from "../kept-secrets.ts";
import { openChosen } from "../which-sandbox.ts";
import type { OpenedSandbox, SandboxChoice } from "../which-sandbox.ts";
import { failpoint, stateDir } from "../wire.ts";
import { clearDeadPlace, clearDeadPlaces, joinPlace, noteEngine, removePlace } from "./left-places.ts";

/**
 * Where the runs of an evaluation live, apart from those of the project: a state directory of their own. It is kept until the
 * evaluation ends, so that what was half done when the process died goes on from its last checkpoint.
 */
export interface Place {
  /** The state directory. */
  readonly dir: string;
  readonly project: ProjectFile;
  /** With nobody at its keyboard, standing in the project. */
  readonly io: Io;
  readonly kept: Kept;
  readonly storage: Storage;
  /** Cases that ask for the same sandbox share it. @throws EngineDown, ImageRefused, ImageGone */
  sandbox(choice: SandboxChoice): Promise<OpenedSandbox>;
  /** Those that were asked for until now. */
  sandboxes(): Promise<readonly SandboxUse[]>;
  /** `removed`: nothing of it is needed any more; it stays where another process is at work in it. */
  close(then: "kept" | "removed"): Promise<void>;
}

/** @param dir its state directory, made where it is not there @throws Refused, StorageRefused */
export async function openPlace(io: Io, project: ProjectFile, dir: string): Promise<Place> {
  const kept = await keptSecrets(project.dir, project.spec, io.env);
  // The project's own is made first, so that git ignores all that lies in it.
  await prepareStateDir(stateDir(project.dir));
  await mkdir(dirname(dir), { recursive: true, mode: 0o700 });
  const presence = await joinPlace(dir);
  const storage = await openStorage(dir, failpoint(io.env)).catch((error: unknown) => {
    presence.close();
    throw error;
  });
  const { sandbox, sandboxes, engines } = sandboxesIn(io, dir);
  return {
    dir,
    project,
    io: unattended(io, project),
    kept,
    storage,
    sandbox,
    sandboxes,
    close: async (then) => {
      const isBegun = (await storage.journal.runs()).length > 0;
      await storage.close();
      presence.close();
      if (then === "kept" && isBegun) return;
      // Of runs that were killed and never asked for again.
      for (const engine of engines) await clearDeadPlace(dir, engine);
      await removePlace(dir, engines);
    },
  };
}

interface Sandboxes extends Pick<Place, "sandbox" | "sandboxes"> {
  /** Those that were asked for containers, as they are asked. */
  readonly engines: ReadonlySet<Engine>;
}

function sandboxesIn(io: Io, dir: string): Sandboxes {
  const opened = new Map<string, Promise<OpenedSandbox>>();
  const engines = new Set<Engine>();
  const open = async (choice: SandboxChoice): Promise<OpenedSandbox> => {
    const engine = choice.kind === "docker" ? choice.engine : null;
    await clearDeadPlaces(dirname(dir), engine);
    if (engine !== null) {
      engines.add(engine);
      await noteEngine(dir, engine);
    }
    return openChosen(io, choice, dir);
  };
  return {
    engines,
    sandbox: async (choice) => {
      const key = keyOf(choice);
      const known = opened.get(key) ?? open(choice);
      opened.set(key, known);
      known.catch(() => opened.delete(key));
      return known;
    },
    sandboxes: async () => usesOf(await Promise.all(opened.values())),
  };
}

function usesOf(opened: readonly OpenedSandbox[]): readonly SandboxUse[] {
  const uses = opened.map(({ sandbox: { image, profile } }) => ({ image, profile }));
  return [...new Map(uses.map((use) => [canonical(use), use]))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, use]) => use);
}

/** What a run tells the person who began it, nobody reads where there are hundreds. */
const unattended = (io: Io, { dir }: ProjectFile): Io => ({
  ...io,
  cwd: dir,
  err: () => undefined,
  isTerminal: false,
  keyboard: null,
  columns: 200,
  rows: 24,
});

function keyOf(choice: SandboxChoice): string {
  if (choice.kind === "embedded") return choice.kind;
  const { image, memory, cpus, disk } = choice;
  const named = "dockerfile" in image ? { dockerfile: image.dockerfile } : image;
  return canonical({ named, memory, cpus, disk });
}
