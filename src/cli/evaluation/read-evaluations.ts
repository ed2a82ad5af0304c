import { openEvaluationsReader } from "../../edges/sqlite/evaluations.ts";
import type { EvaluationsReader } from "../../edges/sqlite/evaluations.ts";
import { checkStateDir, places } from "../../edges/sqlite/state-dir.ts";
import { ofEvaluations, readablePlace } from "../readable-place.ts";
import { statThere } from "../there.ts";
import { stateDir } from "../wire.ts";

/**
 * Reads what was evaluated in a project, as it lies there: beside whoever evaluates, and where nothing may be written.
 * null: nothing was evaluated; then nothing is made either.
 */
export async function readEvaluations<T>(
  projectDir: string,
  use: (evaluations: EvaluationsReader) => Promise<T>,
): Promise<T | null> {
  const state = stateDir(projectDir);
  // First, as a state directory that is a file, or a link to nowhere, has none either.
  await checkStateDir(state);
  if ((await statThere(places(state).evaluations)) === null) return null;
  const place = await readablePlace(state, ofEvaluations);
  try {
    const evaluations = await openEvaluationsReader(place.dir);
    try {
      return await use(evaluations);
    } finally {
      evaluations.close();
    }
  } finally {
    await place.leave();
  }
}
