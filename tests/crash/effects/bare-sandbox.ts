import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { encodeText } from "../../../src/core/canonical.ts";
import type { Capabilities, Sandbox, Slot } from "../../../src/core/sandbox.ts";

const capabilities: Capabilities = { programs: [], python: null, network: false, native: false, notes: [] };

/** Files are written in it, and nothing runs: the shell would take most of the time of lives this short. */
export const bareSandbox = (): Sandbox => ({
  kind: "bare",
  image: "bare@1",
  profile: "none",
  spares: 0,
  capabilities: async () => capabilities,
  open: async (_name, dir) => bareSlot(dir),
  left: async () => [],
  reap: async () => undefined,
});

const bareSlot = (dir: string): Slot => ({
  exec: async () => ({
    outcome: "exited",
    exit: 127,
    output: encodeText("nothing runs here"),
    dropped: 0,
    why: null,
    denied: [],
  }),
  write: async (path, bytes) => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), bytes);
    return null;
  },
  freeze: async () => undefined,
  kill: async () => undefined,
  close: async () => undefined,
});
