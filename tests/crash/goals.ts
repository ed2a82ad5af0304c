import type { Json } from "../../src/core/canonical.ts";
import type { Criterion } from "../../src/core/criterion.ts";
import type { Limits } from "../../src/core/event.ts";
import { threadParts } from "../../src/core/id.ts";
import type { Part } from "../../src/core/model.ts";

/** A goal whose whole life is fixed: what its model says depends on the thread and the turn alone. */
export interface Goal {
  readonly limits: Limits;
  readonly checks: readonly Criterion[];
  /** Turns by thread; a task's attempts without turns of their own share those of `task/ID`, all judges `judge`. */
  readonly turns: Readonly<Record<string, readonly (readonly Part[])[]>>;
}

export type GoalName = keyof typeof goals;

/** What the model says in that turn. Past the last one it says that again. */
export function says(goal: Goal, thread: string, turn: number): readonly Part[] {
  const { role, task } = threadParts(thread);
  const kind = role === "worker" ? `task/${task}` : role === "planner" ? "plan" : "judge";
  const turns = goal.turns[thread] ?? goal.turns[kind] ?? [];
  return turns[turn - 1] ?? turns.at(-1) ?? [];
}

/** A command that names this word is told that a host was denied to it. */
export const denied = "example.org";
/** A text that begins so is not let out by the person who is asked. */
export const secret = "secret";
/** A text that begins so goes out, and no answer comes back. */
export const unheard = "unheard";

const call = (tool: string, args: Json): Part => ({ type: "call", id: `${tool}-1`, tool, args });
const bash = (command: string): Part => call("bash", { command });
const read = (path: string, offset = 1): Part => call("read_file", { path, offset });
const publish = (text: string): Part => call("publish", { text });
const plan = (...tasks: readonly Json[]): Part => call("submit_plan", { tasks: [...tasks] });
const said = { summary: "done", artifacts: [], decisions: [], open_questions: [], confidence: 1 };
const submit = call("submit", said);
const scores = [{ criterion: "good", score: 0.9, explanation: "it is" }];
const verdict = call("submit_verdict", { scores, explanation: "good" });

const task = (id: string, needs: readonly string[], criteria: readonly Json[], attempts = 2): Json => ({
  id,
  title: `do ${id}`,
  instructions: `do ${id}`,
  needs: [...needs],
  criteria: [...criteria],
  budget: { attempts },
});
const isGood = { id: "good", type: "rubric", rubric: "Is it good work?" } as const;

const limits: Limits = {
  concurrency: 1,
  attempts: 2,
  turns: 12,
  replans: 0,
  rejections: 2,
  gradings: 3,
  tries: 4,
  collisions: 2,
  repeats: 4,
  stale: 8,
  breaker: 5,
  outageMs: 7_200_000,
  task: { micros: null, tokens: null, wallMs: null },
  silences: 3,
  crashes: 3,
  outputTokens: 100,
  compactAt: 1,
  review: true,
};

const tidied = { id: "tidied", type: "file", path: "tidy.txt" } as const;

/**
 * One task after the other, and between them everything that can happen to a run but collisions and crashes.
 * Commands are rare: each starts a shell, and those take most of the time.
 */
const everything: Goal = {
  limits,
  checks: [tidied],
  turns: {
    plan: [
      [read("kept/base.txt")],
      [plan(task("lost", ["nothing"], []))],
      [
        plan(
          task("tidy", [], [tidied, isGood]),
          task("publish", ["tidy"], [isGood]),
          task("hopeless", ["publish"], [{ id: "never", type: "file", path: "never.txt" }], 1),
        ),
      ],
    ],
    "task/hopeless": [[submit]],
    "task/tidy/1": [[submit]],
    "task/tidy": [
      [bash(`echo ok > tidy.txt # ${denied}`)],
      [read("tidy.txt")],
      [read("tidy.txt", 2)],
      [read("kept/base.txt")],
      [submit],
    ],
    "task/publish": [
      [publish(`${secret} plans`)],
      [publish("the news"), publish(`${unheard} news`)],
      [submit],
    ],
    judge: [[read("tidy.txt")], [verdict]],
  },
};

const command = (id: string, run: string) => ({ id, type: "command", run }) as const;
const kept = { ...command("kept", "grep -qx kept kept/base.txt"), guard: true };
const hasLine = (line: string) => command(line, `grep -qx ${line} shared.txt`);
/** All lines are in the file then, in an order that does not depend on who came first. */
const adds = (line: string): Part =>
  bash(`cat shared.txt > all.tmp; echo ${line} >> all.tmp; sort -u all.tmp > shared.txt; rm all.tmp`);

/** Two tasks side by side change one file: who is integrated second collides. A third builds on the first. */
const together: Goal = {
  limits: { ...limits, concurrency: 2, review: false, compactAt: 1_000_000 },
  checks: [hasLine("a"), hasLine("b"), kept],
  turns: {
    plan: [
      [
        plan(
          task("a", [], [hasLine("a"), kept]),
          task("b", [], [hasLine("b"), kept]),
          task("c", ["a"], [{ id: "done", type: "file", path: "c.txt" }]),
        ),
      ],
    ],
    "task/a": [[adds("a")], [submit]],
    "task/b": [[adds("b")], [submit]],
    "task/c": [[bash("echo c > c.txt"), publish("c is there")], [submit]],
  },
};

/** In one life, a planner looks around, and a worker changes a protected file, which is put back before it is judged. */
const tampering: Goal = {
  limits: { ...limits, review: false },
  checks: [kept],
  turns: {
    plan: [[read("kept/base.txt")], [plan(task("a", [], [hasLine("a"), kept]))]],
    "task/a": [[bash("echo a > shared.txt; echo mine > kept/base.txt")], [submit]],
  },
};

export const goals = { everything, together, tampering } as const satisfies Readonly<Record<string, Goal>>;
