import type { RunConfig } from "../../core/goal.ts";
import type { Owner, Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { Handoff } from "../../loop/handoff.ts";
import { readJson } from "../../loop/texts.ts";
import type { Io } from "../io.ts";
import { person } from "../person.ts";
import { isOutage, nameOf, standing } from "../standing.ts";
import { readStory } from "../story.ts";
import type { Story } from "../story.ts";
import { changedText } from "./changed.ts";
import { forecastText } from "./forecast-text.ts";
import { textOf } from "./rows.ts";
import { waitingLines } from "./waiting-lines.ts";
import { clock, dollars, oneLine, plural, short, timeOfDay, tokensText } from "./words.ts";

type Row = [name: string, text: string];

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
  const rows: readonly Row[] = [
    [standing(run, owner), headline(story, owner)],
    ...checkRows(config, story),
    ["tasks", taskText(story)],
    ...moneyRow(story),
    ...tokensRow(story),
    ["changed", await changedText(ports, run.base, run.head)],
    ...(await questionRows(ports, story)),
    ...nextRows(run, config, owner, asks !== ""),
  ];
  return `\n${textOf(rows, io.columns)}${asks}`;
}

function headline({ run, acceptedBy, forecast }: Story, owner: Owner | null): string {
  const { micros, unpriced, tokens } = run.spent;
  const unknown =
    micros === 0
      ? `${short(tokens)} tokens, price unknown`
      : `${dollars(micros)} + ${plural(unpriced, "call")} of unknown price`;
  const money = unpriced === 0 ? dollars(micros) : unknown;
  const of = run.budget.micros === null ? "" : ` of ${dollars(run.budget.micros)}`;
  const expected = forecast === null ? "" : ` (forecast ${forecastText(forecast)})`;
  const accepted =
    run.outcome === "met" && acceptedBy !== null
      ? `accepted by ${oneLine(acceptedBy, 60)} (goal checks did not hold) · `
      : "";
  const at = run.outcome === null && owner !== null ? `${nameOf(owner)} · ` : "";
  return `${accepted}${at}run ${run.id} · ${clock(run.spent.wallMs)} · ${money}${of}${expected}`;
}

function checkRows(config: RunConfig, { checks, run }: Story): readonly Row[] {
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
    ...approvalTexts(story),
    crashText(story),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** `1 approval by you`, and a part for each of the others. */
function approvalTexts({ approvedBy }: Story): readonly string[] {
  const me = person();
  const counts = new Map<string, number>();
  for (const user of approvedBy) counts.set(user, (counts.get(user) ?? 0) + 1);
  return [...counts].map(([user, count]) => {
    const name = me.type === "person" && me.user === user ? "you" : oneLine(user, 40);
    return `${plural(count, "approval")} by ${name}`;
  });
}

function crashText({ crashes }: Story): string {
  const last = crashes.at(-1);
  if (last === undefined) return "";
  const when = timeOfDay(last, Date.now());
  const how =
    crashes.length === 1
      ? `once after a crash at ${when}`
      : `${crashes.length} times after crashes, the last at ${when}`;
  return `resumed ${how}, nothing accepted was redone`;
}

function moneyRow({ costs }: Story): readonly Row[] {
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

const tokensRow = ({ tokens }: Story): readonly Row[] =>
  tokens.input + tokens.output === 0 ? [] : [["tokens", tokensText(tokens)]];

/** How many questions are told in full. */
const mostQuestions = 5;

/** What accepted work leaves open, for a person to decide. */
async function questionRows(ports: Pick<Ports, "blobs">, { run }: Story): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const task of run.tasks.values()) {
    if (task.handoff === null) continue;
    const handoff = await readJson<Handoff>(ports.blobs, task.handoff);
    for (const question of handoff.open_questions)
      rows.push(["asks you", `“${oneLine(question, 200)}”   harness show ${run.id} --task ${task.id}`]);
  }
  const more = rows.length - mostQuestions;
  if (more <= 0) return rows;
  return [...rows.slice(0, mostQuestions), ["", `${more} more: harness show ${run.id} --json`]];
}

function nextRows(run: RunState, config: RunConfig, owner: Owner | null, isAsked: boolean): readonly Row[] {
  if (run.outcome === null) return [["go on", goOn(run, owner, isAsked)]];
  const branch = config.git?.commit == null ? "" : `     or --branch agent/${run.id}`;
  return [
    ["see it", `harness diff ${run.id}     harness show ${run.id}`],
    ["take it", `harness export ${run.id} --to result${branch}`],
  ];
}

/** Nothing is asked but for more of the run's own budget: whoever gives it resumes. */
const isOutOfBudget = (run: RunState): boolean =>
  run.escalations.size > 0 &&
  [...run.escalations.values()].every(({ kind, task }) => kind === "budget" && task === null);

function goOn(run: RunState, owner: Owner | null, isAsked: boolean): string {
  if (owner !== null) {
    const asked = isAsked ? "; what is asked below waits for you" : "";
    return `it goes on by itself${asked}     harness watch ${run.id}`;
  }
  if (isOutOfBudget(run)) return "the command below gives it more and goes on";
  const first = isAsked && !isOutage(run) ? "answer what is asked below, then: " : "";
  return `${first}harness resume ${run.id}`;
}
