import type { Body } from "../../core/event.ts";
import type { RunId } from "../../core/id.ts";
import type { Io } from "../io.ts";
import { labelOf } from "../registry/prompt-text.ts";
import { readableBudget } from "./budget-text.ts";
import { textOf } from "./rows.ts";
import { plural } from "./words.ts";
import type { Forking } from "../fork/body.ts";
import type { Parent } from "../fork/parent.ts";

/** What it goes on from, said before it does. */
export function forkOpening(
  io: Io,
  id: RunId,
  { run, at, effects }: Parent,
  { body, prompts }: { readonly body: Body<"run-created">; readonly prompts: Forking["prompts"] },
): string {
  const accepted = [...run.tasks.values()].filter(({ status }) => status === "accepted");
  const where = at === null ? "the start of its work" : `task ${at} was accepted`;
  const others = Object.entries(prompts).map(([role, text]) => `${role} ${labelOf(text)}`);
  const names = [...new Set(Object.values(body.pins.models).filter((name) => name !== null))];
  return `\n${textOf(
    [
      ["fork", `of run ${run.id}, event ${run.seq}, where ${where}`],
      [
        "kept",
        `${plural(accepted.length, "task")}: ${accepted.map((task) => task.id).join(", ") || "none"} · tree ${run.head.slice(0, 4)}`,
      ],
      ...(effects.length === 0
        ? []
        : [
            [
              "done",
              `${plural(effects.length, "effect")} outside that ${run.id} had, known as done here`,
            ] as const,
          ]),
      ["prompts", others.length === 0 ? "as there" : `${others.join(", ")}; the others as there`],
      ["model", names.join(", ")],
      ["budget", readableBudget(body.budget)],
      ["run", `${id}   ctrl-c stops it, harness resume goes on`],
    ],
    io.columns,
  )}\n`;
}
