import { modelContent, modelDigest } from "../../core/registry/content.ts";
import type { ModelContent } from "../../core/registry/content.ts";
import { makeCommand } from "../../core/registry/kind-words.ts";
import { Refused } from "../exit.ts";
import { sha256 } from "../sha256.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { readContent } from "./content-file.ts";
import type { Opened } from "./open-registry.ts";

/** What a version of a model says. @throws Refused */
export const modelOf = ({ source, shown }: ArtifactText): ModelContent =>
  readContent(modelContent, shown, source);

export const modelKind = {
  digestOf: (text: ArtifactText): string => modelDigest(sha256, modelOf(text)),
  /** A model lies with its provider. */
  working: async (_opened: Opened, name: string): Promise<never> => {
    throw new Refused(
      `the model ${name} has no version in production, and a model has no file; say which, like ${name}@1 (harness models lists them), or make one: ${makeCommand({ kind: "model", name })}`,
    );
  },
  about: (text: ArtifactText): string => {
    const { provider, id } = modelOf(text);
    return `${provider}/${id}`;
  },
};
