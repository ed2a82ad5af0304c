import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import { arms as allArms } from "../../evals/answer.ts";
import type { Arm } from "../../evals/answer.ts";
import type { GateSpec } from "../../evals/gate/spec.ts";
import type { JudgeUse } from "../../evals/receipt/receipt.ts";
import type { Form } from "../../evals/runner/order.ts";
import { purse } from "../../evals/runner/purse.ts";
import type { Purse } from "../../evals/runner/purse.ts";
import type { Scorer } from "../../evals/scoring/scorer.ts";
import type { Subject } from "../../evals/subject/subject.ts";
import type { Item } from "../../evals/suite/case.ts";
import { guardsOf } from "../../evals/suite/guards.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { Refused } from "../exit.ts";
import { dollarsOf, located } from "../request.ts";
import { sha256 } from "../sha256.ts";
import { gateAt, readSuiteAt } from "../suites/read-suite.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import { asVersion, modelOfArm, promptOfArm, versionOf } from "./arms.ts";
import type { Arms, ArmVersion, SettledArm } from "./arms.ts";
import { bestVersion } from "./best-version.ts";
import { choose } from "./choose.ts";
import type { EvalOptions } from "./options.ts";
import { participants } from "./participants.ts";
import type { Participants } from "./participating.ts";
import { refuseUnused } from "./refuse-unused.ts";
import type { World } from "./world.ts";

/** An evaluation of which everything is known but its answers. */
export interface Settled {
  /** The same for the same arms, suite and settings: so that it goes on where it was left. */
  readonly id: string;
  readonly suite: ReadSuite;
  readonly mode: "gate" | "smoke";
  readonly arms: Arms;
  readonly items: readonly Item[];
  readonly forms: readonly Form[];
  readonly subject: Subject;
  readonly scorer: Scorer;
  readonly gate: GateSpec;
  readonly judge: JudgeUse | null;
  readonly sandboxes: Participants["sandboxes"];
  readonly purse: Purse;
  /** How many answers are asked for at once. */
  readonly concurrency: number;
  readonly close: Participants["close"];
  /** Like `prompts/worker.prompt, 14 lines differ`; null: the candidate is a version already. */
  readonly changed: string | null;
  readonly warnings: readonly string[];
}

/** How many cases a smoke run asks. */
const smokeCases = 8;

/** @throws Refused, BadInput, RegistryRefused, PromptError: whatever keeps it from being asked, before anything is */
export async function settle(
  world: World,
  named: string | undefined,
  options: EvalOptions,
): Promise<Settled> {
  const choice = await choose(world.opened, named, options);
  const suite = await readSuiteAt(world.opened.dir, choice.suite);
  const mode = options.smoke === true ? "smoke" : "gate";
  refuseUnused(suite, choice.candidate);
  const found = await versionOf(world.opened, choice.candidate);
  const baseline = choice.baseline === null ? null : await versionOf(world.opened, choice.baseline);
  if (baseline?.digest === found.digest && baseline.ref.kind === found.ref.kind)
    throw new Refused(
      `${found.label} and ${baseline.label} are the same in all that counts, so there is nothing to compare; edit ${found.ref.name}, or say another: --candidate, --baseline`,
    );
  const concurrency = concurrencyOf(suite, options);
  if (mode === "gate" && baseline === null) refuseNoFloors(suite);
  const items = mode === "smoke" ? suite.items.train.slice(0, smokeCases) : suite.items.held_out;
  if (items.length === 0) throw new Refused(noItems(suite, mode));
  const best = mode === "smoke" ? null : await bestVersion(world.opened, suite.name, found);
  const arms = await settledArms(world, suite, { candidate: found, baseline, best }, options);
  const money = purse(ceilingOf(suite, options));
  const asked = await participants(world, {
    suite,
    mode,
    arms,
    items,
    payer: { name: payerOf(suite, mode, arms), purse: money },
    model: options.model === undefined ? null : located(options.model, world.io.cwd, world.opened.dir),
  });
  try {
    const gate = gateAt(suite, asked.scorer.measures);
    await refuseTooLittle(asked.subject, arms, items, money, options);
    return {
      id: idOf({ suite, mode, arms, settings: asked.settings, gate }),
      suite,
      mode,
      // Last, when nothing stands in the way any more.
      arms: mode === "smoke" ? arms : { ...arms, candidate: await madeVersion(world, suite, arms.candidate) },
      items,
      ...asked,
      gate,
      purse: money,
      concurrency,
      changed: found.version === null ? found.label : null,
    };
  } catch (error) {
    await asked.close("kept");
    throw error;
  }
}

/** A budget that no single answer fits in asks for none, and makes no version. @throws Refused */
async function refuseTooLittle(
  subject: Subject,
  arms: Arms,
  [first]: readonly Item[],
  money: Purse,
  { budget }: EvalOptions,
): Promise<void> {
  if (first === undefined || money.left() === Infinity) return;
  const asks = allArms.filter((arm) => arms[arm] !== undefined);
  const most = await Promise.all(
    asks.map(async (arm) => (await subject.ceiling({ arm, item: first, sample: 1, form: null })) ?? 0),
  );
  const dearest = Math.max(...most);
  if (dearest > money.left())
    throw new Refused(
      `${budget === undefined ? "budget.money of the suite" : `--budget ${budget}`}: one answer may cost up to $${(dearest / 1e6).toFixed(4)}, so none can be asked for; give more, or lower max_output_tokens`,
    );
}

/** Who had a judge's verdicts asked for: the same when it goes on, another one for another evaluation. */
const payerOf = ({ digest, name }: ReadSuite, mode: string, arms: Arms): string =>
  sha256(canonical({ payer: 2, suite: digest, name, mode, sides: sidesOf(arms) }));

function concurrencyOf({ spec }: ReadSuite, { concurrency: typed }: EvalOptions): number {
  if (typed === undefined) return spec.concurrency;
  if (/^\d{1,3}$/.test(typed) && Number(typed) >= 1 && Number(typed) <= 256) return Number(typed);
  throw new Refused(`--concurrency ${typed}: say how many answers are asked for at once, 1 to 256`);
}

/** A first version is held against nothing but floors. @throws BadInput */
function refuseNoFloors({ path, lineOf, spec }: ReadSuite): void {
  const guards = Object.entries(guardsOf(spec));
  if (guards.some(([, { floor }]) => floor !== undefined)) return;
  const names = guards.map(([name]) => name);
  const [name, { metric, rubric }] = guards.find(([, { margin }]) => margin !== undefined) ?? ["quality", {}];
  const example = `${name}: { ${rubric === undefined ? `metric: ${metric}` : `rubric: ${rubric}`}, margin: 0.05, floor: 0.7 }`;
  throw new BadInput(
    path,
    lineOf(["guards"]),
    `there is no version to compare with, so a first one must reach floors, and no guard has one (${names.join(", ")}); write floor: in guards, like ${example}`,
  );
}

async function madeVersion(
  { opened }: World,
  { name }: ReadSuite,
  candidate: SettledArm,
): Promise<SettledArm> {
  return { ...candidate, ...(await asVersion(opened, candidate, name)) };
}

/** What is typed wins over what the suite says; in millionths of a US dollar. */
function ceilingOf({ spec }: ReadSuite, { budget }: EvalOptions): number | null {
  const dollars = budget === undefined ? spec.budget.money : dollarsOf(budget);
  return dollars === undefined ? null : Math.floor(dollars * 1e6);
}

const noItems = ({ name, spec }: ReadSuite, mode: "gate" | "smoke"): string =>
  mode === "smoke"
    ? `tasks/${name}/suite.yaml: held_out.share ${spec.held_out.share} leaves no case for a smoke run, which must not look at held-out ones; lower it, or add cases: harness suite add ${name}`
    : `tasks/${name}/suite.yaml: held_out.share ${spec.held_out.share} holds no case out; raise it, or add cases: harness suite add ${name}`;

async function settledArms(
  world: World,
  suite: ReadSuite,
  versions: Readonly<Record<Arm, ArmVersion | null>>,
  { model }: EvalOptions,
): Promise<Arms> {
  const settled: Partial<Record<Arm, SettledArm>> = {};
  for (const arm of allArms) {
    const version = versions[arm];
    if (version === null) continue;
    const text =
      suite.spec.kind === "prompt" ? await promptOfArm(world.opened, suite, version) : version.text;
    const { io, opened, project } = world;
    const asked = await modelOfArm({ io, opened, project, suite, model }, version, text.source);
    settled[arm] = { ...version, asked, prompt: { source: text.source, file: text.path } };
  }
  const { candidate } = settled;
  if (candidate === undefined) throw new Error("an evaluation has a candidate");
  return { ...settled, candidate };
}

interface Identity {
  readonly suite: ReadSuite;
  readonly mode: string;
  readonly arms: Arms;
  readonly settings: Json;
  readonly gate: GateSpec;
}

function idOf({ suite, mode, arms, settings, gate }: Identity): string {
  const of = { suite: suite.digest, name: suite.name, mode, sides: sidesOf(arms), settings, gate };
  return `e${sha256(canonical(of)).slice(0, 9)}`;
}

const sidesOf = (arms: Arms): Json =>
  Object.entries(arms).map(([arm, { ref, digest, asked, prompt }]) => ({
    arm,
    digest,
    ...(ref.kind === "model" ? { prompt: sha256(prompt.source) } : {}),
    model: asked.model,
    identity: asked.identity,
  }));
