import type { Io } from "../io.ts";
import { addDataset as add } from "../registry/add-dataset.ts";
import { act, list, log } from "../registry/artifact-commands.ts";
import type { DatasetOptions } from "../registry/dataset-options.ts";
import { diffDatasets as diff } from "../registry/diff-datasets.ts";
import { show } from "../registry/show.ts";
import { splitDataset as split } from "../registry/split-dataset.ts";
import { verifyDatasets as verify } from "../registry/verify-datasets.ts";

/** `harness datasets [list|show|log|add|diff|split|verify] …`. */
export const datasets = async (
  io: Io,
  action: string,
  names: readonly string[],
  options: DatasetOptions,
): Promise<number> =>
  act({ list, show, log, add, diff, split, verify }, action, { io, kind: "dataset", names, options });
