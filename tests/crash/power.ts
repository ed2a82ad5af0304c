import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openStorage } from "../../src/edges/sqlite/storage.ts";
import type { Storage } from "../../src/edges/sqlite/storage.ts";
import { doHarm, flush, newDisk } from "./disk.ts";
import type { Disk } from "./disk.ts";
import { passingsFile } from "./failpoints.ts";
import type { GoalName } from "./goals.ts";
import { answerAll } from "./person.ts";
import { ledgerOf, runId, stateOf, workOf } from "./place.ts";
import type { Place } from "./place.ts";

/** A place whose disk can lose its power. The world outside, its ledger, is not on that disk. */
export interface PowerPlace extends Place {
  /** What the kernel of a machine that starts again does. No process may be at work there. */
  readonly startAgain: () => Promise<void>;
}

export async function newPowerPlace(): Promise<PowerPlace> {
  const disk = newDisk();
  const { dir } = disk;
  const outside = await mkdtemp(join(tmpdir(), "harness-outside-"));
  let terminal: Promise<Storage> | null = null;
  const close = async (): Promise<void> => {
    const open = terminal;
    terminal = null;
    await (await open)?.close();
  };
  await furnish(disk, outside);
  return {
    dir,
    terminal: async () => (terminal ??= openStorage(stateOf(dir))),
    startAgain: async () => {
      await close();
      disk.remount();
    },
    remove: async () => {
      await close();
      disk.remove();
      await rm(outside, { recursive: true, force: true });
    },
  };
}

async function furnish({ dir }: Disk, outside: string): Promise<void> {
  await mkdir(join(workOf(dir), "kept"), { recursive: true });
  await writeFile(join(workOf(dir), "kept", "base.txt"), "kept\n");
  await writeFile(join(outside, "ledger"), "");
  await symlink(join(outside, "ledger"), ledgerOf(dir));
  // Nobody reads them here, and to write them would tell the process that its disk is gone.
  await symlink("/dev/null", passingsFile(dir));
  flush(dir);
}

/** What others were told is durable: the newest event, and how many answers. */
export interface Told {
  readonly seq: number;
  readonly hash: string;
  readonly answers: number;
}

export const nothingTold: Told = { seq: 0, hash: "", answers: 0 };

export interface PoweredLife {
  readonly goal: GoalName;
  readonly concurrency: number;
  /** The power goes a moment after the event of this number was told of, or so long after the start. */
  readonly cutAfter: { readonly seq: number } | { readonly ms: number };
  /** The program that runs, where not the one that is to be tested. */
  readonly program?: string;
}

const itself = fileURLToPath(new URL("./program.ts", import.meta.url));

/** One process until the power goes, or until its run ends before that. @returns what it and the person had been told. */
export async function untilCut(place: Place, told: Told, life: PoweredLife): Promise<Told> {
  const child = spawn(process.execPath, [life.program ?? itself, place.dir, life.goal], {
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(tmpdir(), "harness-crash-compile-cache"),
      CRASH_CONCURRENCY: String(life.concurrency),
      CRASH_TELLS: "1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  let { seq, hash, answers } = told;
  let isCut = false;
  const cut = (): void => {
    isCut = true;
    // It must say nothing more: a sync that is under way when the disk goes may come back as if all were well.
    child.kill("SIGSTOP");
    doHarm(place.dir, "gone");
    child.kill("SIGKILL");
  };
  const at = life.cutAfter;
  const timer = "ms" in at ? setTimeout(cut, at.ms) : null;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, number, digest] = line.split(" ");
      if (word === "durable") [seq, hash] = [Number(number), digest ?? ""];
      if ("seq" in at && !isCut && seq >= at.seq) cut();
      if (isCut || timer !== null || word !== "waiting") continue;
      await answerAll(place);
      answers = (await (await place.terminal()).journal.answers(runId)).length;
      child.stdin.write("go on\n");
    }
    if (!isCut) cut();
    return { seq, hash, answers };
  } finally {
    if (timer !== null) clearTimeout(timer);
    child.kill("SIGKILL");
  }
}

/** What is not there any more of what was told, each in one sentence. */
export async function lost(place: Place, told: Told): Promise<readonly string[]> {
  if (told.seq === 0) return [];
  const { journal } = await place.terminal();
  const entries = await Array.fromAsync(journal.read(runId, 0));
  const answers = (await journal.answers(runId)).length;
  return [
    ...(entries[told.seq - 1]?.hash === told.hash
      ? []
      : [`event ${told.seq} was durable, the journal ends at ${entries.length}`]),
    ...(answers < told.answers ? [`${told.answers} answers were taken, ${answers} are there`] : []),
  ];
}
