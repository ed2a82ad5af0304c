import { versionText } from "../../core/registry/artifact.ts";
import { newestVersion, short } from "../../core/registry/history.ts";
import { logCommand } from "../../core/registry/kind-words.ts";
import type { History, VersionState } from "../../core/registry/history.ts";
import { inColumns } from "./columns.ts";
import { proofText } from "./registry-log.ts";
import { age, oneLine } from "./words.ts";

/** A name as a list shows it. */
export interface ListedName {
  readonly history: History;
  readonly file: ListedFile | null;
  /** What versions are, in a few words, by number. */
  readonly about: ReadonlyMap<number, string>;
}

/** The working file of a name. */
export interface ListedFile {
  /** As people know it. */
  readonly path: string;
  readonly isOwn: boolean;
  /** null: it is broken. */
  readonly digest: string | null;
  /** The version that says the same. */
  readonly same: number | null;
}

/** Versions in a stage and the newest one of each name, newest first, then its working file. */
export const listLines = (
  names: readonly ListedName[],
  { now, columns }: { readonly now: number; readonly columns: number },
): readonly string[] =>
  inColumns(
    names.flatMap(({ history, file, about }) => {
      const all = [...history.versions.values()].toSorted((a, b) => b.made.version - a.made.version);
      const shown = all.filter((one) => isShown(history, one));
      const more = all.length - shown.length;
      return [
        ...shown.map((one) => versionRow(one, about.get(one.made.version) ?? "", now)),
        ...(more === 0 ? [] : [["", `${more} more`, "", "", "", logCommand(history)]]),
        ...(file === null ? [] : [fileRow(history, file)]),
      ];
    }),
    ["left", "left", "left", "left", "right", "left"],
    columns,
  );

const isShown = (history: History, { made, stage }: VersionState): boolean =>
  stage === "staging" || stage === "production" || made.version === newestVersion(history);

function versionRow({ made, stage, placed }: VersionState, about: string, now: number): readonly string[] {
  const { who, at, why } = placed ?? made;
  const proof = stage === "production" ? proofText(placed?.receipt ?? null) : "";
  return [
    versionText(made, made.version),
    stage ?? "no stage",
    short(made.digest),
    oneLine(who, 20),
    since(now - Date.parse(at)),
    [proof, oneLine(about, 160), oneLine(why, 200)].filter((part) => part !== "").join(" · "),
  ];
}

function fileRow({ kind, name }: History, { path, isOwn, digest, same }: ListedFile): readonly string[] {
  const where = isOwn ? path : "comes with harness";
  const what =
    digest === null
      ? `broken; see: ${seeCommand(kind)} ${name}=file`
      : same === null
        ? "no version yet"
        : `the same as ${name}@${same}`;
  return [`${name}=file`, "file", digest === null ? "" : short(digest), "", "", `${where}, ${what}`];
}

const seeCommand = (kind: History["kind"]): string =>
  kind === "prompt" ? "harness prompts render" : `harness ${kind}s diff`;

const since = (ms: number): string => (ms < 60_000 ? "just now" : `${age(ms)} ago`);
