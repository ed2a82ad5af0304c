import { safeId } from "../id.ts";
import { meant } from "../nearest.ts";

/** What is kept in versions. */
export const artifactKinds = ["prompt", "model", "rubric", "suite", "dataset"] as const;
export type ArtifactKind = (typeof artifactKinds)[number];

/** What a version is for now. Of each name one version at most is in staging, one in production. */
export type Stage = "staging" | "production" | "archived";

export interface ArtifactName {
  readonly kind: ArtifactKind;
  readonly name: string;
}

/** Which of the versions of a name. `file`: the working file as it is; `unsaid`: production, else the working file. */
export type Which =
  | { readonly type: "version"; readonly version: number }
  | { readonly type: "stage"; readonly stage: "staging" | "production" }
  | { readonly type: "file" }
  | { readonly type: "unsaid" };

export interface ArtifactRef extends ArtifactName {
  readonly which: Which;
}

/** `worker@5` as people say it where the kind is known. */
export const versionText = ({ name }: ArtifactName, version: number): string => `${name}@${version}`;

/** `prompt:worker`, under which `harness.lock` and `harness promote` know it. */
export const nameText = ({ kind, name }: ArtifactName): string => `${kind}:${name}`;

const form = /^(?:(?<kind>[^:@=]*):)?(?<name>[^:@=]*)(?:@(?<at>[^:@=]*)|=(?<from>.*))?$/s;

/**
 * Reads `worker`, `worker@5`, `worker@production`, `worker=file`, each also with its kind before it: `prompt:worker@5`.
 * @param kind what is meant where none is said; null: it must be said @returns what is wrong, as the end of a sentence
 */
export function parseRef(text: string, kind: ArtifactKind | null): ArtifactRef | string {
  const { kind: said, name = "", at, from } = form.exec(text)?.groups ?? {};
  const known = said === undefined ? kind : (artifactKinds.find((one) => one === said) ?? null);
  if (known === null)
    return `say what it is of, like prompt:worker@5; there are ${artifactKinds.join(", ")}${meant(said ?? "", artifactKinds)}`;
  if (!safeId.safeParse(name).success) return `a name ${nameRule}; write it like ${known}:worker@5`;
  const which = whichOf(at, from);
  if (which === null) return "after the name comes @5, @staging, @production or =file";
  return { kind: known, name, which };
}

const nameRule = "is 1 to 40 of a-z, 0-9, - and _";

function whichOf(at: string | undefined, from: string | undefined): Which | null {
  if (from !== undefined) return from === "file" ? { type: "file" } : null;
  if (at === undefined) return { type: "unsaid" };
  if (at === "staging" || at === "production") return { type: "stage", stage: at };
  return /^[1-9]\d{0,5}$/.test(at) ? { type: "version", version: Number(at) } : null;
}
