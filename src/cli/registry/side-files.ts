import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Side } from "../../core/registry/split.ts";
import { Refused } from "../exit.ts";

/** Writes the two parts of a dataset. */
export interface SideFiles {
  /** A row of a part; null: the header, for both. */
  readonly write: (side: Side | null, row: Buffer) => void;
  /** Gives the files their names, in place of what had them. @returns the names */
  readonly keep: (name: string, ending: string) => Promise<readonly string[]>;
  /** Takes away what was not kept. */
  readonly close: () => Promise<void>;
}

const sides = ["train", "held_out"] as const;

/** Two files in a directory, which is made where it is not there. @throws Refused */
export async function sidesTo(dir: string): Promise<SideFiles> {
  const parts = await explained(dir, async () => {
    await mkdir(dir, { recursive: true });
    return { train: opened(dir, "train"), held_out: opened(dir, "held_out") };
  });
  return {
    write: (side, row) => {
      for (const one of side === null ? sides : [side]) put(parts[one], row);
    },
    keep: async (name, ending) =>
      explained(dir, async () => {
        for (const side of sides) {
          finish(parts[side]);
          await rename(parts[side].path, join(dir, `${name}.${side}${ending}`));
        }
        return sides.map((side) => `${name}.${side}${ending}`);
      }),
    close: async () => {
      for (const side of sides) {
        if (parts[side].isOpen) closeSync(parts[side].descriptor);
        await rm(parts[side].path, { force: true });
      }
    },
  };
}

interface Part {
  readonly path: string;
  readonly descriptor: number;
  isOpen: boolean;
  waiting: Buffer[];
  bytes: number;
}

function opened(dir: string, side: Side): Part {
  const path = join(dir, `.${side}.${process.pid}`);
  return { path, descriptor: openSync(path, "w", 0o644), isOpen: true, waiting: [], bytes: 0 };
}

/** Written at once; more only takes memory. */
const most = 1024 * 1024;
const lineFeed = Buffer.from("\n");

function put(part: Part, row: Buffer): void {
  part.waiting.push(row, lineFeed);
  part.bytes += row.length + 1;
  if (part.bytes > most) flush(part);
}

function flush(part: Part): void {
  const bytes = Buffer.concat(part.waiting);
  for (let at = 0; at < bytes.length;) at += writeSync(part.descriptor, bytes, at);
  part.waiting = [];
  part.bytes = 0;
}

function finish(part: Part): void {
  flush(part);
  fsyncSync(part.descriptor);
  closeSync(part.descriptor);
  part.isOpen = false;
}

/** What a person can do something about; a full disk is told by the front door. */
const why = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "EISDIR", "ELOOP"]);

async function explained<T>(dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!why.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new Refused(
      `--to ${dir}: it cannot be written: ${(error as Error).message}; name another directory`,
    );
  }
}
