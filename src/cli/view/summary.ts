import type { RunConfig } from "../../core/goal.ts";
import type { Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { diffTrees } from "../../core/tree-diff.ts";
import { treeStore } from "../../core/tree-store.ts";
import type { Handoff } from "../../loop/handoff.ts";
import { waiting } from "../waiting.ts";
import type { Io } from "../io.ts";
import { readStory } from "../story.ts";
import type { Story } from "../story.ts";
import { clock, dollars, oneLine, plural, visible } from "./words.ts";

/** How a run ended or stands, in a person's words, with the next command. */
export async function summary(ports: Pick<Ports, "journal" | "blobs">, run: RunState, io: Io): Promise<string> {
  const story = await readStory(ports.journal, run.id);
  const rows: [string, string][] = [
    [outcome(run), headline(run)],
    ...(await checkRows(ports, story)),
    ["tasks", taskText(story)],
    ...moneyRow(story),
    ...(await changedRow(ports, run)),
    ...(await questionRows(ports, story)),
    ...nextRows(run),
  ];
  const width = Math.max(40, io.columns - 13);
  const text = rows.map(([name, value]) => ` ${name.padEnd(11)}${fit(value, width)}`).join("\n");
  const asks = run.phase === "ended" ? "" : await waiting(ports, run, io.columns);
  return `\n${text}\n${asks}`;
}

/** Layout spaces are kept; only what is too long is cut. */
const fit = (text: string, width: number): string => {
  const line = visible(text);
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
};

const outcome = (run: RunState): string => run.outcome ?? "waits";

function headline(run: RunState): string {
  const { micros, unpriced, tokens } = run.spent;
  const money = unpriced > 0 ? `${dollars(micros)} + ${plural(unpriced, "call")} of unknown price (${tokens} tokens)` : dollars(micros);
  const of = run.budget.micros === null ? "" : ` of ${dollars(run.budget.micros)}`;
  return `run ${run.id} · ${clock(run.spent.wallMs)} · ${money}${of}`;
}

async function checkRows(ports: Pick<Ports, "blobs">, story: Story): Promise<[string, string][]> {
  if (story.checks.size === 0) return [];
  const config = JSON.parse(new TextDecoder().decode(await ports.blobs.get(story.run.config))) as RunConfig;
  const by = config.checks.length > 0 ? "" : "   (the goal named none: proposed by the planner or a rubric)";
  const results = [...story.checks].map(([id, result]) => `${result} ${id}`).join("   ");
  return [["checks", `${results}   on the final tree ${story.run.head.slice(0, 4)}${by}`]];
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
    story.crashes > 0 ? `resumed ${plural(story.crashes, "time")} after a crash, nothing accepted was redone` : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function moneyRow({ costs }: Story): [string, string][] {
  const total = costs.accepted + costs.rejected + costs.planning + costs.judging;
  if (total === 0) return [];
  const parts = [
    `accepted work ${dollars(costs.accepted)}`,
    `rejected attempts ${dollars(costs.rejected)}`,
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
  return [["changed", `${plural(files.length, "file")}: ${names.join("  ")}${files.length > 6 ? "  …" : ""}`]];
}

/** What accepted work leaves open, for a person to decide. */
async function questionRows(ports: Pick<Ports, "blobs">, { run }: Story): Promise<[string, string][]> {
  const rows: [string, string][] = [];
  for (const task of run.tasks.values()) {
    if (task.handoff === null) continue;
    const handoff = JSON.parse(new TextDecoder().decode(await ports.blobs.get(task.handoff))) as Handoff;
    for (const question of handoff.open_questions) rows.push(["asks you", `${oneLine(question, 200)}   (${task.id})`]);
  }
  return rows.slice(0, 5);
}

function nextRows(run: RunState): [string, string][] {
  if (run.outcome === null) return [["go on", `harness resume ${run.id}`]];
  return [
    ["see it", `harness diff ${run.id}     harness show ${run.id}`],
    ["take it", `harness export ${run.id} --to result`],
  ];
}
