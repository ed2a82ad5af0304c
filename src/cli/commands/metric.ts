import type { Readable } from "node:stream";
import { meant } from "../../core/nearest.ts";
import { forms } from "../../evals/metrics/metric.ts";
import type { Metric } from "../../evals/metrics/metric.ts";
import { metricNamed, metrics } from "../../evals/metrics/table.ts";
import { answerLines } from "../evaluating/json-lines.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { inColumns } from "../view/columns.ts";
import { jsonLine } from "../view/json-line.ts";

export interface MetricOptions {
  readonly helm?: boolean;
  readonly json?: boolean;
}

/** `harness metric [NAME]`: one `{"value"}` for each line of stdin; without a name all metrics. */
export async function metric(
  io: Io,
  name: string | undefined,
  options: MetricOptions,
  input: Readable = process.stdin,
): Promise<number> {
  if (name === undefined) return list(io, options.json === true);
  const found = metricNamed(name);
  if (found === undefined)
    throw new Refused(`metric ${name}: there is none${meantBy(name)}; harness metric lists all`);
  const mode = options.helm === true ? "helm" : "strict";
  await answerLines(io, input, forms[found.needs], (line) => ({ value: found.value(line, mode) }));
  return exit.ok;
}

/** `f1` is short for `f1_score`. */
function meantBy(typed: string): string {
  const names = metrics.map((one) => one.name);
  const long = names.find((one) => one.startsWith(`${typed.toLowerCase()}_`));
  return meant(typed, names) || (long === undefined ? "" : meant(long, [long]));
}

function list(io: Io, isJson: boolean): number {
  if (isJson) {
    for (const { value: _, ...told } of metrics) io.out(jsonLine({ ...told, form: forms[told.needs] }));
    return exit.ok;
  }
  const rows = metrics.map((one) => [one.name, better(one), one.about]);
  for (const line of inColumns(rows, ["left", "left", "left"], io.columns)) io.out(`${line}\n`);
  io.out(`\n Each line of stdin is one JSON object; which form a metric reads: harness metric --json\n`);
  return exit.ok;
}

const better = ({ direction }: Metric): string => (direction === null ? "" : `${direction} is better`);
