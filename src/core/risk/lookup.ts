import type { Judge } from "./call.ts";
import { archiveTools } from "./tools/archives.ts";
import { containerTools } from "./tools/containers.ts";
import { databaseTools } from "./tools/databases.ts";
import { findTools } from "./tools/find.ts";
import { fileTools } from "./tools/files.ts";
import { gitTools } from "./tools/git.ts";
import { interpreters } from "./tools/interpreters.ts";
import { machineTools } from "./tools/machine.ts";
import { networkTools } from "./tools/network.ts";
import { packageTools } from "./tools/packages.ts";
import { projectTools } from "./tools/project.ts";
import { serviceTools } from "./tools/services.ts";
import { shells } from "./tools/shells.ts";
import { textTools } from "./tools/text.ts";
import { wrappers } from "./tools/wrappers.ts";

/** Later tables win where two know a name. */
const judges: ReadonlyMap<string, Judge> = new Map(
  [
    projectTools,
    machineTools,
    serviceTools,
    containerTools,
    databaseTools,
    findTools,
    archiveTools,
    packageTools,
    textTools,
    fileTools,
    networkTools,
    interpreters,
    gitTools,
    shells,
    wrappers,
  ].flatMap((tools) => Object.entries(tools)),
);

/** Who judges a program of that name; a version at its end (`python3.9`, `clang-17`) is no other program. */
export function judgeFor(name: string): Judge | null {
  const judge = judges.get(name);
  if (judge !== undefined) return judge;
  const bare = name.replace(/(?:-?\d+(?:\.\d+)*)$|\.exe$/, "");
  return bare === name ? null : (judges.get(bare) ?? null);
}
