import type { Clock } from "../core/ports.ts";
import type { Sandbox, Slot } from "../core/sandbox.ts";
import type { Instant } from "../core/id.ts";
import type { Work } from "./work.ts";

/** A command was cut because a ceiling of time was reached: nothing is known of it, and it runs again when there is more. */
export class TimeUp extends Error {
  override readonly name = "TimeUp";
}

/** A slot whose commands end at the latest then. Set for each action anew. */
interface BoundedSlot extends Slot {
  until: Instant | null;
}

/** A sandbox whose slots can be bounded. A command that is cut at its bound throws `TimeUp`. */
export const boundedSandbox = (sandbox: Sandbox, clock: Clock): Sandbox => ({
  kind: sandbox.kind,
  image: sandbox.image,
  profile: sandbox.profile,
  spares: sandbox.spares,
  capabilities: async () => sandbox.capabilities(),
  left: async () => sandbox.left(),
  reap: async (prefix) => sandbox.reap(prefix),
  open: async (name, dir, hosts) => {
    const slot = await sandbox.open(name, dir, hosts);
    return "broken" in slot ? slot : boundedSlot(slot, clock);
  },
});

const boundedSlot = (slot: Slot, clock: Clock): BoundedSlot => ({
  until: null,
  write: async (path, bytes) => slot.write(path, bytes),
  freeze: async () => slot.freeze(),
  kill: async () => slot.kill(),
  close: async () => slot.close(),
  async exec(request) {
    const left = this.until === null ? Infinity : this.until - clock.now();
    if (left <= 0) throw new TimeUp(request.command);
    if (left >= request.timeoutMs) return slot.exec(request);
    const result = await slot.exec({ ...request, timeoutMs: left });
    if (result.outcome === "timeout") throw new TimeUp(request.command);
    return result;
  },
});

/** The same work for one action, whose commands and model calls end at the latest at `until`. */
export const workUntil = (work: Work, until: Instant | null): Work => ({
  ...work,
  until,
  slots: {
    ...work.slots,
    use: async (name, tree, more) => {
      const living = await work.slots.use(name, tree, more);
      (living.slot as BoundedSlot).until = until;
      return living;
    },
  },
});
