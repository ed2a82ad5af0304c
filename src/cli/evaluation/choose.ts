import { meant } from "../../core/nearest.ts";
import { nameText, versionText } from "../../core/registry/artifact.ts";
import type { ArtifactName, ArtifactRef } from "../../core/registry/artifact.ts";
import { inProduction, newestVersion } from "../../core/registry/history.ts";
import type { History } from "../../core/registry/history.ts";
import { Refused } from "../exit.ts";
import { kinds } from "../registry/kinds.ts";
import { refTyped } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { findSuites } from "../suites/find-suites.ts";
import type { FoundSuite } from "../suites/find-suites.ts";

export interface ChoiceOptions {
  readonly candidate?: string;
  readonly baseline?: string;
}

/** What is evaluated on what, as a person meant it. */
export interface Choice {
  readonly suite: string;
  readonly candidate: ArtifactRef;
  /** null: it is a first version, nothing is in production. */
  readonly baseline: ArtifactRef | null;
}

/**
 * Unless said: the candidate is what differs from production, the suite the one that evaluates it, the baseline production.
 * @throws Refused, BadInput, RegistryRefused, PromptError
 */
export async function choose(
  opened: Opened,
  suite: string | undefined,
  { candidate: typed, baseline }: ChoiceOptions,
): Promise<Choice> {
  const suites = await findSuites(opened.dir);
  const said = typed === undefined ? null : refTyped("--candidate", typed, null);
  const found = suite === undefined ? null : suiteNamed(suites, suite);
  const chosen = found ?? (said === null ? await theOneThatDiffers(opened, suites) : theOneFor(suites, said));
  const candidate = said ?? (await different(opened, targetOf(chosen)));
  if (candidate === null)
    throw new Refused(
      `nothing of ${chosen.spec?.target ?? ""} differs from production, so there is nothing to evaluate; edit it, or say what: --candidate ${chosen.spec?.target ?? ""}@2`,
    );
  return { suite: chosen.name, candidate, baseline: baselineOf(opened, candidate, baseline) };
}

function suiteNamed(suites: readonly FoundSuite[], name: string): FoundSuite {
  const found = suites.find((one) => one.name === name);
  if (found !== undefined && found.fault !== null) throw new Refused(found.fault);
  if (found !== undefined) return found;
  const known = suites.map((one) => one.name);
  throw new Refused(
    `there is no suite ${JSON.stringify(name)}; ${known.length === 0 ? "make one: harness suite new NAME --target prompt:NAME" : `known are ${known.join(", ")}${meant(name, known)}`}`,
  );
}

function theOneFor(suites: readonly FoundSuite[], candidate: ArtifactRef): FoundSuite {
  const fitting = suites.filter(({ spec }) => spec?.target === nameText(candidate));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  throw new Refused(
    only === undefined
      ? `no suite evaluates ${nameText(candidate)}; say which: harness eval SUITE --candidate …; or make one: harness suite new NAME --target ${nameText(candidate)}`
      : `${namesOf(fitting)} evaluate ${nameText(candidate)}; say which: harness eval ${only.name} --candidate …`,
  );
}

async function theOneThatDiffers(opened: Opened, suites: readonly FoundSuite[]): Promise<FoundSuite> {
  const found: FoundSuite[] = [];
  const sound = suites.filter(({ spec }) => spec !== null);
  for (const suite of sound) if ((await different(opened, targetOf(suite))) !== null) found.push(suite);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined)
    throw new Refused(
      `${namesOf(found)} evaluate what differs from production; say which: harness eval ${only.name}`,
    );
  // Of a suite that cannot be read nobody knows what it evaluates.
  const broken = suites.find(({ fault }) => fault !== null);
  if (broken?.fault !== undefined && broken.fault !== null) throw new Refused(broken.fault);
  throw new Refused(
    suites.length === 0
      ? "there is no suite yet; make one: harness suite new NAME --target prompt:NAME"
      : `nothing that ${namesOf(sound)} ${sound.length === 1 ? "evaluates" : "evaluate"} differs from production; ${await nextOf(opened, sound)}`,
  );
}

/** What can be done; what differs and is evaluated by no suite is named. */
async function nextOf(opened: Opened, suites: readonly FoundSuite[]): Promise<string> {
  const targets = new Set(suites.map(({ spec }) => spec?.target));
  for (const history of opened.registry.byName.values()) {
    const { kind, name } = history;
    const of = { kind, name };
    if (kind === "suite" || kind === "dataset" || targets.has(nameText(of)) || inProduction(history) === null)
      continue;
    if ((await different(opened, of)) !== null)
      return `${nameText(of)} does, and no suite evaluates it; make one: harness suite new NAME --target ${nameText(of)}`;
  }
  return `edit it, or say what: harness eval ${suites[0]?.name ?? ""} --candidate …`;
}

const namesOf = (suites: readonly FoundSuite[]): string => suites.map(({ name }) => name).join(" and ");

function targetOf({ spec, fault, name }: FoundSuite): ArtifactRef {
  if (spec === null) throw new Refused(fault ?? `${name}: it cannot be read`);
  return refTyped("target", spec.target, null);
}

/** The working file where it says something else than production; else what is in staging, or was made since. */
async function different(opened: Opened, name: ArtifactName): Promise<ArtifactRef | null> {
  const history = opened.registry.history(name);
  const production = inProduction(history);
  if (await isFileDifferent(opened, name, history)) return { ...name, which: { type: "file" } };
  const later = [history.staging, newestVersion(history)].find(
    (version) => version !== null && version !== production && version > (production ?? 0),
  );
  return later === null || later === undefined
    ? null
    : { ...name, which: { type: "version", version: later } };
}

async function isFileDifferent(opened: Opened, name: ArtifactName, history: History): Promise<boolean> {
  const { kind } = name;
  if (kind === "model" || kind === "dataset") return false;
  const file = await kinds[kind].textOf(opened, { ...name, which: { type: "file" } });
  const used = history.versions.get(inProduction(history) ?? 0);
  if (used === undefined) return true;
  return file.isOwn && kinds[kind].digestOf(file) !== used.made.digest;
}

/** @throws Refused */
function baselineOf(opened: Opened, candidate: ArtifactRef, typed: string | undefined): ArtifactRef | null {
  if (typed !== undefined && typed !== "production") {
    const said = refTyped("--baseline", typed, null);
    if (said.kind === candidate.kind) return said;
    throw new Refused(
      `--baseline ${typed}: the candidate is a ${candidate.kind}, so the baseline must be one; like ${nameText(candidate)}@1`,
    );
  }
  const production = inProduction(opened.registry.history(candidate));
  if (production !== null)
    return {
      kind: candidate.kind,
      name: candidate.name,
      which: { type: "version", version: production },
    };
  if (typed === undefined) return null;
  throw new Refused(
    `--baseline production: no version of ${nameText(candidate)} is in production; leave it out to evaluate a first version by floors, or say one: --baseline ${versionText(candidate, 1)}`,
  );
}
