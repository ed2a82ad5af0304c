import { decodeText } from "../core/canonical.ts";
import { defaultThreshold } from "../core/criterion.ts";
import { threadParts } from "../core/id.ts";
import type { Digest } from "../core/id.ts";
import type { Thread } from "../core/thread.ts";
import type { TreeEntry } from "../core/tree.ts";
import { diffTrees } from "../core/tree-diff.ts";
import { capabilitiesText, levelsText, workspaceMap } from "./describe.ts";
import { rubricsAsked } from "./grade.ts";
import type { Asked } from "./grade.ts";
import { criteriaOf, gradingOf, protectGlobs } from "./judge.ts";
import { readText, shorten } from "./texts.ts";
import { attemptOf, specOf } from "./work.ts";
import type { Work } from "./work.ts";

/** The evaluator sees the task, the criteria, what changed and the files; never the worker's reasoning. */
export async function judgeBrief(work: Work, thread: Thread): Promise<Record<string, unknown>> {
  const { task } = threadParts(thread.id);
  const grading = gradingOf(work, task);
  const spec = task === null ? null : await specOf(work, task);
  const from = task === null ? work.run.base : attemptOf(work.run, task).start;
  const restored = task === null ? null : attemptOf(work.run, task).restored;
  return {
    goal: work.config.text,
    task_title: spec?.title ?? work.config.title,
    instructions: spec?.instructions ?? "The whole goal, as it stands after all tasks.",
    criteria: (await rubricsAsked(work, task)).flatMap(askedLines),
    checks: [...grading.results].map(([id, result]) => ({ id, result })),
    diff: await diffText(work, from, grading.tree, await isProtected(work, task)),
    files: await workspaceMap(work, grading.tree),
    protected_changes: restored === null ? [] : (await readText(work.ports.blobs, restored)).split("\n"),
    capabilities: capabilitiesText(work),
  };
}

function askedLines({ criterion, rubric, keys }: Asked): Record<string, string>[] {
  const threshold = String(criterion.threshold ?? rubric?.threshold ?? defaultThreshold);
  if (rubric === null) return [{ key: criterion.id, ask: criterion.rubric, levels: "", must: "", threshold }];
  return rubric.criteria.map((part, index) => ({
    key: keys[index] ?? criterion.id,
    ask: part.ask,
    levels: levelsText(part.levels).trim(),
    must: part.must === undefined ? "" : String(part.must),
    threshold,
  }));
}

/** New files among the protected are not put back: what they are must not drown in what else changed. */
const isProtected = async (work: Work, task: string | null): Promise<(path: string) => boolean> => {
  const globs = protectGlobs(work, await criteriaOf(work, task));
  return globs.length === 0 ? () => false : work.ports.glob(globs);
};

const mostFiles = 60;
const mostCharacters = 40_000;

/** What changed, file by file, the new text in full where there is room. */
async function diffText(
  work: Work,
  from: Digest,
  to: Digest,
  comesFirst: (path: string) => boolean,
): Promise<string> {
  const changes = (await diffTrees(work.trees, from, to))
    .filter(({ before, after }) => before?.type !== "dir" && after?.type !== "dir")
    .toSorted((a, b) => Number(comesFirst(b.path)) - Number(comesFirst(a.path)));
  const room = Math.floor(mostCharacters / Math.max(1, Math.min(changes.length, mostFiles)));
  const parts = await Promise.all(
    changes
      .slice(0, mostFiles)
      .map(async ({ path, before, after }) => changeText(work, path, before, after, room)),
  );
  const more = changes.length > mostFiles ? [`… and ${changes.length - mostFiles} more files`] : [];
  return parts.length === 0 ? "(nothing changed)" : [...parts, ...more].join("\n\n");
}

async function changeText(
  work: Work,
  path: string,
  before: TreeEntry | null,
  after: TreeEntry | null,
  room: number,
): Promise<string> {
  if (after === null) return `deleted: ${path}`;
  const what = before === null ? "new" : "changed";
  if (after.type !== "file") return `${what}: ${path} (${after.type})`;
  const bytes = after.size > 1_000_000 ? null : await work.ports.blobs.get(after.content);
  if (bytes === null || bytes.includes(0)) return `${what}: ${path} (binary or large, ${after.size} bytes)`;
  return `${what}: ${path}\n${shorten(decodeText(bytes), room)}`;
}
