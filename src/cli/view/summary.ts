import type { RunConfig } from "../../core/goal.ts";
import type { Owner, Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { diffTrees } from "../../core/tree-diff.ts";
import { treeStore } from "../../core/tree-store.ts";
import type { Handoff } from "../../loop/handoff.ts";
import { readJson } from "../../loop/texts.ts";
import type { Io } from "../io.ts";
import { isOutage, nameOf, standing } from "../standing.ts";
import { readStory } from "../story.ts";
import type { Story } from "../story.ts";
import { textOf } from "./rows.ts";
import { waitingLines } from "./waiting-lines.ts";
import { clock, dollars, oneLine, plural } from "./words.ts";

/** How a run ended or stands, in a person's words, with the next command. `owner`: who else works on it now. */
export async function summary(
  ports: Pick<Ports, "journal" | "blobs">,
  run: RunState,
  io: Io,
  owner: Owner | null,
): Promise<string> {
  const story = await readStory(ports.journal, run.id);
  const config = await readJson<RunConfig>(ports.blobs, run.config);
  const asks = run.phase === "ended" ? "" : await waitingLines(ports, run, io.columns);
  const rows: [string, string][] = [
    [standing(run, owner), headline(story, owner)],
    ...checkRows(config, story),
    ["tasks", taskText(story)],
    ...moneyRow(story),
    ...(await changedRow(ports, run)),
    ...(await questionRows(ports, story)),
    ...nextRows(run, config, owner, asks !== ""),
  ];
  return `\n${textOf(rows, io.columns)}${asks}`;
}

function headline({ run, acceptedBy }: Story, owner: Owner | null): string {
  const { micros, unpriced, tokens } = run.spent;
  const unknown = `${plural(unpriced, "call")} of unknown price, ${tokens} tokens`;
  const money = unpriced === 0 ? dollars(micros) : micros === 0 ? unknown : `${dollars(micros)} + ${unknown}`;
  const of = run.budget.micros === null ? "" : ` of ${dollars(run.budget.micros)}`;
  const accepted =
    run.outcome === "met" && acceptedBy !== null
      ? `accepted by ${oneLine(acceptedBy, 60)} (goal checks did not hold) · `
      : "";
  const at = run.outcome === null && owner !== null ? `${nameOf(owner)} · ` : "";
  return `${accepted}${at}run ${run.id} · ${clock(run.spent.wallMs)} · ${money}${of}`;
}

function checkRows(config: RunConfig, { checks, run }: Story): [string, string][] {
  if (checks.size === 0) return [];
  const by = config.checks.length > 0 ? "" : "   (the goal named none: proposed by the planner or a rubric)";
  const results = [...checks].map(([id, result]) => `${result} ${id}`).join("   ");
  return [["checks", `${results}   on the final tree ${run.head.slice(0, 4)}${by}`]];
}

function taskText(story: Story): string {
  const { run } = story;
  const all = [...run.tasks.values()];
  const accepted = all.filter((task) => task.status === "accepted");
  const byPerson = accepted.filter((task) => task.acceptedBy === "person").length;
  const parts = [
    `${accepted.length} of ${all.length} accepted in ${plural(story.attempts.length, "attempt")}`,
    byPerson > 0 ? `${byPerson} of them by a person` : "",
    story.approvals > 0 ? plural(story.approvals, "approval") : "",
    story.crashes > 0
      ? `resumed ${plural(story.crashes, "time")} after a crash, nothing accepted was redone`
      : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function moneyRow({ costs }: Story): [string, string][] {
  const total = costs.accepted + costs.rejected + costs.inWork + costs.planning + costs.judging;
  if (total === 0) return [];
  const parts = [
    `accepted work ${dollars(costs.accepted)}`,
    `rejected attempts ${dollars(costs.rejected)}`,
    ...(costs.inWork > 0 ? [`in work ${dollars(costs.inWork)}`] : []),
    `planning ${dollars(costs.planning)}`,
    `judging ${dollars(costs.judging)}`,
  ];
  return [["money", parts.join(" · ")]];
}

async function changedRow(ports: Pick<Ports, "blobs">, run: RunState): Promise<[string, string][]> {
  const changes = await diffTrees(treeStore(ports.blobs), run.base, run.head);
  const files = changes.filter(({ before, after }) => before?.type !== "dir" && after?.type !== "dir");
  if (files.length === 0) return [["changed", "nothing"]];
  const names = files.slice(0, 6).map(({ path }) => path);
  return [
    ["changed", `${plural(files.length, "file")}: ${names.join("  ")}${files.length > 6 ? "  …" : ""}`],
  ];
}

/** What accepted work leaves open, for a person to decide. */
async function questionRows(ports: Pick<Ports, "blobs">, { run }: Story): Promise<[string, string][]> {
  const rows: [string, string][] = [];
  for (const task of run.tasks.values()) {
    if (task.handoff === null) continue;
    const handoff = await readJson<Handoff>(ports.blobs, task.handoff);
    for (const question of handoff.open_questions)
      rows.push(["asks you", `${oneLine(question, 200)}   (${task.id})`]);
  }
  return rows.slice(0, 5);
}

function nextRows(
  run: RunState,
  config: RunConfig,
  owner: Owner | null,
  isAsked: boolean,
): [string, string][] {
  if (run.outcome === null) return [["go on", goOn(run, owner, isAsked)]];
  const branch = config.git?.commit == null ? "" : `     or --branch agent/${run.id}`;
  return [
    ["see it", `harness diff ${run.id}     harness show ${run.id}`],
    ["take it", `harness export ${run.id} --to result${branch}`],
  ];
}

function goOn(run: RunState, owner: Owner | null, isAsked: boolean): string {
  if (owner !== null) return `it goes on by itself${isAsked ? "; what is asked below waits for you" : ""}`;
  const first = isAsked && !isOutage(run) ? "answer what is asked below, then: " : "";
  return `${first}harness resume ${run.id}`;
}
