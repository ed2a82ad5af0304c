import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunConfig } from "../core/goal.ts";
import { harmless } from "../core/host.ts";
import type { PlanRecord, PlanSpec, TaskSpec } from "../core/plan.ts";
import type { AnswerValue, Ports } from "../core/ports.ts";
import type { Proposal, RunState } from "../core/run.ts";
import { BadInput } from "../edges/project/bad-input.ts";
import { parsePlan, planText } from "../edges/project/plan-file.ts";
import { planFaults } from "../loop/plan.ts";
import { putJson, readJson } from "../loop/texts.ts";
import type { Io } from "./io.ts";
import type { Keyboard } from "./keyboard.ts";
import { person } from "./person.ts";
import { planInFull, planTree } from "./view/plan-tree.ts";
import type { PlanSight } from "./view/plan-tree.ts";
import { textOf } from "./view/rows.ts";
import { oneLine } from "./view/words.ts";

/** How a review at this terminal ended. `elsewhere`: somebody answered at another one. */
export type Reviewed = "answered" | "elsewhere" | "left";

interface Review {
  readonly io: Io;
  readonly keyboard: Keyboard;
  readonly ports: Ports;
  readonly run: RunState;
  readonly proposal: Proposal;
  readonly sight: PlanSight;
  /** Aborted when the plan no longer waits. */
  readonly over: AbortSignal;
}

const keys = "            [enter] start   [v]iew   [e]dit   [q]uit\n";

/** Below what the review shows, in its column. */
const say = (io: Io, text: string): void => io.err(textOf([["", text]], io.columns));

/**
 * Shows the plan that waits for its review, and takes the answer of the person at this terminal. The answer goes where
 * those of other terminals go; the first one wins. End of input and ctrl-c are no answer.
 */
export async function reviewPlan(
  io: Io,
  keyboard: Keyboard,
  ports: Ports,
  run: RunState,
  over: AbortSignal,
): Promise<Reviewed> {
  const { proposal } = run;
  if (proposal === null || (await isAnswered(ports, run, proposal))) return "elsewhere";
  const sight = await sightOf(ports, run, proposal);
  const review: Review = { io, keyboard, ports, run, proposal, sight, over };
  io.err(`\n${planTree(sight, io.columns)}`);
  await keyboard.forget();
  for (;;) {
    io.err(keys);
    const key = await keyboard.next(over);
    if (over.aborted) {
      if (run.phase !== "reviewing") say(io, "it was answered at another terminal");
      return "elsewhere";
    }
    switch (key) {
      case "enter":
        return give(review, { type: "plan", answer: "adopt", note: null, edited: null });
      case "v":
        io.err(`\n${planInFull(sight, io.columns)}\n\n`);
        break;
      case "e": {
        const edited = await edit(review);
        if (edited !== null) return give(review, edited);
        break;
      }
      case "q":
      case "ctrl-c":
      case "end":
        return "left";
      default:
        say(io, `${/^[!-~]$/.test(key) ? JSON.stringify(key) : "that key"} is none of them`);
    }
  }
}

/** An answer that lies there is taken as soon as the run goes on. */
const isAnswered = async ({ journal }: Ports, { id }: RunState, { version }: Proposal): Promise<boolean> =>
  (await journal.answers(id)).some(({ subject }) => subject === `plan/${version}`);

async function sightOf({ blobs }: Ports, run: RunState, proposal: Proposal): Promise<PlanSight> {
  return {
    tasks: await Promise.all(proposal.tasks.map(async ({ spec }) => readJson<TaskSpec>(blobs, spec))),
    checks: (await readJson<PlanRecord>(blobs, proposal.plan)).checks,
    forecast: proposal.forecast,
    limits: run.limits,
    budget: run.budget.micros,
  };
}

async function give({ ports, run, proposal, io }: Review, value: AnswerValue): Promise<Reviewed> {
  const subject = `plan/${proposal.version}`;
  const isFirst = await ports.journal.answer({
    run: run.id,
    subject,
    at: ports.clock.now(),
    by: person(),
    value,
  });
  if (isFirst) return "answered";
  say(io, "somebody answered at another terminal; yours was not taken");
  return "elsewhere";
}

/** The plan in the person's editor, until it can be taken or is given up. @returns the answer; null: as it was */
async function edit(review: Review): Promise<AnswerValue | null> {
  const { io } = review;
  const dir = await mkdtemp(join(tmpdir(), "harness-plan-"));
  try {
    const file = join(dir, "plan.yaml");
    const before = header + planText(specOf(review.sight));
    await writeFile(file, before, { mode: 0o600 });
    for (;;) {
      const failed = await openEditor(review, file);
      if (failed !== null) {
        say(io, failed);
        return null;
      }
      const text = await readFile(file, "utf8");
      if (text === before) {
        say(io, "the plan is as it was");
        return null;
      }
      const found = await readEdited(review, text);
      if ("plan" in found)
        return {
          type: "plan",
          answer: "edit",
          note: null,
          edited: await putJson(review.ports.blobs, found.plan),
        };
      for (const fault of found.faults) say(io, oneLine(fault, 600));
      if (!(await wantsToGoOn(review))) return null;
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const header = `# The plan as it will be worked on. Save and close to take it; its criteria are tried before it starts.
# A criterion has exactly one of run, path and rubric. Leave the file as it is to change nothing.
`;

const specOf = ({ tasks, checks }: PlanSight): PlanSpec => ({
  tasks: tasks.map((task) => ({
    id: task.id,
    title: task.title,
    instructions: task.instructions,
    needs: [...task.needs],
    criteria: [...task.criteria],
    ...(task.tools === null ? {} : { tools: [...task.tools] }),
    ...budgetOf(task),
  })),
  ...(checks.length === 0 ? {} : { checks: [...checks] }),
});

function budgetOf({ attempts, turns, budget }: TaskSpec): Pick<PlanSpec["tasks"][number], "budget"> {
  const own = {
    ...(attempts === null ? {} : { attempts }),
    ...(turns === null ? {} : { turns }),
    ...(budget?.micros == null ? {} : { money: budget.micros / 1e6 }),
    ...(budget?.tokens == null ? {} : { tokens: budget.tokens }),
    ...(budget?.wallMs == null ? {} : { wall: budget.wallMs / 1000 }),
  };
  return Object.keys(own).length === 0 ? {} : { budget: own };
}

async function openEditor({ io, keyboard }: Review, file: string): Promise<string | null> {
  const editor = io.env["VISUAL"] || io.env["EDITOR"] || "vi";
  const ended = await keyboard.lend(editor, file);
  if (ended === 0) return null;
  const why = typeof ended === "number" ? `ended with exit ${ended}` : ended;
  return `the editor (${editor}) ${why}; nothing was changed; set EDITOR to another one`;
}

type Edited = { readonly plan: PlanSpec } | { readonly faults: readonly string[] };

/** What the person wrote, read and tried as the planner's would be. */
async function readEdited({ io, ports, run }: Review, text: string): Promise<Edited> {
  let plan: PlanSpec;
  try {
    plan = parsePlan("plan.yaml", text);
  } catch (error) {
    if (error instanceof BadInput) return { faults: [error.message] };
    throw error;
  }
  say(io, "trying its criteria on the workspace as it is …");
  const config = await readJson<RunConfig>(ports.blobs, run.config);
  const accepted = [...run.tasks.values()].filter(({ status }) => status === "accepted");
  const faults = await planFaults(ports, run.id, run.head, plan, {
    accepted: new Set(accepted.map(({ id }) => id)),
    rubrics: new Set(Object.keys(run.pins.rubrics)),
    goalHasChecks: config.checks.length > 0,
    hosts: harmless(config.network ?? []),
  });
  return faults.length > 0 ? { faults } : { plan };
}

async function wantsToGoOn({ io, keyboard, over }: Review): Promise<boolean> {
  io.err("            [e]dit again   [d]iscard what was edited\n");
  for (;;) {
    const key = await keyboard.next(over);
    if (key === "e") return true;
    if (over.aborted || ["d", "q", "end", "ctrl-c"].includes(key)) return false;
  }
}
