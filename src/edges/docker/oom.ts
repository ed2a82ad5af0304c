import { readFile } from "node:fs/promises";

/**
 * How many processes of a container the kernel has killed for want of memory, read from its cgroup (version 1 or 2) on
 * this machine; null where the container runs on another. Files: cgroups(7), `memory.events` and `memory.oom_control`.
 * @param pid of the container's process 1, as this machine counts.
 */
export async function oomKills(id: string, pid: number): Promise<number | null> {
  const groups = await textOf(`/proc/${pid}/cgroup`);
  for (const line of (groups ?? "").split("\n")) {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    // A process of that number may be another's where the engine is on another machine.
    if (!path.includes(id)) continue;
    const file = fileOf(controllers, path);
    const count = file === null ? null : /^oom_kill (\d+)$/m.exec((await textOf(file)) ?? "")?.[1];
    if (count !== null && count !== undefined) return Number(count);
  }
  return null;
}

function fileOf(controllers: string, path: string): string | null {
  if (controllers === "") return `/sys/fs/cgroup${path}/memory.events`;
  return controllers.split(",").includes("memory") ? `/sys/fs/cgroup/memory${path}/memory.oom_control` : null;
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch {
    // Gone with its process, or no Linux: nothing is known.
    return null;
  }
}
