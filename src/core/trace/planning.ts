import type { Body, EventType } from "../event.ts";
import { mootEscalations } from "./escalations.ts";
import { json, planningKey, reviewKey, taskKey, text, who } from "./keys.ts";
import { announce, close, point, rootKey, say } from "./spans.ts";
import type { Tellers } from "./telling.ts";

export const planningTellers = {
  "planning-started": (telling, entry) => {
    const { version, reason, feedback } = entry.body;
    const before = close(telling, planningKey(version - 1), entry.at, {
      level: "WARNING",
      status: "came to no plan",
    });
    const planning = announce(telling, entry, {
      key: planningKey(version),
      parent: rootKey,
      kind: "agent",
      name: `plan ${version}`,
      input: text(feedback ?? telling.created.goal),
      metadata: { version, reason },
    });
    return [...before, ...planning];
  },
  "plan-proposed": (telling, entry) => {
    const { version, plan, tasks, forecast, by } = entry.body;
    telling.planned = new Map(tasks.map((task) => [task.id, task]));
    say(telling, planningKey(version), {
      output: json(plan),
      metadata: { tasks: tasks.length, forecast, proposedBy: who(by) },
    });
    const edited = close(telling, reviewKey(version), entry.at, { status: `edited by ${who(by)}` });
    if (!telling.created.limits.review) return edited;
    const review = announce(telling, entry, {
      key: reviewKey(version),
      parent: planningKey(version),
      kind: "guardrail",
      name: "plan review",
      input: json(plan),
      metadata: { version, tasks: tasks.length, forecast },
    });
    return [...edited, ...review];
  },
  "plan-rejected": (telling, entry) => {
    const { version, errors, by } = entry.body;
    const status = `rejected by ${who(by)}`;
    const rejected = { level: "WARNING", status, output: text(errors) } as const;
    const review = close(telling, reviewKey(version), entry.at, rejected);
    if (by.type !== "harness")
      return [...review, ...close(telling, planningKey(version), entry.at, rejected)];
    const event = {
      key: "rejected",
      parent: planningKey(version),
      kind: "event",
      name: "plan rejected",
    } as const;
    return [...review, ...point(telling, entry, { ...event, ...rejected })];
  },
  "plan-adopted": (telling, entry) => {
    const { version, added, changed, dropped, by } = entry.body;
    for (const task of telling.planned.keys()) telling.tasks.set(task, "open");
    for (const task of dropped) telling.tasks.set(task, "dropped");
    const metadata = { adoptedBy: who(by), ...counts(entry.body) };
    const review = close(telling, reviewKey(version), entry.at, {
      status: `adopted by ${who(by)}`,
      metadata,
    });
    const ended = dropped.flatMap((task) =>
      close(telling, taskKey(task), entry.at, { level: "WARNING", status: "dropped by a new plan" }),
    );
    // What was asked about a task that is planned anew is asked no more.
    const about = new Set([...telling.planned.keys(), ...added, ...changed, ...dropped]);
    const moot = mootEscalations(telling, entry.at, (task) => task !== null && about.has(task));
    return [...review, ...moot, ...ended, ...close(telling, planningKey(version), entry.at, { metadata })];
  },
} satisfies Partial<Tellers<EventType>>;

const counts = ({ added, changed, dropped }: Body<"plan-adopted">): Record<string, number> => ({
  added: added.length,
  changed: changed.length,
  dropped: dropped.length,
});
