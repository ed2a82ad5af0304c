import { harness } from "../../../src/core/event.ts";
import type { Digest, ThreadId } from "../../../src/core/id.ts";
import { callOf, taskThread } from "../../../src/core/id.ts";
import { ask, cutModel, failModel, startModel } from "./call-moves.ts";
import { alice } from "./chain-builder.ts";
import type { Chain } from "./chain-builder.ts";
import { chargeCrash, createRun, endAttempt, headOfRun, noBudget, own } from "./moves.ts";
import { plan, raise, startAttempt, submit } from "./moves.ts";
import { makeCall } from "./random-calls.ts";
import type { Attempt, Between, Script, Turn } from "./random-script.ts";
import { accept, endIntegration, judge, judgeByRubric, meet, startIntegration } from "./result-moves.ts";

/** A task on its way: each step leaves nothing of it open, so that another task may go on, or the owner die. */
interface Way {
  readonly id: string;
  readonly needs: readonly string[];
  readonly steps: Generator<undefined, void>;
}

/** An honest run in which all of this happens, and which is met in the end. The last attempt of each task passes. */
export function randomRun({ tasks, order, between }: Script): Chain {
  const chain = createRun();
  const ways = tasks.map(({ needs, attempts }, at): Way => {
    const id = `t${at}`;
    const needed = needs && at > 0 ? [`t${at - 1}`] : [];
    return { id, needs: needed, steps: makeTask(chain, id, needed, attempts) };
  });
  plan(chain, 1, Object.fromEntries(ways.map(({ id, needs }) => [id, needs])));
  const done = new Set<string>();
  for (let step = 0; done.size < ways.length; step++) {
    const open = ways.filter(({ id, needs }) => !done.has(id) && needs.every((need) => done.has(need)));
    const way = open[pick(order, step) % open.length] as Way;
    if (way.steps.next().done === true) done.add(way.id);
    happen(chain, pick(between, step));
  }
  return meet(chain);
}

const pick = <T>(from: readonly T[], step: number): T => from[step % from.length] as T;

/** Between the moves of tasks, while nothing is open that a crash could cut. */
function happen(chain: Chain, what: Between): void {
  switch (what) {
    case "nothing":
      return;
    case "note":
      chain.note(chain.blob(`note ${chain.steps.length}`));
      return;
    case "budget":
      chain.changeBudget({ ...noBudget, turns: 10_000 + chain.steps.length });
      return;
    case "question":
      askForMoney(chain);
      return;
    case "stop":
      own(chain.add("run-stopped", { reason: "signal", by: harness }));
      return;
    case "crash":
      own(chain);
  }
}

function askForMoney(chain: Chain): void {
  const escalation = `e${chain.steps.length}`;
  raise(chain, { escalation, kind: "budget", task: null, options: ["raise", "stop"] });
  chain.changeBudget({ ...noBudget, turns: 20_000 });
  chain.add("escalation-answered", { escalation, choice: "raise", note: null, by: alice });
}

function* makeTask(
  chain: Chain,
  id: string,
  needs: readonly string[],
  attempts: readonly Attempt[],
): Way["steps"] {
  const handoffs = needs.map((task) => ({ task, handoff: chain.blob(`handoff ${task}`) }));
  for (const [at, words] of attempts.entries()) {
    const start = headOfRun(chain);
    startAttempt(chain, id, at + 1, { handoffs });
    yield;
    const last = at === attempts.length - 1;
    const tree = yield* work(chain, taskThread(id, at + 1), words, start);
    if (!last && words.end === "cancelled") endAttempt(chain, id, at + 1, "cancelled");
    else yield* deliver(chain, { task: id, number: at + 1, start, tree, last }, words);
    if (!last) yield;
  }
}

/** All turns but the one that hands in. Returns the tree they leave. */
function* work(chain: Chain, thread: ThreadId, words: Attempt, start: Digest): Generator<undefined, Digest> {
  let tree = start;
  for (const [at, turn] of words.turns.entries()) {
    askLong(chain, thread, at + 1, turn, turn.call === "unknown" ? "unknown" : "bash");
    tree = makeCall(chain, callOf(thread, at + 1, 0), turn, tree);
    yield;
  }
  return tree;
}

/** Crashes, a clean stop, a failure and more crashes before the answer. */
function askLong(chain: Chain, thread: ThreadId, number: number, turn: Turn, tool: string): Chain {
  let attempt = crashOften(chain, thread, number, 1, turn.crashes);
  if (turn.stops) {
    startModel(chain, thread, number, attempt).add("run-stopped", { reason: "signal", by: harness });
    cutModel(own(chain), thread, number, attempt++);
  }
  if (turn.fails !== null) {
    failModel(startModel(chain, thread, number, attempt), thread, number, attempt);
    attempt = crashOften(chain, thread, number, attempt + 1, turn.fails);
  }
  return ask(chain, thread, number, [tool], attempt);
}

/** Crashes in a row, after something that counts as progress. Returns the next try. */
function crashOften(chain: Chain, thread: ThreadId, number: number, first: number, crashes: number): number {
  for (let crash = 1; crash <= crashes; crash++) {
    startModel(chain, thread, number, first + crash - 1);
    chargeCrash(cutModel(own(chain), thread, number, first + crash - 1), thread, crash);
  }
  return first + crashes;
}

interface Delivery {
  readonly task: string;
  readonly number: number;
  readonly start: Digest;
  readonly tree: Digest;
  readonly last: boolean;
}

/** From the submission to the end of the attempt. */
function* deliver(chain: Chain, of: Delivery, words: Attempt): Way["steps"] {
  const { task, number, tree, last } = of;
  submit(chain, task, number, words.turns.length + 1, tree);
  yield;
  for (let grading = 1; grading <= words.invalids; grading++)
    judge(chain, task, number, grading, tree, "invalid");
  const grading = words.invalids + 1;
  if (!last && words.end === "rejected") {
    judge(chain, task, number, grading, tree, "fail");
    return;
  }
  if (words.by === "command") judge(chain, task, number, grading, tree);
  else
    judgeByRubric(chain, task, number, grading, tree, (thread) =>
      askLong(chain, thread, 1, words.evaluator, "submit_verdict"),
    );
  yield;
  integrate(chain, of, words);
}

function integrate(chain: Chain, { task, number, start, tree, last }: Delivery, words: Attempt): void {
  if (words.integration !== "at-once") {
    startIntegration(chain, task, number, start, tree);
    if (words.integration === "crash") own(chain);
    endIntegration(chain, task, number, words.integration === "crash" ? "cut" : "invalid", null);
  }
  if (last) {
    accept(chain, task, number, start, tree);
    return;
  }
  const collision = words.end === "regressed" ? "regressed" : "conflict";
  startIntegration(chain, task, number, start, tree);
  endIntegration(chain, task, number, collision, null);
  endAttempt(chain, task, number, collision);
}
