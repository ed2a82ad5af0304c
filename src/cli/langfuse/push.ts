import { join } from "node:path";
import { newestVersion } from "../../core/registry/history.ts";
import type { History } from "../../core/registry/history.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { exclusively } from "../../edges/registry/exclusive.ts";
import { places, prepareStateDir } from "../../edges/sqlite/state-dir.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { readableKept } from "../kept-secrets.ts";
import { refTyped } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { stateDir } from "../wire.ts";
import { langfuseServer } from "./access.ts";
import { pushName } from "./push-name.ts";

/**
 * `harness prompts push [NAME|NAME@N …]`: versions that Langfuse does not have, oldest first, then the labels. Versions
 * there are counted, so all up to the newest that was ever in a stage are sent: then they are counted as ours, and a trace
 * that names a version finds it. What is there is known by its digest, so that doing it again makes nothing.
 */
export async function pushPrompts(io: Io, opened: Opened, names: readonly string[]): Promise<number> {
  const server = langfuseServer(io.env);
  const asked = wanted(opened, names);
  const { dir, spec } = await readProject(io.cwd);
  const kept = await readableKept(dir, spec, io.env);
  await prepareStateDir(stateDir(dir));
  const lock = join(places(stateDir(dir)).locks, "langfuse-push.db");
  const busy = "another process is pushing prompts and does not end";
  const pushAll = async (): Promise<void> => {
    for (const one of asked) await pushName({ io, opened, server, kept }, one.history, one.upTo);
  };
  await exclusively(lock, pushAll, busy);
  return exit.ok;
}

interface Wanted {
  readonly history: History;
  readonly upTo: number;
}

function wanted({ registry }: Opened, names: readonly string[]): readonly Wanted[] {
  if (names.length > 0) return names.map((typed) => oneWanted(registry, typed));
  const all = [...registry.byName.values()].filter(({ kind }) => kind === "prompt");
  const found = all
    .map((history) => ({ history, upTo: newestStaged(history) }))
    .filter(({ upTo }) => upTo > 0);
  if (found.length > 0) return found;
  throw new Refused(
    "no version of a prompt was ever in a stage; promote one, or name it: harness prompts push worker@1",
  );
}

function oneWanted(registry: Opened["registry"], typed: string): Wanted {
  const ref = refTyped("harness prompts push", typed, "prompt");
  const history = registry.history(ref);
  const upTo = ref.which.type === "version" ? ref.which.version : newestStaged(history);
  if (ref.which.type !== "version" && ref.which.type !== "unsaid")
    throw new Refused(`harness prompts push ${typed}: say a name or a version, like worker or worker@5`);
  if (upTo === 0 || upTo > (newestVersion(history) ?? 0))
    throw new Refused(
      `harness prompts push ${typed}: ${upTo === 0 ? `no version of ${ref.name} was ever in a stage; name one` : `there is no ${typed}`}: harness prompts log ${ref.name}`,
    );
  return { history, upTo };
}

const newestStaged = ({ versions }: History): number =>
  Math.max(0, ...[...versions.values()].flatMap(({ made, stage }) => (stage === null ? [] : [made.version])));
