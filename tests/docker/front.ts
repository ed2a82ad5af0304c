import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { join } from "node:path";

/** A socket in front of the engine, that can go away with all that is under way, and come back. */
export interface Front {
  readonly env: { readonly DOCKER_HOST: string };
  /** Calls back with everything the engine says. */
  onSaid: (piece: Buffer) => void;
  /** Nobody listens any more. */
  readonly cut: () => void;
  readonly listen: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

const engine = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");

export async function frontIn(dir: string): Promise<Front> {
  const path = join(dir, "engine.sock");
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: engine, allowHalfOpen: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => open.delete(one) && other.destroy());
      one.pipe(other);
    }
    far.on("data", (piece: Buffer) => front.onSaid(piece));
  });
  const front: Front = {
    env: { DOCKER_HOST: `unix://${path}` },
    onSaid: () => undefined,
    cut: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
    listen: async () => {
      await rm(path, { force: true });
      server.listen(path);
      await once(server, "listening");
    },
    remove: async () => {
      front.cut();
      await rm(path, { force: true });
    },
  };
  await front.listen();
  return front;
}
