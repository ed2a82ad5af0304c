import type { Side } from "../../evals/receipt/receipt.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { oneLine } from "../view/words.ts";

/** A report whose names take a line at most, wherever it comes from; those that harness makes are unchanged. */
export const withShortNames = <T extends StoredReport>(report: T): T => ({
  ...report,
  id: oneLine(report.id, 40),
  suite: { ...report.suite, name: oneLine(report.suite.name, 40) },
  candidate: shortSide(report.candidate),
  baseline: report.baseline === null ? null : shortSide(report.baseline),
  best: report.best === null ? null : shortSide(report.best),
  judge:
    report.judge === null
      ? null
      : {
          ...report.judge,
          model: oneLine(report.judge.model, 100),
          rubrics: Object.fromEntries(
            Object.entries(report.judge.rubrics).map(([name, digest]) => [oneLine(name, 40), digest]),
          ),
        },
});

const shortSide = (side: Side): Side => ({
  ...side,
  name: oneLine(side.name, 40),
  model: oneLine(side.model, 100),
  served: side.served.slice(0, 5).map((model) => oneLine(model, 100)),
});
