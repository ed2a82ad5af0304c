import type { ArtifactKind } from "../../core/registry/artifact.ts";
import type { History } from "../../core/registry/history.ts";
import type { ListedFile, ListedName } from "../view/registry-list.ts";
import { kinds, orFault } from "./kinds.ts";
import type { Opened } from "./open-registry.ts";

/** Every prompt of a project: those with versions, those with a file, those that come with harness. */
export const listPrompts = async (opened: Opened): Promise<readonly ListedName[]> =>
  listNames(opened, "prompt");

/** Every name of a kind: those with versions, those with a file. */
export async function listNames(opened: Opened, kind: ArtifactKind): Promise<readonly ListedName[]> {
  const withFile = await kinds[kind].names(opened.dir);
  const made = [...opened.registry.byName.values()].filter((one) => one.kind === kind);
  const names = new Set([...made.map(({ name }) => name), ...withFile]);
  const listed: ListedName[] = [];
  for (const name of [...names].toSorted()) {
    const history = opened.registry.history({ kind, name });
    const file = withFile.includes(name) ? await listedFile(opened, history) : null;
    listed.push({ history, file, about: await aboutVersions(opened, history) });
  }
  return listed;
}

async function listedFile(opened: Opened, history: History): Promise<ListedFile> {
  const { kind, name } = history;
  const text = await orFault(async () => kinds[kind].textOf(opened, { kind, name, which: { type: "file" } }));
  if (typeof text === "string") return { path: text, isOwn: true, digest: null, same: null };
  const digest = await orFault(() => kinds[kind].digestOf(text));
  const whole = isDigest(digest) ? digest : null;
  return { path: text.shown, isOwn: text.isOwn, digest: whole, same: sameAs(history, whole) };
}

const isDigest = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

const sameAs = ({ versions }: History, digest: string | null): number | null =>
  [...versions.values()].find(({ made }) => made.digest === digest)?.made.version ?? null;

/** What each version is, in a few words; damage to one keeps nobody from seeing the others. */
async function aboutVersions(
  opened: Opened,
  { kind, name, versions }: History,
): Promise<ListedName["about"]> {
  const { about, textOf } = kinds[kind];
  const found = new Map<number, string>();
  if (about === null) return found;
  for (const version of versions.keys()) {
    const ref = { kind, name, which: { type: "version", version } } as const;
    const said = await orFault(async () => about(await textOf(opened, ref)));
    found.set(version, said);
  }
  return found;
}
