import { join } from "node:path";
import { contentText, suiteContent, suiteDigest } from "../../core/registry/content.ts";
import type { SuiteContent } from "../../core/registry/content.ts";
import { sha256 } from "../sha256.ts";
import { plural } from "../view/words.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { readContent } from "./content-file.ts";
import type { Opened } from "./open-registry.ts";
import { readSuite } from "./suite-folder.ts";

const suiteOf = ({ source, shown }: ArtifactText): SuiteContent => readContent(suiteContent, shown, source);

export const suiteKind = {
  digestOf: (text: ArtifactText): string => suiteDigest(sha256, suiteOf(text)),
  /** The folder `tasks/NAME/` as it is. */
  working: async ({ dir }: Opened, name: string): Promise<ArtifactText> => {
    const shown = `tasks/${name}`;
    const source = contentText(await readSuite(dir, name));
    return { name, source, path: join(dir, shown), shown, version: null, isOwn: true };
  },
  about: (text: ArtifactText): string => plural(Object.keys(suiteOf(text).files).length, "file"),
};
