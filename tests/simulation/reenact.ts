import type { Finding } from "../../src/core/audit/finding.ts";
import { decodeJson } from "../../src/core/canonical.ts";
import type { Criterion } from "../../src/core/criterion.ts";
import type { Body, Entry } from "../../src/core/event.ts";
import type { RunConfig } from "../../src/core/goal.ts";
import type { Digest } from "../../src/core/id.ts";
import type { PlanRecord, TaskSpec } from "../../src/core/plan.ts";
import type { Blobs } from "../../src/core/ports.ts";
import { MissingBlob } from "../../src/core/ports.ts";
import { memorySandbox } from "../memory/sandbox.ts";
import { memoryWorkspaces } from "../memory/workspaces.ts";

/**
 * Runs again, in a fresh workspace, every sandboxed command and every command criterion of a journal on the tree it
 * names, and says where something else comes out. The journal does not say in which container a command ran; a verdict
 * from a place that held more than its tree, and a call on another tree than it names, show here. Only for workers
 * whose commands depend on their workspace alone. What cannot be run for a missing blob is for the auditor to find.
 */
export async function reenact(entries: readonly Entry[], blobs: Blobs): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const story: Story = {
    blobs,
    run: stage(blobs),
    calls: new Map(),
    specs: new Map(),
    checks: [],
    trees: new Map(),
  };
  for (const entry of entries) {
    try {
      const what = await replay(story, entry);
      if (what !== null) findings.push({ ...what, seq: entry.seq });
    } catch (error) {
      if (!(error instanceof MissingBlob)) throw error;
    }
  }
  return findings;
}

interface Story {
  readonly blobs: Blobs;
  readonly run: Stage;
  readonly calls: Map<string, Body<"call-started">>;
  readonly specs: Map<string, Digest>;
  checks: readonly Criterion[];
  /** The tree under judgement, by task and attempt. */
  readonly trees: Map<string, Digest>;
}

type Wrong = Pick<Finding, "promise" | "what"> | null;

async function replay(story: Story, entry: Entry): Promise<Wrong> {
  switch (entry.type) {
    case "run-created":
      story.checks = (await json<RunConfig>(story, entry.body.config)).checks;
      return null;
    case "plan-proposed":
      for (const { id, spec } of entry.body.tasks) story.specs.set(id, spec);
      if (story.checks.length === 0) story.checks = (await json<PlanRecord>(story, entry.body.plan)).checks;
      return null;
    case "call-started":
      story.calls.set(entry.body.call, entry.body);
      return null;
    case "call-ended":
      return callAgain(story, entry.body);
    case "judging-started":
      story.trees.set(gradingOf(entry.body), entry.body.tree);
      return null;
    case "criterion-judged":
      return judgeAgain(story, entry.body);
    default:
      return null;
  }
}

const json = async <T>(story: Story, digest: Digest): Promise<T> =>
  decodeJson(await story.blobs.get(digest)) as T;

/** A command that ended by itself: one the sandbox broke has no exit code. */
async function callAgain(story: Story, body: Body<"call-ended">): Promise<Wrong> {
  const started = story.calls.get(body.call);
  if (started?.tool !== "bash" || started.tree === null || body.exit === null) return null;
  const { command } = await json<{ command: string }>(story, started.args);
  const { exit, tree } = await story.run(command, started.tree);
  if (exit !== body.exit)
    return {
      promise: "P4",
      what: `call ${body.call} ended with ${body.exit}, and again on its tree with ${exit}`,
    };
  if (body.tree === null || tree === body.tree) return null;
  return { promise: "P4", what: `call ${body.call} left another tree than it does on the tree it names` };
}

async function judgeAgain(story: Story, body: Body<"criterion-judged">): Promise<Wrong> {
  const tree = story.trees.get(gradingOf(body));
  const criterion = await criterionOf(story, body);
  if (tree === undefined || criterion?.type !== "command" || body.exit === null) return null;
  const { exit } = await story.run(criterion.run, tree);
  if (exit === body.exit) return null;
  const of = body.task === null ? "the goal" : `task "${body.task}", attempt ${body.attempt}`;
  return {
    promise: "P6",
    what: `criterion "${body.criterion}" of ${of} ended with ${body.exit}, and again on the judged tree with ${exit}`,
  };
}

const gradingOf = (body: { task: string | null; attempt: number; grading: number }): string =>
  `${body.task ?? ""}/${body.attempt}/${body.grading}`;

async function criterionOf(story: Story, body: Body<"criterion-judged">): Promise<Criterion | undefined> {
  const spec = body.task === null ? undefined : story.specs.get(body.task);
  const criteria = spec === undefined ? story.checks : (await json<TaskSpec>(story, spec)).criteria;
  return criteria.find(({ id }) => id === body.criterion);
}

type Stage = (command: string, tree: Digest) => Promise<{ exit: number | null; tree: Digest }>;

/** Each command on each tree once: criteria of a tree are shared by many. */
function stage(blobs: Blobs): Stage {
  const workspaces = memoryWorkspaces(blobs);
  const sandbox = memorySandbox(workspaces);
  const known = new Map<string, ReturnType<Stage>>();
  const run: Stage = async (command, tree) => {
    const workspace = await workspaces.checkout("again", tree);
    const slot = await sandbox.open("again", workspace.dir);
    if ("broken" in slot) throw new Error(slot.broken);
    const { exit } = await slot.exec({ command, timeoutMs: 1000, maxOutputBytes: 1000 });
    const after = await workspace.snapshot();
    await workspace.remove();
    return { exit, tree: after.tree };
  };
  return async (command, tree) => {
    const key = `${tree} ${command}`;
    const again = known.get(key) ?? run(command, tree);
    known.set(key, again);
    return again;
  };
}
