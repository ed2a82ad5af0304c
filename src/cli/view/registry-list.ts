import { versionText } from "../../core/registry/artifact.ts";
import { newestVersion, short } from "../../core/registry/history.ts";
import type { History, VersionState } from "../../core/registry/history.ts";
import { inColumns } from "./columns.ts";
import { proofText } from "./registry-log.ts";
import { age, oneLine } from "./words.ts";

/** A name as a list shows it. */
export interface ListedName {
  readonly history: History;
  readonly file: ListedFile | null;
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
    names.flatMap(({ history, file }) => {
      const all = [...history.versions.values()].toSorted((a, b) => b.made.version - a.made.version);
      const shown = all.filter((one) => isShown(history, one));
      const more = all.length - shown.length;
      return [
        ...shown.map((one) => versionRow(one, now)),
        ...(more === 0 ? [] : [["", `${more} more`, "", "", "", `harness prompts log ${history.name}`]]),
        ...(file === null ? [] : [fileRow(history, file)]),
      ];
    }),
    ["left", "left", "left", "left", "right", "left"],
    columns,
  );

const isShown = (history: History, { made, stage }: VersionState): boolean =>
  stage === "staging" || stage === "production" || made.version === newestVersion(history);

function versionRow({ made, stage, placed }: VersionState, now: number): readonly string[] {
  const { who, at, why } = placed ?? made;
  const proof = stage === "production" ? proofText(placed?.receipt ?? null) : "";
  const said = oneLine(why, 200);
  return [
    versionText(made, made.version),
    stage ?? "no stage",
    short(made.digest),
    oneLine(who, 20),
    since(now - Date.parse(at)),
    proof === "" ? said : `${proof} · ${said}`,
  ];
}

function fileRow({ name }: History, { path, isOwn, digest, same }: ListedFile): readonly string[] {
  const where = isOwn ? path : "comes with harness";
  const what =
    digest === null
      ? `broken; see: harness prompts render ${name}=file`
      : same === null
        ? "no version yet"
        : `the same as ${name}@${same}`;
  return [`${name}=file`, "file", digest === null ? "" : short(digest), "", "", `${where}, ${what}`];
}

const since = (ms: number): string => (ms < 60_000 ? "just now" : `${age(ms)} ago`);
