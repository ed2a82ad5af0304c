import type { Io } from "../io.ts";
import { act, diff, list, log } from "../registry/artifact-commands.ts";
import { register } from "../registry/register-model.ts";
import type { ModelOptions } from "../registry/register-model.ts";
import { show } from "../registry/show.ts";

/** `harness models [list|show|log|diff|register] …`. */
export const models = async (
  io: Io,
  action: string,
  names: readonly string[],
  options: ModelOptions,
): Promise<number> => act({ list, show, log, diff, register }, action, { io, kind: "model", names, options });
