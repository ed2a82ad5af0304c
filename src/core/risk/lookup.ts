import type { Judge } from "./call.ts";
import { agentTools } from "./tools/agents.ts";
import { archiveTools } from "./tools/archives.ts";
import { containerTools } from "./tools/containers.ts";
import { databaseTools } from "./tools/databases.ts";
import { editors } from "./tools/editors.ts";
import { findTools } from "./tools/find.ts";
import { inPlaceTools } from "./tools/in-place.ts";
import { debuggers } from "./tools/debuggers.ts";
import { fileTools } from "./tools/files.ts";
import { gitTools } from "./tools/git.ts";
import { interpreters } from "./tools/interpreters.ts";
import { machineTools } from "./tools/machine.ts";
import { moreTools } from "./tools/more-registries.ts";
import { networkTools } from "./tools/network.ts";
import { packageTools } from "./tools/packages.ts";
import { projectTools } from "./tools/project.ts";
import { serviceTools } from "./tools/services.ts";
import { shells } from "./tools/shells.ts";
import { textTools } from "./tools/text.ts";
import { watchers } from "./tools/watchers.ts";
import { xmlTools } from "./tools/xml.ts";
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
    debuggers,
    textTools,
    xmlTools,
    fileTools,
    editors,
    inPlaceTools,
    networkTools,
    moreTools,
    agentTools,
    interpreters,
    gitTools,
    shells,
    wrappers,
    watchers,
  ].flatMap((tools) => Object.entries(tools)),
);

/** Who judges a program of that name. A version at its end, the machine it is for at its beginning make no other program. */
export function judgeFor(name: string): Judge | null {
  for (const spelling of spellings(name)) {
    const judge = judges.get(spelling);
    if (judge !== undefined) return judge;
  }
  return /^(?:mkfs|mount|umount|fsck)\.\w+$/.test(name) ? (judges.get("mount") ?? null) : null;
}

/** Only of that very name: a script of the project is not the program its name begins like. */
export const judgeForExactly = (name: string): Judge | null => judges.get(name) ?? null;

function spellings(name: string): readonly string[] {
  const plain = name.replace(/\.(?:exe|sh|bat|cmd|py|pl|rb|phar|jar)$/, "");
  const unversioned = plain.replace(/-?\d+(?:\.\d+)*(?:-\d+)?$/, "");
  const native = unversioned.replace(
    /^(?:llvm-|[a-z0-9_]+(?:-[a-z0-9_]+)*-(?:gnu|gnueabi|gnueabihf|musl|eabi|elf|mingw32|none|darwin\d*|android)-)/,
    "",
  );
  return [name, plain, unversioned, native].filter((spelling) => spelling !== "");
}
