import { CommanderError } from "commander";
import { diskTrouble } from "./disk-trouble.ts";
import { exit, Refused } from "./exit.ts";
import type { Io } from "./io.ts";
import { inOneLine } from "./view/words.ts";

/** Errors that are for people, by name: each has said in one line what is wrong and what to do. */
const told: Readonly<Record<string, number>> = {
  BadInput: exit.badInput,
  ModelRefused: exit.badInput,
  PromptError: exit.badInput,
  FilesRefused: exit.badInput,
  ImageRefused: exit.badInput,
  RegistryRefused: exit.badInput,
  StorageRefused: exit.infrastructure,
  EngineDown: exit.infrastructure,
  ImageGone: exit.infrastructure,
  ContainerLost: exit.infrastructure,
  LangfuseRefused: exit.infrastructure,
  NotStarted: exit.infrastructure,
  SandboxDown: exit.infrastructure,
  NotOwner: exit.infrastructure,
  DamagedJournal: exit.infrastructure,
  DamagedBlob: exit.infrastructure,
  MissingBlob: exit.infrastructure,
};

/** Tells a person what ended a command, in one line with what to do; a bug with its stack. @returns the exit code */
export async function tellFailure(error: unknown, io: Io): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.badInput;
  const { name } = error as Error;
  // It may hold what a person typed, or what a file holds: one line, whatever that is.
  const message = inOneLine((error as Error).message);
  const code = error instanceof Refused ? error.code : told[name];
  if (code !== undefined) {
    io.err(`harness: ${message}\n`);
    return code;
  }
  const trouble = diskTrouble(error);
  if (trouble !== null) {
    const { path } = error as NodeJS.ErrnoException;
    const where = path === undefined || path.startsWith("/proc/") ? await stateNear(io.cwd) : path;
    io.err(
      `harness: the disk of ${where} ${trouble.does} (${message}); ${trouble.mend}, then go on with: harness resume; what was accepted is kept\n`,
    );
    return exit.infrastructure;
  }
  const system = (error as NodeJS.ErrnoException).code;
  // Found only when that part of it is read; a missing table is one that another program dropped.
  if (/^SQLITE_(?:CORRUPT|NOTADB|ERROR)/.test(system ?? "")) {
    const state = await stateNear(io.cwd);
    io.err(
      `harness: a database in ${state} is damaged (${message}); put a backup back (harness restore), or move ${state} away to begin anew\n`,
    );
    return exit.infrastructure;
  }
  // Node's own ERR_… are mistakes of a program, not of the machine.
  if (system !== undefined && !system.startsWith("ERR_")) {
    io.err(`harness: ${message}; what was accepted is kept, go on with: harness resume\n`);
    return exit.infrastructure;
  }
  io.err(`harness: a bug, please report it: ${(error as Error).stack ?? String(error)}\n`);
  io.err("what was accepted is kept; go on with: harness resume\n");
  return exit.infrastructure;
}

/** Where the state of the project lies; where not even that can be told, the directory a person stands in. */
async function stateNear(cwd: string): Promise<string> {
  try {
    const [{ readProject }, { stateDir }] = await Promise.all([
      import("../edges/project/project-file.ts"),
      import("./wire.ts"),
    ]);
    return stateDir((await readProject(cwd)).dir);
  } catch {
    return cwd;
  }
}
