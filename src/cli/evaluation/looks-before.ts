import { receipt } from "../../evals/receipt/receipt.ts";
import type { Receipt } from "../../evals/receipt/receipt.ts";
import type { EvaluationRow } from "../../edges/sqlite/evaluations.ts";
import { readReceipts } from "../../edges/registry/receipts.ts";
import { clock } from "../wire.ts";
import type { Settled } from "./settle.ts";
import { reportHeads } from "./stored-reports.ts";
import type { World } from "./world.ts";

/** What was looked at before on the held-out cases of a suite. */
export interface LooksBefore {
  /** Evaluations on them, this one among them: as far as this machine and the project's receipts know. */
  readonly count: number;
  /** Of this very candidate, by other gates, cases or settings. */
  readonly earlier: Receipt["earlier"];
}

/** Looking at held-out cases is counted, whoever stops before the end. */
export async function beginLook(
  { evaluations, opened }: World,
  { id, suite, arms, mode }: Settled,
): Promise<LooksBefore> {
  const candidate = arms.candidate.digest;
  const ofSuite = (): readonly EvaluationRow[] =>
    evaluations.begun().filter((one) => one.suite === suite.name && one.isGated);
  const proven = await receiptsOf(opened.dir, suite.name);
  const known = new Set([...ofSuite().map((one) => one.id), ...proven.map(({ evaluation }) => evaluation)]);
  const more = known.has(id) ? 0 : 1;
  evaluations.begin({ id, at: clock.now(), suite: suite.name, candidate, isGated: mode === "gate" });
  const begun = ofSuite();
  const verdicts = new Map(reportHeads(evaluations).map((head) => [head.id, head.verdict]));
  const told = new Map<string, Receipt["earlier"][number]["verdict"]>([
    ...begun
      .filter((one) => one.candidate === candidate)
      .map((one) => [one.id, verdicts.get(one.id) ?? null] as const),
    ...proven
      .filter(({ digest }) => digest === candidate)
      .map((one) => [one.evaluation, one.verdict] as const),
  ]);
  told.delete(id);
  return {
    count: Math.max(known.size, ...proven.map(({ split }) => split.candidates)) + more,
    earlier: [...told].map(([evaluation, verdict]) => ({ evaluation, verdict })),
  };
}

/** What says it is a receipt of that suite; whether it is true matters little for counting. */
async function receiptsOf(dir: string, suite: string): Promise<readonly Receipt[]> {
  return (await readReceipts(dir)).flatMap(({ text }) => {
    const read = receipt.safeParse(JSON.parse(text));
    return read.success && read.data.suite.name === suite ? [read.data] : [];
  });
}

/** `evaluated on core before, by another suite.yaml, other cases or settings: INCONCLUSIVE (e12)`; null: it was not. */
export const earlierText = (suite: string, earlier: Receipt["earlier"]): string | null =>
  earlier.length === 0
    ? null
    : `evaluated on ${suite} before, with another gate, cases or settings: ${earlier
        .map(({ evaluation, verdict }) => `${verdict ?? "not ended"} (${evaluation})`)
        .join(", ")}; its receipt says so for ever`;
