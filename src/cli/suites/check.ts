import { join } from "node:path";
import type { Digest } from "../../core/id.ts";
import type { GateSpec, GuardSpec } from "../../evals/gate/spec.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { measuresOf } from "../../evals/scoring/measures.ts";
import { checkLeakage, checkUnique } from "../../evals/suite/check/alike.ts";
import { storedAnswers } from "../../evals/suite/check/arms.ts";
import { checkIdentical, checkSabotage } from "../../evals/suite/check/controls.ts";
import type { Finding } from "../../evals/suite/check/finding.ts";
import { fails } from "../../evals/suite/check/finding.ts";
import { checkFloors } from "../../evals/suite/check/floors.ts";
import { checkNothing, checkOracle, qualityGuard } from "../../evals/suite/check/oracle.ts";
import type { Tried } from "../../evals/suite/check/oracle.ts";
import { checkCases, checkFilled, checkReferences, toFillIn } from "../../evals/suite/check/written.ts";
import { qualityName } from "../../evals/suite/guards.ts";
import { assumedGuards } from "../../evals/suite/plan/assumed.ts";
import { assumptionsFrom } from "../../evals/suite/plan/measured.ts";
import { standingText } from "../../evals/suite/plan/standing.ts";
import type { SettledCases } from "../../evals/suite/settle-cases.ts";
import { splitItems } from "../../evals/suite/split.ts";
import { readText } from "../../edges/project/read-text.ts";
import { exit } from "../exit.ts";
import type { Io } from "../io.ts";
import { orFault } from "../registry/kinds.ts";
import type { Opened } from "../registry/open-registry.ts";
import { sha256 } from "../sha256.ts";
import { checkModel } from "./check-model.ts";
import { checkProgress } from "./check-progress.ts";
import type { CheckProgress } from "./check-progress.ts";
import { checkRenders } from "./check-renders.ts";
import { checkJson, checkText } from "./check-text.ts";
import { checkScored } from "./check-scored.ts";
import { checkTraining } from "./check-training.ts";
import { productionOf } from "./in-production.ts";
import { gateAt } from "./read-suite.ts";
import { readSuiteCases } from "./suite-cases.ts";
import type { SuiteCases } from "./suite-cases.ts";
import { readSuiteFile } from "./suite-file.ts";
import type { SuiteFile } from "./suite-file.ts";

/** What a check needs besides the suite itself. */
export interface CheckPorts {
  readonly env: Io["env"];
  /** Of this suite, newest first. */
  readonly reports: readonly StoredReport[];
  /** Tries the files of agents' cases: what is right passes, what nobody touched fails. */
  readonly tryCases: (file: SuiteFile, cases: SettledCases, onCase: CheckProgress["at"]) => Promise<Tried>;
}

/** `harness suite check NAME`: whether its verdicts can be relied on. @returns exit code 1 when they cannot */
export async function checkSuite(
  io: Io,
  opened: Opened,
  name: string,
  isJson: boolean,
  ports: CheckPorts,
): Promise<number> {
  const file = await readSuiteFile(opened.dir, name);
  const cases = await readSuiteCases(file);
  const progress = checkProgress(io);
  const findings = await findingsOf(opened, file, cases, { ...ports, progress }).finally(progress.end);
  if (isJson) io.out(checkJson(name, findings));
  else io.out(checkText(io, `tasks/${name}/${file.spec.cases}`, findings));
  return findings.some(({ mark }) => mark === "fails") ? exit.notMet : exit.ok;
}

interface Checking extends CheckPorts {
  readonly progress: CheckProgress;
}

/** Checks of the gate need one, and cases that are whole. */
async function findingsOf(
  opened: Opened,
  file: SuiteFile,
  cases: SuiteCases,
  checking: Checking,
): Promise<readonly Finding[]> {
  const gate = await orFault(() => gateAt(file, measuresOf(file.spec)));
  const written = [checkCases(cases), await filledOf(file, cases)];
  if (typeof gate === "string") return [...written, fails("gate", gate, "mend suite.yaml")];
  const renders = await checkRenders(opened, file.spec, cases);
  return [
    ...written,
    ...(renders === null ? [] : [renders]),
    ...(await gatedFindings(opened, file, cases, gate, checking)),
  ];
}

async function gatedFindings(
  opened: Opened,
  file: SuiteFile,
  cases: SuiteCases,
  gate: GateSpec,
  { progress, env, reports, tryCases }: Checking,
): Promise<readonly Finding[]> {
  const { spec } = file;
  const split = splitItems(sha256, cases.items, spec.held_out.share);
  const guard = qualityGuard(gate, qualityName(spec));
  const production = productionOf(opened, spec);
  const model = await progress.of("model", async () => checkModel(opened, file, env));
  const scored = await progress.of("scored", async () =>
    checkScored(opened, file, cases.items, env, progress.at),
  );
  const training = await progress.of("training", async () =>
    checkTraining(opened, split.held_out, cases.lineOf),
  );
  const tried = await progress.of("oracle", async () =>
    spec.kind === "agent" ? tryCases(file, cases, progress.at) : new Map(),
  );
  return [
    model,
    checkFloors(gate, production !== null),
    checkReferences(spec, gate, cases),
    scored,
    checkUnique(cases),
    checkLeakage(cases, split),
    training,
    checkOracle(spec, guard, cases, tried),
    checkNothing(spec, guard, cases, tried),
    ...(await progress.of("sabotage and identical", () =>
      controlsOf(gate, guard, split.held_out, file, cases, { reports, production }),
    )),
  ];
}

function controlsOf(
  gate: GateSpec,
  guard: GuardSpec | null,
  held: ReturnType<typeof splitItems>["held_out"],
  { spec }: SuiteFile,
  { digest }: SuiteCases,
  { reports, production }: { reports: readonly StoredReport[]; production: Digest | null },
): readonly Finding[] {
  const measured = assumptionsFrom(reports, gate, production);
  const stored = storedAnswers(gate, reports, held, measured.of);
  const assumed = assumedGuards(gate, measured, {}, qualityName(spec));
  const whose = standingText(measured.of);
  const assumptions = Object.fromEntries(
    Object.entries(assumed).map(([name, one]) => [name, one.assumption]),
  );
  return [
    checkSabotage(gate, guard, held, stored, whose),
    checkIdentical(gate, held, stored, assumptions, digest, whose),
  ];
}

/** Agents' cases have files that must be filled in, too. */
async function filledOf({ folder }: SuiteFile, cases: SuiteCases): Promise<Finding> {
  const [mark] = toFillIn("").split(":");
  const goals: string[] = [];
  for (const { case: one } of cases.items) {
    if (!("folder" in one)) continue;
    const { text } = await readText(join(folder, one.folder, "goal.md"));
    if (text.includes(mark ?? "")) goals.push(one.id);
  }
  return checkFilled(cases, goals);
}
