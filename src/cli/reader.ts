import type { Blobs, Journal, Owner, Ports } from "../core/ports.ts";
import { readProject } from "../edges/project/project-file.ts";
import type { ProjectFile } from "../edges/project/project-file.ts";
import { openStorageReader } from "../edges/sqlite/storage.ts";
import { checkStateDir } from "../edges/sqlite/state-dir.ts";
import type { StorageReader } from "../edges/sqlite/storage.ts";
import { Refused } from "./exit.ts";
import type { Io } from "./io.ts";
import { readableKept, redactedBlobs } from "./kept-secrets.ts";
import { hasState, pickRun } from "./pick-run.ts";
import { readablePlace } from "./readable-place.ts";
import { openState, stateDir } from "./wire.ts";

/** The state of the project a person stands in. */
export interface OpenState {
  readonly storage: Pick<Ports, "journal" | "blobs">;
  /** The state directory. */
  readonly state: string;
}

/** State that is only looked at. */
interface ReadState extends OpenState {
  /** Who works on a run now, null when nobody does. */
  readonly ownerOf: (run: string) => Owner | null;
}

type Use<S, T> = (open: S) => Promise<T>;

/** Opens the project's state for reading, as it lies there; closes it afterwards. @throws Refused where there is none. */
export async function withState<T>(io: Io, use: Use<ReadState, T>): Promise<T> {
  const { state } = await existing(io);
  const place = await readablePlace(state);
  try {
    const storage = await openStorageReader(place.dir);
    const { ownerOf } = storage;
    return await closing(storage, () => use({ storage: readOnly(storage), state, ownerOf }));
  } finally {
    await place.leave();
  }
}

/**
 * As `withState`, for giving answers too: makes the state directory complete and its databases of this version. What is
 * given holds no secret that can be known here.
 */
export async function withWritableState<T>(io: Io, use: Use<OpenState, T>): Promise<T> {
  const { dir, spec, state } = await existing(io);
  const kept = await readableKept(dir, spec, io.env);
  const storage = await openState(dir, {});
  const { journal } = storage;
  return closing(storage, () =>
    use({ storage: { journal, blobs: redactedBlobs(storage.blobs, kept) }, state }),
  );
}

/** As `withState`, for one run. */
export const withRun = async <T>(
  io: Io,
  named: string | undefined,
  use: (open: ReadState, run: string) => Promise<T>,
): Promise<T> =>
  withState(io, async (open) => use(open, await pickRun(open.storage.journal, named, open.state)));

async function closing<T>(storage: { close(): Promise<void> }, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    await storage.close();
  }
}

export async function existing(io: Io): Promise<ProjectFile & { readonly state: string }> {
  const project = await readProject(io.cwd);
  const { dir } = project;
  const state = stateDir(dir);
  // First, as a state directory that is a file, or a link to nowhere, has no run either.
  await checkStateDir(state);
  if (!(await hasState(state)))
    throw new Refused(`there is no run in ${state}; start one with: harness run goal.md`);
  return { ...project, state };
}

/** As ports for those who only read; to write through them is a bug. */
function readOnly({ journal, blobs }: StorageReader): Pick<Ports, "journal" | "blobs"> {
  const refuse = async (): Promise<never> => {
    throw new Error("this state was opened for reading");
  };
  const reading: Journal = {
    read: (run, afterSeq) => journal.read(run, afterSeq),
    runs: async () => journal.runs(),
    answers: async (run) => journal.answers(run),
    own: refuse,
    append: refuse,
    answer: refuse,
  };
  const stored: Blobs = {
    get: async (digest) => blobs.get(digest),
    getStream: (digest) => blobs.getStream(digest),
    missing: async (digests) => blobs.missing(digests),
    put: refuse,
    putStream: refuse,
  };
  return { journal: reading, blobs: stored };
}
