import type { JudgeLabels } from "../../evals/gate/judge.ts";
import type { JudgeUse } from "../../evals/receipt/receipt.ts";
import { NoMoneyLeft } from "../../evals/runner/purse.ts";
import type { Judging } from "../../evals/scoring/judge.ts";
import { labelsOf, unjudged } from "../../evals/scoring/labels.ts";
import { judgeDigest, rubricJudgeDigest } from "../../evals/scoring/verdict.ts";
import type { Judge } from "../../evals/scoring/verdict.ts";
import { exit, Refused } from "../exit.ts";
import { sha256 } from "../sha256.ts";
import { listen } from "../signals.ts";
import { plural } from "../view/words.ts";
import { judgeLabels, readLabels } from "./labels.ts";
import type { JudgedLabels } from "./labels.ts";
import type { World } from "./world.ts";

/** Who judges, and what a person should know of it, a line each. */
export interface KnownJudge {
  readonly use: JudgeUse;
  readonly warnings: readonly string[];
}

/**
 * How receipts and reports name a judge, with how it agrees with people, as far as they labelled answers.
 * @param isToAsk labelled answers of which it has said nothing yet are shown to it first
 * @throws Refused where there is no money for that, or a person stops it
 */
export async function knownJudge(
  world: World,
  judge: Judge,
  judging: Judging,
  isToAsk: boolean,
): Promise<KnownJudge> {
  const names = Object.keys(judge.rubrics);
  const [only, ...more] = names;
  const use = {
    digest: judgeDigest(judge, sha256),
    model: judge.model,
    rubrics: Object.fromEntries(names.map((name) => [name, judge.rubrics[name]?.digest ?? ""])),
  };
  if (only === undefined || more.length > 0) return { use: { ...use, labels: null }, warnings: [] };
  const { labels, warnings } = await agreementBy(world, judge, judging, { rubric: only, isToAsk });
  return { use: { ...use, labels }, warnings };
}

interface Agreement {
  readonly labels: JudgeLabels | null;
  readonly warnings: readonly string[];
}

async function agreementBy(
  { opened: { dir }, io }: World,
  judge: Judge,
  judging: Judging,
  { rubric, isToAsk }: { readonly rubric: string; readonly isToAsk: boolean },
): Promise<Agreement> {
  const by = rubricJudgeDigest(judge, rubric, sha256);
  const known = await readLabels(dir, rubric);
  const open = unjudged(known, by).length;
  if (open === 0 || !isToAsk) return { labels: labelsOf(known, by), warnings: [] };
  const { rows, failed } = await untilStopped(io, async (signal) => {
    io.err(` judge      asked about ${open} answers that people labelled\n`);
    const onJudged = (done: number): void => {
      if (done % 20 === 0) io.err(` judge      ${done} of ${open}\n`);
    };
    return judgeLabels({ dir, rubric }, judging, by, { width: 8, signal, onJudged });
  });
  const [first] = failed;
  const left = unjudged(rows, by).length;
  return {
    labels: labelsOf(rows, by),
    warnings: first === undefined ? [] : [unsaidText(left, first.why)],
  };
}

const unsaidText = (left: number, why: string): string =>
  `the judge came to no verdict on ${plural(left, "answer")} that people labelled, which prove nothing of it until it does (the next evaluation asks again): ${why}`;

/** A signal of the process ends it; what was said until then is written down. @throws Refused */
async function untilStopped(
  io: World["io"],
  work: (signal: AbortSignal) => Promise<JudgedLabels>,
): Promise<JudgedLabels> {
  const signals = listen((text) => io.err(`${text}\n`));
  try {
    return await work(signals.drain);
  } catch (error) {
    if (error instanceof NoMoneyLeft) throw new Refused(error.message, exit.budget);
    const received = signals.received();
    if (received === null) throw error;
    throw new Refused(
      "stopped while the judge was asked about answers that people labelled; what it said is kept, go on with the same command",
      received === "SIGTERM" ? exit.terminated : exit.interrupted,
    );
  } finally {
    signals.forget();
  }
}
