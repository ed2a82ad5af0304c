import { answerMetrics } from "./answers.ts";
import { derivedMetrics } from "./derived.ts";
import type { Metric } from "./metric.ts";
import { usageMetrics } from "./usage.ts";
import { wholeMetrics } from "./wholes.ts";

const plain: readonly Metric[] = [...answerMetrics, ...wholeMetrics, ...usageMetrics];

const plainNamed = (name: string): Metric | undefined => plain.find((one) => one.name === name);

/** Every metric that is built in, in the order people read them. */
export const metrics: readonly Metric[] = [
  ...plain,
  ...derivedMetrics((name) => plainNamed(name)?.direction ?? null),
];

export const metricNamed = (name: string): Metric | undefined => metrics.find((one) => one.name === name);
