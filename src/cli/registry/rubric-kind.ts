import type { RubricSpec } from "../../core/goal.ts";
import { rubricDigest } from "../../core/registry/content.ts";
import { findRubric } from "../../edges/project/resolve.ts";
import { readText } from "../../edges/project/read-text.ts";
import { parseRubric } from "../../edges/project/rubric-file.ts";
import { sha256 } from "../sha256.ts";
import { plural } from "../view/words.ts";
import type { ArtifactText } from "./artifact-text.ts";
import type { Opened } from "./open-registry.ts";

type Text = Pick<ArtifactText, "name" | "source" | "path">;

/** The rubric that a text says. @throws BadInput */
export const rubricOf = ({ name, source, path }: Text): RubricSpec => parseRubric(path, source, name);

export const rubricKind = {
  digestOf: (text: Text): string => rubricDigest(sha256, rubricOf(text)),
  /** `rubrics/NAME.yaml` of the project, else the one that comes with harness. */
  working: async ({ dir }: Opened, name: string): Promise<ArtifactText> => {
    const { path, from } = await findRubric(dir, name);
    const { text } = await readText(path);
    const isOwn = from === "project";
    const shown = isOwn ? `rubrics/${name}.yaml` : `the ${name} rubric of harness`;
    return { name, source: text, path, shown, version: null, isOwn };
  },
  about: (text: Text): string => plural(rubricOf(text).criteria.length, "criterion", "criteria"),
};
