import type { TaskSpec } from "../../core/plan.ts";
import { safeId } from "../../core/id.ts";
import type { RunState } from "../../core/run.ts";
import type { Task } from "../../core/task.ts";
import type { Criterion } from "../../core/criterion.ts";
import { criterionText } from "../../loop/describe.ts";
import { oneLine, plural } from "../view/words.ts";
import { commandFor } from "../view/waiting-lines.ts";
import { attemptPage } from "./attempt-page.ts";
import type { PlanTale, Tale } from "./tale.ts";
import { quoted, safe } from "./texts.ts";

/** A file of the mirror: a path below its directory, and its whole text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** What is shown of the run as a whole. */
export const runPages = (tale: Tale): readonly Page[] => [
  { path: "plan.md", text: planPage(tale) },
  { path: "waiting.md", text: waitingPage(tale) },
];

/** What never changes once the run began. */
export const firstPages = ({ run, goal }: Tale): readonly Page[] => [
  {
    path: "README.md",
    text:
      `The story of run ${run.id} as plain files, kept up by the harness that works on it.\n` +
      `It is made from the journal and may be deleted; \`harness show ${run.id}\` tells the same.\n`,
  },
  { path: "goal.md", text: goal },
];

/** The pages of a task (`clean`) or of one attempt (`clean/2`). */
export function pagesOf(tale: Tale, key: string): readonly Page[] {
  const [id = "", attempt] = key.split("/");
  // The one place where a word of a model becomes a path.
  const dir = `tasks/${safeId.parse(id)}`;
  if (attempt !== undefined) {
    const found = tale.attempts.get(key);
    return found === undefined
      ? []
      : [{ path: `${dir}/attempt-${found.attempt}.md`, text: attemptPage(found) }];
  }
  const task = tale.run.tasks.get(id);
  const spec = task === undefined ? undefined : tale.specs.get(task.spec);
  const handoff = tale.handoffs.get(id);
  return [
    ...(spec === undefined ? [] : [{ path: `${dir}/task.md`, text: taskPage(spec) }]),
    ...(handoff === undefined ? [] : [{ path: `${dir}/handoff.md`, text: handoffPage(handoff) }]),
  ];
}

const marks: Readonly<Record<Task["status"], string>> = {
  accepted: "✓",
  active: "●",
  pending: "·",
  stuck: "?",
  dropped: "✗",
};

function planPage(tale: Tale): string {
  const { run, title, specs } = tale;
  const all = [...run.tasks.values()];
  const accepted = all.filter(({ status }) => status === "accepted").length;
  const state = `run ${run.id}: ${run.outcome ?? run.phase}, ${accepted} of ${plural(all.length, "task")} accepted`;
  const proposal =
    run.proposal === null
      ? []
      : [
          `## Plan ${run.proposal.version}, proposed\n`,
          ...tree(
            run.proposal.tasks,
            specs,
            () => "·",
            () => "",
          ),
        ];
  return text([
    `# ${title}\n`,
    `${state}\n`,
    ...tree(
      all,
      specs,
      ({ id }) => marks[run.tasks.get(id)?.status ?? "pending"],
      ({ id }) => standText(run, id),
    ),
    ...proposal,
    ...checkLines(tale),
    "\n## Plans\n",
    ...tale.plans.flatMap(planLines),
  ]);
}

interface Planned {
  readonly id: string;
  readonly needs: readonly string[];
  readonly spec: string;
}

/** Each task below the one that it needs and that comes last, with its criteria. */
function tree<T extends Planned>(
  tasks: readonly T[],
  specs: Tale["specs"],
  mark: (task: T) => string,
  stands: (task: T) => string,
): readonly string[] {
  const depths = depthsOf(tasks);
  const below = Map.groupBy(tasks, ({ needs }) => deepest(needs, depths));
  const lines: string[] = [];
  // Not recursive: plans may be deep.
  const open = [...(below.get(null) ?? [])].toReversed();
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    const { id, needs } = task;
    const spec = specs.get(task.spec);
    const indent = "  ".repeat(Math.min(10, depths.get(id) ?? 0));
    const after = needs.length === 0 ? "" : ` (needs ${needs.join(", ")})`;
    lines.push(
      `${indent}- ${mark(task)} **${id}** ${oneLine(spec?.title ?? "", 200)}${after}${stands(task)}`,
    );
    lines.push(...(spec?.criteria ?? []).map((one) => `${indent}    - ${criterionLine(one)}`));
    open.push(...(below.get(id) ?? []).toReversed());
  }
  return lines;
}

function deepest(needs: readonly string[], depths: ReadonlyMap<string, number>): string | null {
  const known = needs.filter((need) => depths.has(need));
  return known.toSorted((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0))[0] ?? null;
}

/** How many tasks come one after the other before each; those on no way from a root are left at 0. */
function depthsOf(tasks: readonly Planned[]): ReadonlyMap<string, number> {
  const depths = new Map(tasks.map(({ id }) => [id, 0]));
  const waitsFor = new Map(
    tasks.map(({ id, needs }) => [id, needs.filter((need) => depths.has(need)).length]),
  );
  const dependants = new Map<string, string[]>(tasks.map(({ id }) => [id, []]));
  for (const { id, needs } of tasks) for (const need of needs) dependants.get(need)?.push(id);
  const free = tasks.map(({ id }) => id).filter((id) => waitsFor.get(id) === 0);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    for (const next of dependants.get(id) ?? []) {
      depths.set(next, Math.max(depths.get(next) ?? 0, (depths.get(id) ?? 0) + 1));
      const left = (waitsFor.get(next) ?? 0) - 1;
      waitsFor.set(next, left);
      if (left === 0) free.push(next);
    }
  }
  return depths;
}

function standText(run: RunState, id: string): string {
  const task = run.tasks.get(id);
  if (task === undefined) return "";
  const by = task.acceptedBy === "person" ? " by a person" : "";
  const tries = task.attempts === 0 ? "" : `, ${plural(task.attempts, "attempt")}`;
  return `: ${task.status}${by}${tries}`;
}

function criterionLine(criterion: Criterion): string {
  const guard = criterion.guard === true ? " (guard)" : "";
  return `${criterion.id}${guard}: ${oneLine(criterionText(criterion).replaceAll("```", ""), 160)}`;
}

function checkLines({ checks, checkResults }: Tale): readonly string[] {
  if (checks.length === 0) return [];
  const lines = checks.map((check) => {
    const result = checkResults.get(check.id);
    return `- ${result === undefined ? "" : `${result} `}${criterionLine(check)}`;
  });
  return ["\n## The goal's checks\n", ...lines];
}

function planLines({ version, reason, told, sentBack, adopted }: PlanTale): readonly string[] {
  const changes = (["added", "changed", "dropped"] as const).flatMap((what) => {
    const ids = adopted?.[what] ?? [];
    return ids.length === 0 ? [] : [`${what} ${ids.join(", ")}`];
  });
  const stands = adopted === null ? "not in force" : `in force: ${changes.join("; ")}`;
  return [
    `- plan ${version} (${reason}), ${stands}`,
    ...(told === "" ? [] : ["\n  it was told:\n", quoted(told).replaceAll(/^/gm, "  "), ""]),
    ...sentBack.flatMap((why) => ["\n  sent back:\n", quoted(why).replaceAll(/^/gm, "  "), ""]),
  ];
}

function taskPage({ id, title, instructions, needs, criteria, tools, attempts, turns }: TaskSpec): string {
  const limits = [
    ...(tools === null ? [] : [`tools: ${tools.join(", ")}`]),
    ...(attempts === null ? [] : [plural(attempts, "attempt")]),
    ...(turns === null ? [] : [`${plural(turns, "turn")} an attempt`]),
  ];
  return text([
    `# ${id}: ${oneLine(title, 200)}\n`,
    ...(needs.length === 0 ? [] : [`needs ${needs.join(", ")}\n`]),
    ...(limits.length === 0 ? [] : [`${limits.join("; ")}\n`]),
    quoted(safe(instructions)),
    "\n## How it is judged\n",
    ...criteria.flatMap((one) => [
      `- ${one.id}${one.guard === true ? " (guard)" : ""}\n`,
      quoted(safe(criterionText(one))).replaceAll(/^/gm, "  "),
      "",
    ]),
  ]);
}

function handoffPage(handoff: NonNullable<ReturnType<Tale["handoffs"]["get"]>>): string {
  const list = (name: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : [`\n## ${name}\n`, ...items.map((item) => `- ${oneLine(item, 2000)}`)];
  return text([
    `# What ${handoff.task} hands on\n`,
    quoted(safe(handoff.summary)),
    ...list("Files", handoff.artifacts),
    ...list("Decided", handoff.decisions),
    ...list("Asks you", handoff.open_questions),
    ...(handoff.confidence === null ? [] : [`\nconfidence ${handoff.confidence}`]),
  ]);
}

function waitingPage({ run, waiting }: Tale): string {
  if (waiting.length === 0) return "nothing waits for a person\n";
  const asked = waiting.flatMap(({ short, kind, task, text: said, answers }) => [
    `\n## ${short}: ${kind}${task === null ? "" : ` of task ${task}`}\n`,
    `${quoted(safe(said))}\n`,
    ...answers.map((answer) => `    ${commandFor(answer, { short, task, text: said }, run.id)}`),
  ]);
  return text([`# ${plural(waiting.length, "thing waits", "things wait")} for a person`, ...asked]);
}

const text = (lines: readonly string[]): string => `${lines.join("\n")}\n`;
