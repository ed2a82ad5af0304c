import { chown, lchown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Slot } from "../../../src/core/sandbox.ts";
import { openEngine } from "../../../src/edges/docker/engine.ts";
import type { Limits, Users } from "../../../src/edges/docker/profile.ts";
import { dockerSandbox } from "../../../src/edges/docker/sandbox.ts";
import type { SandboxGround } from "../../contracts/sandbox.contract.ts";
import { sandboxImage } from "../../docker.ts";

/** As the harness chooses: its own user, and 1000 when it is root. */
export const users: Users =
  process.getuid?.() === 0
    ? { uid: 1000, gid: 1000 }
    : { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000 };

export const limits: Limits = { memory: 512 * 2 ** 20, cpus: 2 };

/** The Docker sandbox over directories of its own, as one project on the engine. */
export async function ground(): Promise<SandboxGround & { opened(): Promise<Opened>; project: string }> {
  const root = await mkdtemp(join(tmpdir(), "harness-docker-"));
  const project = basename(root);
  const engine = await openEngine(process.env);
  const sandbox = dockerSandbox({ engine, image: await sandboxImage(), limits, users, project });
  let count = 0;
  const workspace: SandboxGround["workspace"] = async () => {
    const at = join(root, String(++count));
    await mkdir(join(at, "workspace"), { recursive: true });
    await mkdir(join(at, "outside"));
    await chown(join(at, "workspace"), users.uid, users.gid);
    return { name: `run/task/${count}/1`, dir: join(at, "workspace"), outside: join(at, "outside") };
  };
  return {
    project,
    sandbox,
    workspace,
    own: async (path) => lchown(path, users.uid, users.gid),
    opened: async () => {
      const { name, dir, outside } = await workspace();
      const slot = await sandbox.open(name, dir);
      if ("broken" in slot) throw new Error(slot.broken);
      return { slot, name, dir, outside };
    },
    remove: async () => {
      await sandbox.reap("");
      await rm(root, { recursive: true, force: true });
    },
  };
}

export interface Opened {
  readonly slot: Slot;
  readonly name: string;
  readonly dir: string;
  readonly outside: string;
}
