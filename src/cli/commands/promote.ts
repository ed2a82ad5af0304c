import { nameText, versionText } from "../../core/registry/artifact.ts";
import type { ArtifactRef } from "../../core/registry/artifact.ts";
import { resolveWhich } from "../../core/registry/history.ts";
import type { History } from "../../core/registry/history.ts";
import { logCommand, makeCommand, versionsDir } from "../../core/registry/kind-words.ts";
import type { StageRecord, VersionRecord } from "../../core/registry/record.ts";
import { promotion } from "../../core/registry/stage.ts";
import type { Signature } from "../../core/registry/stage.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import type { Evaluations } from "../receipts/find-receipt.ts";
import { proofFor } from "../receipts/prove.ts";
import { checkRegistry } from "../registry/check.ts";
import { isTold, kinds } from "../registry/kinds.ts";
import { add, meantOf, openRegistry, refTyped } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { signature } from "../registry/signature.ts";
import { stageText } from "../view/registry-log.ts";
import { oneLine, plural } from "../view/words.ts";

export interface PromoteOptions {
  readonly to?: string;
  readonly why?: string;
  readonly unproven?: boolean;
  /** Wider margins a person signs for, like `quality=-6`. */
  readonly accept?: readonly string[];
  readonly check?: boolean;
}

const noEvaluations: Evaluations = { storedReceipts: async () => [], readSuite: null, evaluate: null };

/** `harness promote prompt:NAME@N --to staging|production --why …`, `harness promote --check`. */
export async function promote(
  io: Io,
  typed: string | undefined,
  options: PromoteOptions,
  evaluations: Evaluations = noEvaluations,
): Promise<number> {
  if (options.check === true && typed !== undefined)
    throw new Refused(
      `--check looks at all of harness.lock, and ${typed} is one of it; leave out one of them`,
    );
  if (options.check === true) return check(io, evaluations);
  if (typed === undefined)
    throw new Refused(
      'say which version: harness promote prompt:worker@5 --to staging --why "…"; or --check',
    );
  const ref = refTyped("harness promote", typed, null);
  const to = stageOf(typed, options.to);
  refuseAcceptance(options, to);
  const opened = await openRegistry(io);
  const version = versionOf(opened, ref);
  const command = `harness promote ${nameText(ref)}@${version} --to ${to} --why "…"`;
  const by = await signature(opened.dir, options.why, command);
  const history = opened.registry.history(ref);
  const asked = { version, to, receipt: null, isUnproven: true };
  const placing = promotion(history, asked, by);
  if ("no" in placing) throw new Refused(`${placing.no}${meantOf(opened, ref)}`);
  // What is damaged, cannot be rendered or is not there serves nobody.
  const { check: checked, textOf } = kinds[ref.kind];
  await checked(opened, await textOf(opened, { ...ref, which: { type: "version", version } }));
  if (to === "staging") tell(io, await add(opened, history, placing));
  else await intoProduction(io, opened, { history, version, by, options }, evaluations);
  return exit.ok;
}

interface Wanted {
  readonly history: History;
  readonly version: number;
  readonly by: Signature;
  readonly options: PromoteOptions;
}

async function intoProduction(
  io: Io,
  opened: Opened,
  { history, version, by, options }: Wanted,
  evaluations: Evaluations,
): Promise<void> {
  const { accept = [], unproven = false } = options;
  const made = history.versions.get(version)?.made;
  if (made === undefined) throw new Error(`${versionText(history, version)} was there a moment ago`);
  const asking = { history, made, accept, by };
  const found = await proofFor(opened, asking, evaluations);
  const isToEvaluate = "without" in found && accept.length === 0 && !unproven;
  const evaluated = isToEvaluate ? await evaluate(evaluations, made) : false;
  const proof = evaluated === true ? await proofFor(opened, asking, evaluations) : found;
  const receipt = "digest" in proof ? proof.digest : null;
  const cannot = typeof evaluated === "string" ? `it cannot be evaluated now: ${evaluated}; and ` : "";
  const without = "without" in proof ? `${cannot}${proof.without}` : undefined;
  const asked = { version, to: "production", receipt, isUnproven: unproven, without } as const;
  const record = await add(opened, history, promotion(history, asked, by));
  if ("path" in proof) io.err(` proof  ${proof.path}: harness receipt verify ${proof.path}\n`);
  tell(io, record);
}

/** Whether it was evaluated; in words why it cannot be, where nothing was asked. @throws Refused where it did not pass */
async function evaluate(evaluations: Evaluations, made: VersionRecord): Promise<boolean | string> {
  try {
    return (await evaluations.evaluate?.(made)) ?? false;
  } catch (error) {
    if (!isTold(error) || (error instanceof Refused && error.code !== exit.badInput)) throw error;
    return error.message;
  }
}

/** What became of it, and what makes it everybody's. */
export function tell(io: Io, record: StageRecord): void {
  io.err(` ${oneLine(stageText(record), 200)}\n`);
  io.err(
    ` next: git add harness.lock ${versionsDir(record.kind)}${record.receipt === null || record.receipt === "unproven" ? "" : " receipts"} && git commit\n`,
  );
}

function refuseAcceptance({ accept = [], unproven }: PromoteOptions, to: string): void {
  if (accept.length === 0) return;
  if (to === "staging") throw new Refused("--accept: staging asks for no receipt; leave it out");
  if (unproven === true)
    throw new Refused("--accept and --unproven: the one is for a receipt, the other for none; leave one out");
}

function stageOf(typed: string, to: string | undefined): "staging" | "production" {
  if (to === "staging" || to === "production") return to;
  throw new Refused(
    `${to === undefined ? "say where to" : `--to ${to}: there are staging and production`}: harness promote ${typed} --to staging --why "…"`,
  );
}

function versionOf({ registry }: Opened, ref: ArtifactRef): number {
  const { which } = ref;
  if (which.type === "version") return which.version;
  if (which.type !== "stage")
    throw new Refused(
      `say which version, like ${nameText(ref)}@1: harness ${ref.kind}s lists them; to make one: ${makeCommand(ref)}`,
    );
  const found = resolveWhich(registry.history(ref), which);
  if (found === null || typeof found === "string")
    throw new Refused(`${found ?? ""}; see: ${logCommand(ref)}`);
  return found.made.version;
}

/** For CI. */
async function check(io: Io, { readSuite }: Evaluations): Promise<number> {
  const { dir } = await readProject(io.cwd);
  const found = await checkRegistry(dir, { isDataRead: true, readSuite });
  const { problems, versions, promotions, unproven, changed, absent } = found;
  for (const problem of problems) io.err(` ✗ ${oneLine(problem, 1000)}\n`);
  const note = [
    ...(unproven.length === 0 ? [] : [`; unproven: ${unproven.join(", ")}`]),
    ...(changed.length === 0 ? [] : [`; evaluated by what is another by now: ${changed.join(", ")}`]),
    ...(absent.length === 0 ? [] : [`; not on this machine, so not read: ${absent.join(", ")}`]),
  ].join("");
  if (problems.length > 0) {
    io.err(` ${plural(problems.length, "problem")} in harness.lock and what belongs to it${note}\n`);
    return exit.notMet;
  }
  io.err(
    ` ok  ${plural(versions, "version")}, ${plural(promotions, "promotion")} to production, each with its file and its proof${note}\n`,
  );
  return exit.ok;
}
