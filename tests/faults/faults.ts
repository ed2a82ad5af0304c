import type { Broken } from "../../src/core/audit/finding.ts";
import type { Change } from "./changed-source.ts";
import type { Lie } from "./machine.ts";

/** A bug that somebody could have made, and what must find it. */
export interface Fault {
  readonly name: string;
  /** A finding of one of these promises counts as caught; others do not. */
  readonly promises: readonly Broken[];
  /** Words of the finding, where the promise alone could be about something else. */
  readonly about?: string;
  /** A part of the machine that does not keep its port's contract. */
  readonly lie?: Lie;
  readonly changes?: readonly Change[];
  /** What refuses the bug before it reaches the journal. Taken out as well, so that the checks must find it alone. */
  readonly refusals?: readonly Change[];
  /** The error by which it is refused while the refusals are there. */
  readonly refusedBy?: "IllegalEvent" | "NotOwner";
}

const calls = "src/core/apply/calls.ts";
/** These lines are not there. */
const without = (file: string, from: string): Change => ({ file, from, to: "" });

const tryOnce =
  '  must(body.reach === "sandbox" || call.try === 1, `${body.call} may have acted outside already`);\n';
const judgedOnce = `${tryOnce}  call.decision = body.decision;`;
const startedOnce = `${tryOnce}  if (body.approval === null) {`;
const sameAction = "  must(same, `${body.call} is not the action ${approval.id} was given for`);\n";

export const faults: readonly Fault[] = [
  {
    // `put` returns before the bytes are on the disk.
    name: "blobs after the event that names them",
    promises: ["P4"],
    lie: "late-blobs",
  },
  {
    // A snapshot is named at once, and stored when its task has been accepted.
    name: "accept before the snapshot",
    promises: ["P4"],
    about: "the accepted tree of task",
    lie: "late-snapshots",
  },
  {
    // The attempt that ended gives its task back, whatever became of it.
    name: "re-run an accepted task",
    promises: ["P1"],
    changes: [
      {
        file: "src/core/apply/attempts.ts",
        from: '  if (task.status === "accepted") return;\n',
        to: "",
      },
      {
        file: "src/core/apply/attempts.ts",
        from: '  if (task.status === "active") backToPending(run, task);',
        to: "  backToPending(run, task);",
      },
    ],
  },
  {
    // The grant is found by its id, and what it was given for is not looked at again.
    name: "approve by id only",
    promises: ["P3"],
    about: "given for another tree",
    changes: [
      {
        file: "src/loop/judge-call.ts",
        from: "  if (asked.tree !== tree)\n",
        to: "  if (asked.tree === null)\n",
      },
    ],
    refusals: [without(calls, sameAction)],
    refusedBy: "IllegalEvent",
  },
  {
    // A person who allowed a tool once is not bothered again.
    name: "reuse an approval",
    promises: ["P3"],
    about: "which was used already",
    changes: [
      {
        file: "src/loop/judge-call.ts",
        from: "      return askPerson(work, found, assessment, judgement);\n",
        to: `      const once = [...work.run.approvals.values()].find((one) => one.status === "granted" && one.body.tool === found.call.tool);
      if (once === undefined) return askPerson(work, found, assessment, judgement);
      return [
        await judged(work, found, judgement),
        await intent(work, found, judgement, once, found.thread.tree),
      ];
`,
      },
      without(calls, "  run.approvals.delete(approval.id);\n"),
      without(calls, "  if (call.approval !== null) run.approvals.delete(call.approval);\n"),
    ],
    refusals: [
      {
        file: calls,
        from: 'approval.call === body.call && approval.status === "granted"',
        to: 'approval.status === "granted"',
      },
      without(calls, sameAction),
      without(calls, '  must(call.status === "cleared", `${body.call} is ${call.status}, not cleared`);\n'),
    ],
    refusedBy: "IllegalEvent",
  },
  {
    // After a crash every open call is proposed again.
    name: "retry an in-doubt effect",
    promises: ["P2"],
    changes: [
      without(
        "src/core/recover.ts",
        '  if (call.reach === "outside") return { type: "effect-doubted", body: { call: id, why: "crash" } };\n',
      ),
    ],
    refusals: [
      without(
        calls,
        '  must(call.reach === "sandbox", `${body.call} may have acted outside; it is in doubt, not cut`);\n',
      ),
      { file: calls, from: judgedOnce, to: "  call.decision = body.decision;" },
      { file: calls, from: startedOnce, to: "  if (body.approval === null) {" },
    ],
    refusedBy: "IllegalEvent",
  },
  {
    // The collector does not know that results of criteria name blobs.
    name: "collect a blob that is still named",
    promises: ["P4"],
    lie: "forgetful-collector",
  },
  {
    // The lock lets a second owner in. Then it is the journal that must refuse one of them.
    name: "double owner",
    promises: ["chain"],
    lie: "open-lock",
    refusals: [
      {
        file: "tests/memory/journal.ts",
        from: "(sameHead(head, batch.after) ? kept : refused).push(batch);",
        to: "kept.push(batch);",
      },
    ],
    refusedBy: "NotOwner",
  },
  {
    // Of several blobs put at once the last one is not stored.
    name: "lost output blob",
    promises: ["P4"],
    lie: "short-batches",
  },
  {
    // A worker's directory is made from the base of the run, not from the tree that was asked for.
    name: "wrong base snapshot",
    promises: ["P4"],
    about: "left another tree",
    lie: "base-checkouts",
  },
  {
    // The disk was full for a moment, and nobody heard of it.
    name: "a swallowed append error",
    promises: ["P2", "P5"],
    changes: [
      {
        file: "src/loop/drive.ts",
        from: "    await ports.journal.append(run.id, after, entries);\n",
        to: "    await ports.journal.append(run.id, after, entries).catch(() => undefined);\n",
      },
    ],
  },
  {
    // A container is dear, and the worker's is still there.
    name: "a verdict from the worker's own container",
    promises: ["P6"],
    about: "again on the judged tree",
    changes: [
      {
        file: "src/loop/attempt.ts",
        from: "  await work.slots.drop(threadId);\n",
        to: "",
      },
      {
        file: "src/loop/judge.ts",
        from: "  `checks/${judgeThread(grading.task, grading.attempt, grading.grading)}`;",
        to: "  grading.task === null ? `checks/goal/${grading.grading}` : `task/${grading.task}/${grading.attempt}`;",
      },
    ],
  },
];
