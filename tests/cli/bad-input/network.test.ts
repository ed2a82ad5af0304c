import type * as fs from "node:fs/promises";
import { vi } from "vitest";
import { greeting } from "../stories.ts";
import { refuses } from "./table.ts";

/** The operating system says that everything lies on NFS. */
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    statfs: async (path: string) => Object.assign(await real.statfs(path), { type: 0x6969 }),
  };
});

const line = "DIR/.harness is on a network file system (nfs), where databases are not safe; use a local disk";
const files = { ...greeting({}), ".harness/harness.db": "" };

refuses([
  { name: "a new state directory", files: greeting({}), argv: ["run", "goal.md"], code: 5, line },
  { name: "one that is there", files, argv: ["run", "goal.md"], code: 5, line },
  ...[["show"], ["runs"], ["resume"], ["approvals"], ["audit"], ["gc"], ["diff"]].map((argv) => ({
    name: `harness ${argv.join(" ")}`,
    files,
    argv,
    code: 5 as const,
    line,
  })),
]);
