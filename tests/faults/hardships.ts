import { decodeText, encodeText } from "../../src/core/canonical.ts";
import type { EventType } from "../../src/core/event.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Slot } from "../../src/core/sandbox.ts";
import { entriesOf } from "../simulation/person.ts";
import { runId } from "../simulation/simulate.ts";
import type { Machine } from "../simulation/simulate.ts";
import { Crash } from "../simulation/world.ts";
import type { Disk } from "../simulation/world.ts";
import { withJournal, withSlots, withWorkspaces } from "./around.ts";

// What may happen on any machine and is nobody's fault. Each is for one run.

/** One append of the run fails and says so. A sound process stops there, as after a crash. */
export function fullDisk(seed: number): Partial<Machine> {
  let left = 15 + (seed % 40);
  return {
    ports: (ports) =>
      withJournal(ports, (append) => async (...args) => {
        left -= 1;
        if (left === 0) throw new Crash("the disk is full");
        return append(...args);
      }),
  };
}

/** A worker that knows its work is bad replaces the program that will check it, in its own container. */
export function tampering(): Partial<Machine> {
  return {
    ports: (ports) => withSlots(ports, tampered),
  };
}

function tampered(slot: Slot): Slot {
  let isReplaced = false;
  return {
    ...slot,
    exec: async (request) => {
      const result = await slot.exec(request);
      isReplaced ||= request.command.includes(" bad ");
      return isReplaced && request.command.startsWith("has ") && result.exit !== null
        ? { ...result, exit: 0, output: new Uint8Array() }
        : result;
    },
  };
}

/** A process that froze late writes once more before the approval is used. A sound build asks again. */
export function drifting(): Partial<Machine> {
  const drifted = new Set<string>();
  return {
    ports: (ports) => {
      const frozen = new Map<string, Slot>();
      const watched = withSlots(ports, (slot, name) => freezing(slot, frozen, name));
      return withWorkspaces(watched, (given, name) => ({
        ...given,
        snapshot: async () => {
          if (frozen.has(name) && !drifted.has(name)) {
            drifted.add(name);
            await frozen.get(name)?.write("late.txt", encodeText("late"));
          }
          return given.snapshot();
        },
      }));
    },
  };
}

/** Keeps in `frozen` the slots that are. */
const freezing = (slot: Slot, frozen: Map<string, Slot>, name: string): Slot => ({
  ...slot,
  freeze: async () => {
    frozen.set(name, slot);
    await slot.freeze();
  },
  exec: async (request) => {
    frozen.delete(name);
    return slot.exec(request);
  },
  kill: async () => {
    frozen.delete(name);
    await slot.kill();
  },
});

/**
 * Now and then what nothing needs is removed: what no event and no answer names, nor what they name.
 * A broken one does not know that events of the type `forgets` name anything.
 */
export function collector(forgets: EventType | null): Partial<Machine> {
  let rests = 0;
  return {
    rest: async (disk) => {
      rests += 1;
      if (rests % 4 !== 1) return;
      const entries = await entriesOf(disk, runId);
      const known = entries.filter(({ type }) => type !== forgets);
      const needed = reached(disk, [known.map(({ body }) => body), await disk.journal.answers(runId)]);
      for (const digest of disk.blobs.digests()) if (!needed.has(digest)) disk.blobs.disk.delete(digest);
    },
  };
}

/** Everything that looks like a name is taken for one, so that too much is kept rather than too little. */
function reached(disk: Disk, roots: unknown): ReadonlySet<Digest> {
  const needed = new Set<Digest>();
  const texts = [JSON.stringify(roots)];
  for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
    for (const [digest] of text.matchAll(/[0-9a-f]{64}/g)) {
      if (needed.has(digest)) continue;
      needed.add(digest);
      const bytes = disk.blobs.disk.get(digest);
      if (bytes !== undefined) texts.push(decodeText(bytes));
    }
  }
  return needed;
}

/** A run that goes in circles comes to an end. */
export function limited(): Partial<Machine> {
  let appends = 0;
  return {
    ports: (ports) =>
      withJournal(ports, (append) => async (...args) => {
        appends += 1;
        if (appends > 800) throw new Error("the run goes on for ever");
        return append(...args);
      }),
  };
}
