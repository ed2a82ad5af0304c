import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { NetConnectOpts, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "../../src/edges/docker/engine.ts";

/** A socket that passes bytes on to the engine, as long as it is let. */
export interface Forwarder {
  /** For `DOCKER_HOST`. */
  readonly address: string;
  /** As when the engine is stopped: connections break, new ones are refused. */
  readonly stop: () => void;
  /** As when it hangs: connections stay and nothing comes. */
  readonly hang: () => void;
  /** As when it starts again: open connections break, new ones pass. */
  readonly startAgain: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openForwarder(): Promise<Forwarder> {
  const dir = await mkdtemp(join(tmpdir(), "harness-kill-"));
  const path = join(dir, "engine.sock");
  const engine = await engineAt();
  const open = new Set<Socket>();
  let hangs = false;
  let server: Server | null = null;
  const listening = async (): Promise<void> => {
    server = createServer({ allowHalfOpen: true }, (near) => {
      keep(open, near);
      if (!hangs) passOn(near, keep(open, connect({ ...engine, allowHalfOpen: true })));
    });
    await once(server.listen(path), "listening");
  };
  const stop = (): void => {
    server?.close();
    server = null;
    for (const socket of open) socket.destroy();
  };
  await listening();
  return {
    address: `unix://${path}`,
    stop,
    hang: () => {
      hangs = true;
      for (const socket of open) socket.unpipe().pause();
    },
    startAgain: async () => {
      stop();
      hangs = false;
      await listening();
    },
    close: async () => {
      stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function keep(open: Set<Socket>, socket: Socket): Socket {
  open.add(socket);
  return socket.on("error", () => socket.destroy()).once("close", () => open.delete(socket));
}

/** What one end says or does, the other does. */
function passOn(near: Socket, far: Socket): void {
  near.pipe(far);
  far.pipe(near);
  near.once("close", () => far.destroy());
  far.once("close", () => near.destroy());
}

/** Where the engine itself listens. */
async function engineAt(): Promise<NetConnectOpts> {
  const { address } = await openEngine(process.env);
  if (address.startsWith("unix://")) return { path: address.slice("unix://".length) };
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port) };
}
