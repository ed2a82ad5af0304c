import type { Criterion } from "../../core/criterion.ts";
import type { Forecast, Limits } from "../../core/event.ts";
import type { TaskSpec } from "../../core/plan.ts";
import { criterionText } from "../../loop/describe.ts";
import { fit, wrap } from "./cells.ts";
import { forecastText } from "./forecast-text.ts";
import { textOf } from "./rows.ts";
import { stillVisible, visibleLines } from "./visible.ts";
import { dollars, plural } from "./words.ts";

/** A plan as it waits for its review. */
export interface PlanSight {
  readonly tasks: readonly TaskSpec[];
  /** Checks of the whole goal that the planner proposed; none where the goal file has its own. */
  readonly checks: readonly Criterion[];
  readonly forecast: Forecast | null;
  readonly limits: Limits;
  /** In micro-dollars; null: none is set. */
  readonly budget: number | null;
}

/** The plan as a tree: each task below those it needs, with how its result is judged. */
export function planTree(plan: PlanSight, columns: number): string {
  const lines = [
    ...inOrder(plan.tasks).flatMap(({ task, depth }) => taskLines(task, depth)),
    ...checkLines(plan.checks),
  ];
  return `${textOf([["plan", headline(plan)]], columns)}${lines.map((line) => fit(line, columns - 1)).join("\n")}\n`;
}

function headline({ tasks, forecast, limits, budget }: PlanSight): string {
  const parts = [
    `${plural(tasks.length, "task")}, up to ${limits.concurrency} at once`,
    forecast === null ? "" : `forecast ${forecastText(forecast)}`,
    budget === null ? "no budget is set" : `budget ${dollars(budget)}`,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function taskLines(task: TaskSpec, depth: number): string[] {
  const indent = " ".repeat(12 + 2 * Math.min(depth, 8));
  const after = task.needs.length === 0 ? "" : `   after ${task.needs.join(", ")}`;
  return [
    `${indent}${task.id}   ${stillVisible(task.title)}${after}`,
    ...task.criteria.map((criterion) => `${indent}  ${criterionLine(criterion)}`),
  ];
}

const criterionLine = (criterion: Criterion): string => `${asks(criterion)} ${inShort(criterion)}`;

const asks = ({ guard }: Criterion): string => (guard === true ? "stays so:" : "done when");

/** A program of many lines by its first one that says something. */
function inShort(criterion: Criterion): string {
  if (criterion.type !== "command") return stillVisible(criterionText(criterion));
  const lines = criterion.run.trim().split("\n");
  if (lines.length === 1) return stillVisible(criterionText(criterion));
  const first = lines.find((line) => !line.trimStart().startsWith("#")) ?? "";
  return `this exits with ${criterion.exit ?? 0} (${lines.length} lines): ${stillVisible(first)}`;
}

function criterionInFull(criterion: Criterion): string[] {
  if (criterion.type !== "command" || !criterion.run.trim().includes("\n"))
    return [`    ${criterionLine(criterion)}`];
  const lines = visibleLines(criterion.run.trim()).split("\n");
  return [
    `    ${asks(criterion)} this exits with ${criterion.exit ?? 0}:`,
    ...lines.map((line) => `        ${line}`),
  ];
}

const checkLines = (checks: readonly Criterion[]): string[] =>
  checks.length === 0
    ? []
    : [
        " checks     the goal names none; proposed by the planner:",
        ...checks.map((check) => `            ${check.id}   ${criterionLine(check)}`),
      ];

/** Instructions in full, for whoever wants to read them before the start. */
export const planInFull = (plan: PlanSight, columns: number): string =>
  plan.tasks
    .map((task) => {
      const needs = task.needs.length === 0 ? "" : `   after ${task.needs.join(", ")}`;
      const body = visibleLines(task.instructions)
        .split("\n")
        .flatMap((line) => wrap(line, columns - 5));
      const criteria = task.criteria.flatMap(criterionInFull);
      return [
        ` ${task.id}   ${stillVisible(task.title)}${needs}`,
        ...body.map((line) => `    ${line}`),
        ...criteria,
      ].join("\n");
    })
    .join("\n\n");

/** Tasks after what they need, each as deep as the longest way to it. */
function inOrder(tasks: readonly TaskSpec[]): readonly { task: TaskSpec; depth: number }[] {
  const depths = new Map<string, number>();
  const known = new Map(tasks.map((task) => [task.id, task]));
  const placed: { task: TaskSpec; depth: number }[] = [];
  for (let before = -1; before !== placed.length;) {
    before = placed.length;
    for (const task of tasks) {
      const needs = task.needs.filter((need) => known.has(need));
      if (depths.has(task.id) || !needs.every((need) => depths.has(need))) continue;
      const depth = Math.max(0, ...needs.map((need) => (depths.get(need) ?? 0) + 1));
      depths.set(task.id, depth);
      placed.push({ task, depth });
    }
  }
  return placed;
}
