import { decodeText } from "../core/canonical.ts";
import type { Criterion } from "../core/criterion.ts";
import type { Body, RunEvent } from "../core/event.ts";
import type { Digest } from "../core/id.ts";
import type { Integration } from "../core/run.ts";
import { lookup } from "../core/tree-diff.ts";
import { staysInside } from "../core/tree-path.ts";
import { mergeTrees } from "../core/tree-merge.ts";
import { criterionText } from "./describe.ts";
import { criteriaOf } from "./judge.ts";
import type { Handoff } from "./handoff.ts";
import { putJson, putText, readJson, shorten } from "./texts.ts";
import type { Args } from "./tools.ts";
import { tryOn } from "./try-criteria.ts";
import { attemptOf, specOf, taskOf } from "./work.ts";
import type { Work } from "./work.ts";

/** verdict → checkpoint: takes the right to move the head. */
export async function startIntegration(work: Work, task: string): Promise<readonly RunEvent[]> {
  const { attempt, start, judged } = attemptOf(work.run, task);
  if (judged === null) throw new Error(`attempt ${attempt} of ${task} has no verdict`);
  const body = { task, attempt, base: start, head: work.run.head, candidate: judged };
  return [{ type: "integration-started", body }];
}

/** T13: three-way merge into the head; where the head moved, what must hold is run again on the merged tree. */
export async function integrate(work: Work): Promise<readonly RunEvent[]> {
  const open = work.run.integration;
  if (open === null) throw new Error("no integration is open");
  const isMoved = open.head !== open.base;
  const merged = isMoved
    ? await mergeTrees(work.trees, open.base, open.head, open.candidate)
    : { tree: open.candidate, conflicts: [] };
  if (merged.conflicts.length > 0) return conflict(work, open, merged.conflicts);
  const broken = await regressions(work, open, merged.tree, isMoved);
  if (broken === "invalid") return [ended(open, "invalid", null, {})];
  if (broken.length > 0) return regressed(work, open, broken);
  return accept(work, open, isMoved ? "merged" : "fast", merged.tree);
}

type Outcome = Body<"integration-ended">["outcome"];

function ended(
  open: Integration,
  outcome: Outcome,
  tree: Digest | null,
  found: { conflicts?: number; regressions?: number; detail?: Digest },
): RunEvent {
  const { task, attempt } = open;
  const { conflicts = 0, regressions: broken = 0, detail = null } = found;
  return {
    type: "integration-ended",
    body: { task, attempt, outcome, tree, conflicts, regressions: broken, detail },
  };
}

async function accept(
  work: Work,
  open: Integration,
  how: Outcome,
  tree: Digest,
): Promise<readonly RunEvent[]> {
  const { task, attempt } = open;
  const handoff = await handoffOf(work, task, attemptOf(work.run, task).submission, tree);
  if (work.guards.isRead) keepGuards(work, (await specOf(work, task)).criteria);
  return [
    ended(open, how, tree, {}),
    { type: "task-accepted", body: { task, attempt, head: tree, handoff, by: "verdict" } },
    { type: "attempt-ended", body: { task, attempt, outcome: "accepted", feedback: null } },
  ];
}

/** Stores what a task hands on: its worker's submission under its title. */
async function handoffOf(work: Work, task: string, submission: Digest | null, tree: Digest): Promise<Digest> {
  const { title } = await specOf(work, task);
  const said =
    submission === null
      ? {
          summary: "All criteria held already; nothing was to be done.",
          artifacts: [],
          decisions: [],
          open_questions: [],
        }
      : await readJson<Args<"submit">>(work.ports.blobs, submission);
  const artifacts = await Promise.all(said.artifacts.map(async (path) => foundOrNot(work, tree, path)));
  const handoff: Handoff = { task, title, confidence: null, ...said, artifacts };
  return putJson(work.ports.blobs, handoff);
}

/** What a worker names and did not leave is told apart. */
async function foundOrNot(work: Work, tree: Digest, path: string): Promise<string> {
  const inside = path.replace(/^(\/workspace\/|\.\/)+/, "").replace(/\/+$/, "");
  const entry = staysInside(inside) ? await lookup(work.trees, tree, inside) : null;
  return entry === null ? `${path} (named, but not there)` : path;
}

/** The task's own checks and every guard of the run, on the merged tree: code breaks where no path overlaps. */
async function regressions(
  work: Work,
  open: Integration,
  tree: Digest,
  isMoved: boolean,
): Promise<readonly string[] | "invalid"> {
  const { criteria } = await specOf(work, open.task);
  // On the tree that was judged, all hold but the guards of other tasks, which were not among its criteria.
  const judged = new Set((await criteriaOf(work, open.task)).map((one) => criterionText(one)));
  const others = (await guards(work)).filter((one) => isMoved || !judged.has(criterionText(one)));
  const all = [...(isMoved ? criteria : []), ...others].map((criterion, index) => ({
    ...criterion,
    id: `${index}`,
  }));
  const tried = await tryOn(work, `try/merge/${open.task}/${open.attempt}`, tree, all);
  const results = [...tried];
  if (results.some(([, one]) => one.result === "invalid")) return "invalid";
  return results.flatMap(([id, one]) => {
    const criterion = all[Number(id)];
    return one.result === "pass" || criterion === undefined
      ? []
      : [`${criterionText(criterion)}\n${one.explanation}`];
  });
}

/** Guards of the goal and of every accepted task, each once. Accepted tasks are read once per process. */
async function guards(work: Work): Promise<readonly Criterion[]> {
  if (!work.guards.isRead) {
    work.guards.isRead = true;
    keepGuards(work, work.config.checks);
    for (const task of work.run.tasks.values()) {
      if (task.status === "accepted") keepGuards(work, (await specOf(work, task.id)).criteria);
    }
  }
  return [...work.guards.found.values()];
}

function keepGuards(work: Work, criteria: readonly Criterion[]): void {
  for (const criterion of criteria) {
    if (criterion.guard === true) work.guards.found.set(criterionText(criterion), criterion);
  }
}

async function regressed(
  work: Work,
  open: Integration,
  broken: readonly string[],
): Promise<readonly RunEvent[]> {
  const text = `The work passed on its own, but not together with what was accepted meanwhile (you now start from that):\n\n${broken.join("\n\n")}`;
  const detail = await putText(work.ports.blobs, text);
  const { task, attempt } = open;
  return [
    ended(open, "regressed", null, { regressions: broken.length, detail }),
    { type: "attempt-ended", body: { task, attempt, outcome: "regressed", feedback: detail } },
  ];
}

async function conflict(
  work: Work,
  open: Integration,
  paths: readonly string[],
): Promise<readonly RunEvent[]> {
  const versions = await Promise.all(paths.slice(0, 10).map(async (path) => bothVersions(work, open, path)));
  const more =
    paths.length > 10
      ? [`… and ${paths.length - 10} more: ${shorten(paths.slice(10).join(", "), 2000)}`]
      : [];
  const text = [
    "Your work passed, but other accepted work changed the same files meanwhile. You now start from that work; bring yours into it.",
    ...versions,
    ...more,
  ].join("\n\n");
  const detail = await putText(work.ports.blobs, text);
  const { task, attempt } = open;
  return [
    ended(open, "conflict", null, { conflicts: paths.length, detail }),
    { type: "attempt-ended", body: { task, attempt, outcome: "conflict", feedback: detail } },
  ];
}

async function bothVersions(work: Work, open: Integration, path: string): Promise<string> {
  const [theirs, yours] = await Promise.all([
    content(work, open.head, path),
    content(work, open.candidate, path),
  ]);
  return `${path}, as it is now:\n${theirs}\n${path}, as you had it:\n${yours}`;
}

async function content(work: Work, tree: Digest, path: string): Promise<string> {
  const entry = await lookup(work.trees, tree, path);
  if (entry === null) return "(not there)";
  if (entry.type !== "file") return `(${entry.type})`;
  if (entry.size > 1_000_000) return `(${entry.size} bytes)`;
  const bytes = await work.ports.blobs.get(entry.content);
  return bytes.includes(0) ? `(binary, ${entry.size} bytes)` : shorten(decodeText(bytes), 4000);
}

/** A person takes the last attempt as it is. null: it cannot be merged, or there is nothing to take. */
export async function mergeAsIs(
  work: Work,
  id: string,
): Promise<{ attempt: number; tree: Digest; handoff: Digest } | null> {
  const task = taskOf(work.run, id);
  const last = task.attempt ?? task.last;
  const candidate = task.attempt?.judged ?? last?.candidate ?? null;
  if (last === null || candidate === null) return null;
  const merged = await mergeTrees(work.trees, last.start, work.run.head, candidate);
  if (merged.conflicts.length > 0) return null;
  return {
    attempt: last.attempt,
    tree: merged.tree,
    handoff: await handoffOf(work, id, last.submission, merged.tree),
  };
}
