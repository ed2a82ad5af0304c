import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { choose } from "../evaluation/choose.ts";
import type { Ended } from "../evaluation/run-evaluation.ts";
import { runEvaluation } from "../evaluation/run-evaluation.ts";
import type { EvalOptions } from "../evaluation/options.ts";
import { inWorld } from "../evaluation/world.ts";
import { wholesOf } from "../../evals/report/wholes.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { foundText } from "../report/terminal.ts";
import { openRegistry } from "../registry/open-registry.ts";
import { writeReport } from "../report/write.ts";
import { statThere } from "../there.ts";
import { plural } from "../view/words.ts";
import { jsonLine } from "../view/json-line.ts";

/** `harness eval [SUITE]`: candidate against baseline, look by look, until the gate decides. */
export async function evaluateSuite(
  terminal: Io,
  suite: string | undefined,
  options: EvalOptions,
): Promise<number> {
  if (options.ci !== undefined) await refuseNoDirectory(resolve(terminal.cwd, dirOf(options.ci)), options.ci);
  // First, so that nothing is made where nothing can be evaluated.
  await choose(await openRegistry(terminal), suite, options);
  return inWorld(terminal, async (world) => {
    const ended = await runEvaluation(world, suite, options);
    const code = exitOf(ended);
    const { io } = world;
    if (ended.report.looks.length > 0)
      io.err(foundText(ended.report, { receipt: ended.file, exit: code, columns: io.columns }));
    if (ended.stopped !== null) io.err(stoppedLine(ended, options));
    if (options.ci !== undefined && ended.report.looks.length > 0) await forCi(io, ended, options.ci, code);
    if (options.json === true) io.out(jsonLine(summaryOf(ended, code)));
    return code;
  });
}

const dirOf = (ci: string | true): string => (ci === true ? "." : ci);

/** Before anything is paid, not when it is to be written. @throws Refused */
async function refuseNoDirectory(dir: string, typed: string | true): Promise<void> {
  const found = await statThere(dir);
  if (found === null) return refuseNoDirectory(dirname(dir), typed);
  if (!found.isDirectory()) throw new Refused(`--ci ${dirOf(typed)}: ${dir} is no directory; name one`);
  await access(dir, constants.W_OK).catch((error: Error) => {
    throw new Refused(
      `--ci ${dirOf(typed)}: nothing can be written there (${error.message}); name another directory`,
    );
  });
}

/** JUnit and a summary in Markdown, which goes to the page of the job where it is one of GitHub's. */
async function forCi(io: Io, { report, file }: Ended, typed: string | true, code: number): Promise<void> {
  const dir = dirOf(typed);
  await mkdir(resolve(io.cwd, dir), { recursive: true });
  const name = join(dir, `eval-${report.suite.name}`);
  const summary = io.env["GITHUB_STEP_SUMMARY"] ?? "";
  await writeReport(
    io,
    report,
    { junit: `${name}.xml`, markdown: summary === "" ? `${name}.md` : summary },
    { isForced: true, receipt: file, exit: code },
  );
}

function exitOf({ report: { decision, mode, looks }, stopped, signal }: Ended): number {
  if (stopped === "interrupted") return signal === "SIGTERM" ? exit.terminated : exit.interrupted;
  if (decision?.verdict === "PROMOTE") return exit.ok;
  if (decision?.verdict === "REJECT") return exit.notMet;
  if (stopped === "outage" || stopped === "errors" || stopped === "scoring") return exit.infrastructure;
  if (looks.length === 0) return exit.budget;
  return mode === "smoke" ? exit.ok : exit.inconclusive;
}

/** What is kept, and how it goes on; why there is no more, where no note has said it. */
function stoppedLine({ stopped, kept, report }: Ended, options: EvalOptions): string {
  const known = kept.report.answers.filter(({ answered }) => answered.outcome === "complete");
  const answers = `${plural(known.length, "answer")} ${known.length === 1 ? "is" : "are"} kept`;
  const why = (stopped === null ? undefined : whyStopped[stopped]) ?? "";
  const mend = stopped === "errors" || stopped === "scoring" ? "mend it and " : "";
  const more = stopped === "budget" ? " --budget …" : "";
  return ` stopped    ${why}${answers}, ${mend}go on with: ${againText(report, options)}${more}\n`;
}

const whyStopped: Readonly<Partial<Record<NonNullable<Ended["stopped"]>, string>>> = {
  budget: "the money is used up; ",
  time: "the time of budget.wall is over; ",
};

/** The same evaluation again, as it would be typed. */
function againText({ suite, candidate, baseline }: Ended["report"], { model, smoke }: EvalOptions): string {
  const at = ({ kind, name, version }: NonNullable<typeof baseline>): string =>
    `${kind}:${name}${version === null ? "=file" : `@${version}`}`;
  return [
    `harness eval ${suite.name} --candidate ${at(candidate)}`,
    ...(baseline === null ? [] : [`--baseline ${at(baseline)}`]),
    ...(model === undefined ? [] : [`--model ${model}`]),
    ...(smoke === true ? ["--smoke"] : []),
  ].join(" ");
}

function summaryOf({ report, stopped, file }: Ended, code: number): object {
  const { id, suite, mode, candidate, baseline, best, looks, decision } = report;
  return {
    evaluation: id,
    suite,
    mode,
    candidate,
    baseline,
    best,
    looks,
    decision,
    over_all: wholesOf(report),
    stopped,
    receipt: file,
    exit: code,
  };
}
