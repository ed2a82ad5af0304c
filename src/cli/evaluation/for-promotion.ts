import { nameText, versionText } from "../../core/registry/artifact.ts";
import type { VersionRecord } from "../../core/registry/record.ts";
import type { Receipt } from "../../evals/receipt/receipt.ts";
import { measuresOf } from "../../evals/scoring/measures.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { Evaluations } from "../receipts/find-receipt.ts";
import { evaluateSuite } from "../commands/eval.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { suitesFor } from "../suites/find-suites.ts";
import { gateAt, readSuiteAt } from "../suites/read-suite.ts";
import { readEvaluations } from "./read-evaluations.ts";
import { readReport, reportHeads } from "./stored-reports.ts";

/** What a promotion takes of evaluations: those that are stored, and a new one where there is a suite for it. */
export const evaluationsFor = (io: Io): Evaluations => ({
  storedReceipts: async () => storedReceipts((await readProject(io.cwd)).dir),
  readSuite: async (dir, name) => {
    const suite = await readSuiteAt(dir, name);
    const items = suite.items.held_out.map(({ case: { id }, cluster }) => ({ id, cluster }));
    return { gate: gateAt(suite, measuresOf(suite.spec)), datasets: Object.keys(suite.datasets), items };
  },
  evaluate: async (made) => evaluate(io, made),
});

const storedReceipts = async (dir: string): Promise<readonly Receipt[]> =>
  (await readEvaluations(dir, async (evaluations) => {
    const found: Receipt[] = [];
    for (const { id, mode } of reportHeads(evaluations)) {
      const kept = mode === "gate" ? await readReport(evaluations, id) : null;
      if (kept?.receipt !== undefined && kept.receipt !== null) found.push(kept.receipt);
    }
    return found;
  })) ?? [];

async function evaluate(io: Io, made: VersionRecord): Promise<boolean> {
  const { dir } = await readProject(io.cwd);
  const [suite, ...more] = await suitesFor(dir, nameText(made));
  if (suite === undefined || more.length > 0) return false;
  const candidate = `${made.kind}:${versionText(made, made.version)}`;
  const code = await evaluateSuite(io, suite.name, { candidate });
  if (code === exit.ok) return true;
  throw new Refused(
    `${versionText(made, made.version)} is not promoted: its evaluation on ${suite.name} does not say PROMOTE`,
    code,
  );
}
