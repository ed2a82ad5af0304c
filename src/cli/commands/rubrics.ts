import type { Io } from "../io.ts";
import { act, commit, diff, get, list, log } from "../registry/artifact-commands.ts";
import type { ArtifactOptions } from "../registry/artifact-commands.ts";

/** `harness rubrics [list|log|diff|get|commit] …`. */
export const rubrics = async (
  io: Io,
  action: string,
  names: readonly string[],
  options: ArtifactOptions,
): Promise<number> => act({ list, log, diff, get, commit }, action, { io, kind: "rubric", names, options });
