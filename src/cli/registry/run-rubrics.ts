import { join } from "node:path";
import type { RubricSpec } from "../../core/goal.ts";
import { meant } from "../../core/nearest.ts";
import { versionText } from "../../core/registry/artifact.ts";
import type { Which } from "../../core/registry/artifact.ts";
import { inProduction } from "../../core/registry/history.ts";
import { rubricNames } from "../../edges/project/resolve.ts";
import { Refused } from "../exit.ts";
import { statThere } from "../there.ts";
import { artifactText } from "./artifact-text.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { orFault } from "./kinds.ts";
import { refTyped } from "./open-registry.ts";
import type { Opened } from "./open-registry.ts";
import { rubricKind, rubricOf } from "./rubric-kind.ts";

/** The rubrics that a new run may be judged by. */
export interface RunRubrics {
  readonly of: readonly RubricSpec[];
  /** Versions they are, by name, like `helpful@2`; those that are files are not there. */
  readonly used: Readonly<Record<string, string>>;
  /** What a person should know of them, a line each. */
  readonly notes: readonly string[];
}

/**
 * Of each rubric the version in production, else the file, unless the command line says which.
 * @param typed as after `--rubric`: `helpful=file`, `helpful@6` @throws Refused, BadInput, RegistryRefused
 */
export async function runRubrics(opened: Opened, typed: readonly string[]): Promise<RunRubrics> {
  const names = await namesIn(opened);
  const asked = askedFor(typed, names);
  const [of, used, notes]: [RubricSpec[], Record<string, string>, string[]] = [[], {}, []];
  for (const name of names) {
    const which = asked.get(name) ?? { type: "unsaid" };
    const text = await artifactText(rubricKind, opened, { kind: "rubric", name, which });
    of.push(rubricOf(text));
    if (text.version === null) continue;
    used[name] = versionText(text.version.made, text.version.made.version);
    if (!asked.has(name) && (await isOtherFile(opened, text))) notes.push(noteOf(name, used[name]));
  }
  return { of, used, notes };
}

/** Those with a file, those in production, those that come with harness. */
async function namesIn({ dir, registry }: Opened): Promise<readonly string[]> {
  const made = [...registry.byName.values()].filter(
    (one) => one.kind === "rubric" && inProduction(one) !== null,
  );
  return [...new Set([...(await rubricNames(dir)), ...made.map(({ name }) => name)])].toSorted();
}

function askedFor(typed: readonly string[], names: readonly string[]): ReadonlyMap<string, Which> {
  const asked = new Map<string, Which>();
  for (const text of typed) {
    const { name, which } = refTyped("--rubric", text, "rubric");
    if (!names.includes(name))
      throw new Refused(`--rubric ${text}: there are the rubrics ${names.join(", ")}${meant(name, names)}`);
    if (which.type === "unsaid")
      throw new Refused(`--rubric ${text}: say which, like --rubric ${name}@5 or --rubric ${name}=file`);
    if (asked.has(name)) throw new Refused(`--rubric ${text}: ${name} is given twice; keep one`);
    asked.set(name, which);
  }
  return asked;
}

/** Whether the project has a file of its own that says another thing, or nothing that can be read. */
async function isOtherFile(opened: Opened, { name, version }: ArtifactText): Promise<boolean> {
  if ((await statThere(join(opened.dir, `rubrics/${name}.yaml`))) === null) return false;
  const ref = { kind: "rubric", name, which: { type: "file" } } as const;
  const digest = await orFault(async () => rubricKind.digestOf(await artifactText(rubricKind, opened, ref)));
  return digest !== version?.made.digest;
}

const noteOf = (name: string, label: string): string =>
  `rubrics/${name}.yaml differs from production ${label}; running ${label} (use --rubric ${name}=file)`;
