import { join } from "node:path";
import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import { arms as allArms } from "../../evals/answer.ts";
import { scoringFaults } from "../../evals/scoring/faults.ts";
import { scorerFor } from "../../evals/scoring/scorer.ts";
import type { Subject } from "../../evals/subject/subject.ts";
import { Refused } from "../exit.ts";
import { located } from "../request.ts";
import { sha256 } from "../sha256.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import { stateDir } from "../wire.ts";
import type { AgentSubjectOptions } from "./agent-subject.ts";
import { commandsIn } from "./own-metrics.ts";
import type { Participants, Participating } from "./participating.ts";
import { openPlace } from "./place.ts";
import type { Place } from "./place.ts";
import type { SettledArm } from "./arms.ts";
import type { World } from "./world.ts";

type SubjectOf = (place: Place, options: AgentSubjectOptions) => Promise<Subject>;

/** The whole loop answers: goals are worked, or given work is judged, in runs of their own. @throws Refused, … */
export async function loopParticipants(
  world: World,
  asked: Participating,
  subjectOf: SubjectOf,
): Promise<Participants> {
  const { suite, arms, items, model } = asked;
  const { spec, folder } = suite;
  const [fault, ...more] = scoringFaults(spec, { items, models: [], rubrics: [], judge: null });
  if (fault !== undefined)
    throw new Refused(
      `tasks/${suite.name}/suite.yaml: ${fault}${more.length === 0 ? "" : ` (and ${more.length} more)`}`,
    );
  const name = sha256(canonical({ payer: asked.payer.name, model })).slice(0, 12);
  const place = await openPlace(world.io, world.project, join(stateDir(world.opened.dir), "evals", name));
  try {
    const named = model ?? judgeNamed(suite, world.opened.dir);
    const loopArms = Object.entries(arms).map(([arm, settled]) => [arm, loopArm(settled, named)]);
    const subject = await subjectOf(place, { folder, spec, arms: Object.fromEntries(loopArms) });
    const cases = await identitiesOf(subject, asked);
    return {
      subject,
      scorer: scorerFor(spec, {
        fits: () => null,
        commands: commandsIn(suite.folder, world.io.env),
        schemas: {},
        judge: () => () => ({ score: null, why: "the loop's own evaluator judges here" }),
      }),
      forms: [],
      judge: null,
      warnings: [],
      settings: { model, cases: sha256(canonical(cases)) },
      sandboxes: await place.sandboxes(),
      close: async (then) => place.close(then),
    };
  } catch (error) {
    await place.close("kept");
    throw error;
  }
}

/**
 * What determines each answer, so that what keeps a case from being asked is known before anything is, and that with
 * another image, policy or budget it is another evaluation.
 */
async function identitiesOf(subject: Subject, { arms, items }: Participating): Promise<readonly Json[]> {
  const found: Json[] = [];
  for (const item of items)
    for (const arm of allArms)
      if (arms[arm] !== undefined) found.push(await subject.identity({ arm, item, sample: 1, form: null }));
  return found;
}

/** Of a suite of judgements, who judges as it says; null: as the project says. */
const judgeNamed = ({ spec, folder }: ReadSuite, dir: string): string | null =>
  spec.kind !== "judge" || spec.judge.model === undefined ? null : located(spec.judge.model, folder, dir);

const loopArm = ({ ref, version }: SettledArm, model: string | null) => ({
  kind: ref.kind,
  name: ref.name,
  version,
  model,
});
