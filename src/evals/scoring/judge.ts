import type { Digest, ThreadId } from "../../core/id.ts";
import type { Answered } from "../answer.ts";
import type { Case } from "../suite/case.ts";
import { askJudge } from "./ask-judge.ts";
import type { AskJudgePorts, NoVerdict } from "./ask-judge.ts";
import type { Gauge } from "./gauge.ts";
import { rubricScore, verdictKey } from "./verdict.ts";
import type { Judge, Judged, JudgeRubric, Verdict, Verdicts } from "./verdict.ts";

export interface JudgePorts extends AskJudgePorts {
  readonly verdicts: Verdicts;
}

/**
 * Judges an answer by the rubric of this name, or finds the verdict that the same answer got before. `draw`: which of several
 * verdicts on it, where it is the judge that is evaluated; else there is one.
 */
export type Judging = (
  rubric: string,
  judged: Judged,
  thread: ThreadId,
  signal: AbortSignal,
  draw?: number,
) => Promise<Rated | NoVerdict>;

export interface Rated {
  readonly verdict: Verdict;
  readonly spec: JudgeRubric["spec"];
  /** From 0 to 1. */
  readonly score: number;
  /** What it cost now, in micros: nothing where the verdict was there. */
  readonly micros: number | null;
}

/**
 * One judge. Equal answers get one verdict, also where they are judged at once; whoever asked first pays for it. The first
 * verdict that was there from earlier is asked for again: where another model gives it now, none from earlier is taken. One
 * that is taken is whose it was taken for from then on, for nothing.
 */
export function judging(judge: Judge, ports: JudgePorts): Judging {
  const open = new Map<Digest, Promise<Rated | NoVerdict>>();
  let probe: Promise<Rated | NoVerdict> | null = null;
  return async (name, judged, thread, signal, draw) => {
    const rubric = Object.hasOwn(judge.rubrics, name) ? judge.rubrics[name] : undefined;
    if (rubric === undefined) throw new Error(`there is no rubric ${name}: scoringFaults names it`);
    const key = verdictKey(judge, rubric, judged, ports.sha256, draw);
    const running = open.get(key);
    if (running !== undefined) return { ...(await running), micros: 0 };
    const finding = find(key, rubric);
    open.set(key, finding);
    return finding.finally(() => open.delete(key));

    async function find(key: Digest, rubric: JudgeRubric): Promise<Rated | NoVerdict> {
      const stored = await ports.verdicts.get(key);
      if (stored === null) return ask(key, rubric);
      return stored.isOwn ? rated(rubric, stored.verdict, 0) : takeEarlier(stored.verdict, key, rubric);
    }

    async function takeEarlier(
      stored: Verdict,
      key: Digest,
      rubric: JudgeRubric,
    ): Promise<Rated | NoVerdict> {
      while (probe !== null) {
        const asked: Promise<Rated | NoVerdict> = probe;
        const now = await asked;
        if (!("verdict" in now)) {
          // It told nothing of who judges now: the next one is asked for again.
          if (probe === asked) probe = null;
          continue;
        }
        if (now.verdict.served !== stored.served) return ask(key, rubric);
        await ports.verdicts.put(key, { ...stored, micros: 0 });
        return rated(rubric, stored, 0);
      }
      return (probe = ask(key, rubric));
    }

    async function ask(key: Digest, rubric: JudgeRubric): Promise<Rated | NoVerdict> {
      const found = await askJudge(judge, rubric, judged, ports, thread, signal);
      if ("why" in found) return found;
      await ports.verdicts.put(key, found);
      return rated(rubric, found, found.micros);
    }
  };
}

const rated = ({ spec }: JudgeRubric, verdict: Verdict, micros: number | null): Rated => ({
  verdict,
  spec,
  score: rubricScore(spec, verdict),
  micros,
});

/** A rubric as a gauge: the judge sees the case and the answer, not whose it is. */
export const rubricGauge =
  (judge: Judging) =>
  (rubric: string): Gauge =>
  async ({ item, sample }, answered, signal) => {
    const thread = `verdict/${item.case.id}/${sample}`;
    const found = await judge(rubric, judgedOf(item.case, answered), thread, signal);
    if ("why" in found) return { score: "outage", why: found.why, micros: found.micros };
    return { score: found.score, why: explained(found.verdict), micros: found.micros };
  };

const judgedOf = (asked: Case, { text, output }: Pick<Answered, "text" | "output">): Judged => ({
  vars: "vars" in asked ? asked.vars : {},
  references: "expect" in asked && asked.expect !== undefined ? [asked.expect].flat() : [],
  text,
  output,
});

export const explained = ({ scores, explanation }: Verdict): string =>
  [...scores.map((one) => `${one.criterion} ${one.score}: ${one.explanation}`), explanation].join("\n");
