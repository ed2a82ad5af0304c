import type { Io } from "../io.ts";
import { act, commit, diff, list, log } from "../registry/artifact-commands.ts";
import type { ArtifactOptions } from "../registry/artifact-commands.ts";
import { show } from "../registry/show.ts";

/** `harness suites [list|show|log|diff|commit] …`. */
export const suites = async (
  io: Io,
  action: string,
  names: readonly string[],
  options: ArtifactOptions,
): Promise<number> => act({ list, show, log, diff, commit }, action, { io, kind: "suite", names, options });
