import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { safeId } from "../../core/id.ts";
import type { Digest } from "../../core/id.ts";
import type { ArtifactKind, ArtifactRef } from "../../core/registry/artifact.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { rubricNames } from "../../edges/project/resolve.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import { prompts } from "../../edges/prompts/prompts.ts";
import { RegistryRefused } from "../../edges/registry/refused.ts";
import { Refused } from "../exit.ts";
import { artifactText } from "./artifact-text.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { datasetKind, readRows } from "./dataset-kind.ts";
import { modelKind } from "./model-kind.ts";
import type { Opened } from "./open-registry.ts";
import { digestOf, inItsFile, promptText } from "./prompt-text.ts";
import { rubricKind } from "./rubric-kind.ts";
import { roles } from "./run-prompts.ts";
import { suiteKind } from "./suite-kind.ts";
import { suiteNames } from "./suite-folder.ts";

/** What is particular to a kind; what is the same for all of them is written once. */
export interface KindRow {
  /** Names that have a file or folder of which a version can be made. */
  readonly names: (dir: string) => Promise<readonly string[]>;
  /** The text a reference leads to, a version checked against what was made. */
  readonly textOf: (opened: Opened, ref: ArtifactRef) => Promise<ArtifactText>;
  readonly digestOf: (text: ArtifactText) => Digest;
  /** Whether whoever gets this version can use it, besides that its file is whole. */
  readonly check: (opened: Opened, text: ArtifactText) => void | Promise<void>;
  /** A version in a few words, for lists; null: its name says enough. */
  readonly about: ((text: ArtifactText) => string) | null;
}

const nothing = (): void => {};
const none = async (): Promise<readonly string[]> => [];

export const kinds: Readonly<Record<ArtifactKind, KindRow>> = {
  prompt: {
    names: async (dir) => [...new Set([...(await promptNames(dir)), ...roles, "judge"])],
    textOf: promptText,
    digestOf: ({ source, path }) => digestOf(source, path),
    check: (_opened, text) => inItsFile(text, (source) => prompts().check(source)),
    about: null,
  },
  rubric: {
    names: async (dir) => rubricNames(dir),
    textOf: async (opened, ref) => artifactText(rubricKind, opened, ref),
    digestOf: rubricKind.digestOf,
    check: nothing,
    about: rubricKind.about,
  },
  model: {
    names: none,
    textOf: async (opened, ref) => artifactText(modelKind, opened, ref),
    digestOf: modelKind.digestOf,
    check: nothing,
    about: modelKind.about,
  },
  dataset: {
    names: none,
    textOf: async (opened, ref) => artifactText(datasetKind, opened, ref),
    digestOf: datasetKind.digestOf,
    check: async (opened, text) => readRows(opened, text),
    about: datasetKind.about,
  },
  suite: {
    names: suiteNames,
    textOf: async (opened, ref) => artifactText(suiteKind, opened, ref),
    digestOf: suiteKind.digestOf,
    check: nothing,
    about: suiteKind.about,
  },
};

async function promptNames(dir: string): Promise<readonly string[]> {
  const there = await readdir(join(dir, "prompts")).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  return there
    .filter((file) => file.endsWith(".prompt"))
    .map((file) => file.slice(0, -".prompt".length))
    .filter((name) => safeId.safeParse(name).success);
}

/** What was found, or what is wrong with it in words for people. */
export async function orFault<T>(look: () => T | Promise<T>): Promise<T | string> {
  try {
    return await look();
  } catch (error) {
    if (isTold(error)) return error.message;
    throw error;
  }
}

/** Whether its message is for people, and all they need. */
export const isTold = (error: unknown): error is Error =>
  [RegistryRefused, Refused, PromptError, BadInput].some((one) => error instanceof one);
