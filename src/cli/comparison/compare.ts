import { diffTrees } from "../../core/tree-diff.ts";
import { treeStore } from "../../core/tree-store.ts";
import { consequences, differences } from "../../core/manifest/differences.ts";
import type { Difference } from "../../core/manifest/differences.ts";
import type { FieldGroup } from "../../core/manifest/fields.ts";
import type { Blobs } from "../../core/ports.ts";
import { placeOf } from "../../core/replay/conduct.ts";
import { divergence } from "../../core/replay/divergence.ts";
import type { Divergence } from "../../core/replay/divergence.ts";
import { taskStory } from "../story.ts";
import type { Story } from "../story.ts";
import type { Side } from "./side.ts";
import { stepWords } from "./step-words.ts";

/** What differs between two runs: what they were made of, where they first went apart, and what came of it. Plain JSON. */
export interface Comparison {
  readonly before: string;
  readonly after: string;
  readonly causes: readonly Difference[];
  /** What differs too, and may do so because of a cause. */
  readonly withThem: readonly Difference[];
  /** Parts of the manifest in which nothing differs. */
  readonly equal: readonly FieldGroup[];
  readonly diverge: Diverge | null;
  readonly outcome: readonly [string | null, string | null];
  readonly tasks: readonly TaskRow[];
  readonly total: { readonly before: Course; readonly after: Course };
  /** Paths in which the final trees differ. */
  readonly files: readonly string[];
}

interface Diverge {
  /** Its number in the first run, or in the second where the first has nothing there. */
  readonly event: number;
  readonly of: string;
  readonly place: string;
  readonly before: string | null;
  readonly after: string | null;
}

interface Course {
  readonly attempts: number;
  readonly micros: number;
  readonly ms: number;
}

interface TaskRow {
  readonly task: string;
  readonly before: (Course & { readonly status: string; readonly score: number | null }) | null;
  readonly after: (Course & { readonly status: string; readonly score: number | null }) | null;
}

export async function compare(blobs: Blobs, before: Side, after: Side): Promise<Comparison> {
  const causes = differences(before.fields, after.fields).filter(
    ({ key }) => key !== "plan" || !isFork(before, after),
  );
  const withThem = consequences(before.fields, after.fields);
  const groups = [...new Set(before.fields.map(({ group }) => group))];
  return {
    before: before.id,
    after: after.id,
    causes,
    withThem,
    equal: groups.filter((group) => ![...causes, ...withThem].some((one) => one.group === group)),
    diverge: await diverge(blobs, before, after),
    outcome: [before.story.run.outcome, after.story.run.outcome],
    tasks: taskRows(before.story, after.story),
    total: { before: courseOf(before.story), after: courseOf(after.story) },
    files: await filesBetween(blobs, before, after),
  };
}

/** What goes on from a checkpoint of another is compared from there; what was left of its plan is no other plan. */
const isFork = (before: Side, after: Side): boolean => after.manifest.parent?.run === before.id;

function divergenceOf(before: Side, after: Side): Divergence | null {
  const areTreesAlike = before.story.run.base === after.story.run.base;
  if (!isFork(before, after)) return divergence(before.entries, after.entries, areTreesAlike);
  const seq = after.manifest.parent?.seq ?? 0;
  const adopted = after.entries.findIndex(({ type }) => type === "plan-adopted");
  return divergence(
    before.entries.filter((entry) => entry.seq > seq),
    after.entries.slice(adopted + 1),
  );
}

async function diverge(blobs: Blobs, before: Side, after: Side): Promise<Diverge | null> {
  const found = divergenceOf(before, after);
  const entry = found?.before ?? found?.after ?? null;
  if (found === null || entry === null) return null;
  return {
    event: entry.seq,
    of: found.before === null ? after.id : before.id,
    place: placeOf(entry),
    before: found.before === null ? null : await stepWords(blobs, found.before),
    after: found.after === null ? null : await stepWords(blobs, found.after),
  };
}

const courseOf = ({ attempts, run }: Story): Course => ({
  attempts: attempts.length,
  micros: run.spent.micros,
  ms: run.spent.wallMs,
});

function taskRows(before: Story, after: Story): readonly TaskRow[] {
  const ids = new Set([...before.run.tasks.keys(), ...after.run.tasks.keys()]);
  return [...ids].map((task) => ({ task, before: taskOf(before, task), after: taskOf(after, task) }));
}

function taskOf(story: Story, id: string): TaskRow["before"] {
  const task = story.run.tasks.get(id);
  if (task === undefined) return null;
  const { attempts, micros, ms } = taskStory(story, id);
  const scores = attempts.at(-1)?.verdicts.flatMap(({ score }) => score ?? []) ?? [];
  return { attempts: attempts.length, micros, ms, status: task.status, score: scores.at(-1) ?? null };
}

async function filesBetween(blobs: Blobs, before: Side, after: Side): Promise<readonly string[]> {
  const changes = await diffTrees(treeStore(blobs), before.story.run.head, after.story.run.head);
  return changes
    .filter((one) => one.before?.type !== "dir" && one.after?.type !== "dir")
    .map(({ path }) => path);
}
