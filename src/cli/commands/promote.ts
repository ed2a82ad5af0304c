import { nameText } from "../../core/registry/artifact.ts";
import type { ArtifactRef } from "../../core/registry/artifact.ts";
import { resolveWhich } from "../../core/registry/history.ts";
import type { StageRecord } from "../../core/registry/record.ts";
import { promotion } from "../../core/registry/stage.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { prompts } from "../../edges/prompts/prompts.ts";
import { readReceipts } from "../../edges/registry/receipts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { checkRegistry } from "../registry/check.ts";
import { add, openRegistry, refTyped } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { inItsFile, promptText } from "../registry/prompt-text.ts";
import { signature } from "../registry/signature.ts";
import { stageText } from "../view/registry-log.ts";
import { oneLine, plural } from "../view/words.ts";

export interface PromoteOptions {
  readonly to?: string;
  readonly why?: string;
  readonly unproven?: boolean;
  readonly check?: boolean;
}

/** `harness promote prompt:NAME@N --to staging|production --why …`, `harness promote --check`. */
export async function promote(io: Io, typed: string | undefined, options: PromoteOptions): Promise<number> {
  if (options.check === true) return check(io);
  if (typed === undefined)
    throw new Refused(
      'say which version: harness promote prompt:worker@5 --to staging --why "…"; or --check',
    );
  const ref = refTyped("harness promote", typed, null);
  const to = stageOf(typed, options.to);
  const opened = await openRegistry(io);
  const version = versionOf(opened, ref);
  const command = `harness promote ${nameText(ref)}@${version} --to ${to} --why "…"`;
  const by = await signature(opened.dir, options.why, command);
  const history = opened.registry.history(ref);
  const found = history.versions.get(version);
  const receipt = found === undefined ? null : await receiptFor(opened, found.made.digest);
  const record = promotion(history, { version, to, receipt, isUnproven: options.unproven === true }, by);
  // What is damaged or cannot be rendered serves nobody.
  if (found !== undefined) {
    const text = await promptText(opened, { ...ref, which: { type: "version", version } });
    inItsFile(text, (source) => prompts().check(source));
  }
  tell(io, await add(opened, history, record));
  return exit.ok;
}

/** What became of it, and what makes it everybody's. */
export function tell(io: Io, record: StageRecord): void {
  io.err(` ${oneLine(stageText(record), 200)}\n`);
  io.err(
    ` next: git add harness.lock prompts/versions${record.receipt === null || record.receipt === "unproven" ? "" : " receipts"} && git commit\n`,
  );
}

function stageOf(typed: string, to: string | undefined): "staging" | "production" {
  if (to === "staging" || to === "production") return to;
  throw new Refused(
    `${to === undefined ? "say where to" : `--to ${to}: there are staging and production`}: harness promote ${typed} --to staging --why "…"`,
  );
}

function versionOf({ registry }: Opened, ref: ArtifactRef): number {
  const { which, name } = ref;
  if (which.type === "version") return which.version;
  if (which.type !== "stage")
    throw new Refused(
      `say which version, like ${nameText(ref)}@1: harness prompts lists them, and makes one of the file as it is: harness prompts commit ${name} -m "…"`,
    );
  const found = resolveWhich(registry.history(ref), which);
  if (found === null || typeof found === "string")
    throw new Refused(`${found ?? ""}; see: harness prompts log ${name}`);
  return found.made.version;
}

async function receiptFor({ dir }: Opened, digest: string): Promise<string | null> {
  return (await readReceipts(dir)).findLast(({ head }) => head.digest === digest)?.digest ?? null;
}

/** For CI. */
async function check(io: Io): Promise<number> {
  const { dir } = await readProject(io.cwd);
  const { problems, versions, promotions, unproven } = await checkRegistry(dir);
  for (const problem of problems) io.err(` ✗ ${oneLine(problem, 1000)}\n`);
  const note = unproven.length === 0 ? "" : `; unproven: ${unproven.join(", ")}`;
  if (problems.length > 0) {
    io.err(` ${plural(problems.length, "problem")} in harness.lock and what belongs to it${note}\n`);
    return exit.notMet;
  }
  io.err(
    ` ok  ${plural(versions, "version")}, ${plural(promotions, "promotion")} to production, each with its file and its proof${note}\n`,
  );
  return exit.ok;
}
