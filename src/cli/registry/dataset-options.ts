import type { ArtifactOptions } from "./artifact-commands.ts";

export interface DatasetOptions extends ArtifactOptions {
  readonly name?: string;
  readonly by?: string;
  readonly share?: string;
  readonly to?: string;
}
