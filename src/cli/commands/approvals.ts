import { choice } from "../../core/event.ts";
import type { Budget } from "../../core/event.ts";
import type { AnswerValue, Ports } from "../../core/ports.ts";
import { readRun } from "../../loop/own.ts";
import { putText } from "../../loop/texts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { taskBudget } from "../new-budget.ts";
import { person } from "../person.ts";
import { withState, withWritableState } from "../reader.ts";
import { waitingList } from "../waiting.ts";
import type { Waiting } from "../waiting.ts";
import { fit } from "../view/cells.ts";
import { commandFor, marks } from "../view/waiting-lines.ts";
import { clock, gist, plural } from "../view/words.ts";

export interface ApprovalsOptions {
  readonly note?: string;
  readonly budget?: string;
  readonly json?: boolean;
}

type Asked = Waiting & { readonly run: string };

/** `harness approvals [list | ACTION ID]`: the inbox of this project, over all its runs. */
export const approvals = async (
  io: Io,
  action: string,
  id: string | undefined,
  finding: string | undefined,
  options: ApprovalsOptions,
): Promise<number> =>
  action === "list"
    ? withState(io, async ({ storage }) => list(io, await inbox(storage), options))
    : withWritableState(io, async ({ storage }) => {
        const asked = await inbox(storage);
        if (id === undefined)
          throw new Refused(`harness approvals ${action} ID: say which (${names(asked)})`);
        const one = pick(asked, id);
        return answer(io, storage, one, await valueOf(storage, one, action, finding, options));
      });

async function inbox(ports: Pick<Ports, "journal" | "blobs">): Promise<readonly Asked[]> {
  const found: Asked[] = [];
  for (const row of await ports.journal.runs()) {
    const run = await readRun(ports, row.id);
    if (run.phase === "ended") continue;
    const answered = new Set((await ports.journal.answers(row.id)).map((one) => one.subject));
    const open = (await waitingList(ports, run)).filter((one) => !answered.has(one.subject));
    found.push(...open.map((one) => ({ ...one, run: row.id })));
  }
  return found.toSorted((a, b) => a.askedAt - b.askedAt);
}

/** By the short name, with `RUN/` before it where more than one run has something of that name. @throws Refused */
function pick(asked: readonly Asked[], id: string): Asked {
  const found = asked.filter((one) => one.short === id || longName(one) === id || one.subject === id);
  const [only] = found;
  if (only === undefined) throw new Refused(`nothing that waits is called ${id}; there are ${names(asked)}`);
  if (found.length > 1)
    throw new Refused(`more than one run waits with ${id}; say ${found.map(longName).join(" or ")}`);
  return only;
}

const longName = (one: Asked): string => `${one.run}/${one.short}`;

const names = (asked: readonly Asked[]): string => asked.map((one) => one.short).join(", ") || "none";

function list(io: Io, asked: readonly Asked[], options: ApprovalsOptions): number {
  if (options.json === true) {
    for (const one of asked) io.out(`${JSON.stringify(one)}\n`);
    return exit.ok;
  }
  const oldest = asked[0] === undefined ? "" : ` · oldest ${clock(Date.now() - asked[0].askedAt)}`;
  if (asked.length === 0) {
    io.out(" nothing waits for a person\n");
    return exit.ok;
  }
  io.out(` ${plural(asked.length, "waits", "wait")} for a person${oldest}\n`);
  for (const one of asked) {
    const head = ` ${marks[one.kind]}  ${one.short.padEnd(5)} ${one.run}  ${one.task === null ? "" : `${one.task}  `}`;
    io.out(`${fit(head + gist(one.text, 400), io.columns - 1)}\n`);
    for (const answer of one.answers) io.out(`          ${commandFor(answer, one, one.run)}\n`);
  }
  io.out(" --note TEXT tells the worker why; then, unless the run is alive: harness resume\n");
  return exit.ok;
}

async function valueOf(
  ports: Pick<Ports, "journal" | "blobs">,
  asked: Asked,
  action: string,
  finding: string | undefined,
  options: ApprovalsOptions,
): Promise<AnswerValue> {
  if (!asked.answers.includes(action)) {
    throw new Refused(`${asked.short} can be answered by ${asked.answers.join(", ")}, not by ${action}`);
  }
  if (action === "raise" && asked.task === null)
    throw new Refused(`a run gets more by: ${commandFor("raise", asked, asked.run)}`);
  const note = options.note === undefined ? null : await putText(ports.blobs, options.note);
  switch (asked.kind) {
    case "approval":
      return { type: "approval", answer: action === "approve" ? "grant" : "refuse", edited: null, note };
    case "escalation":
      return {
        type: "escalation",
        choice: choice.parse(action),
        note,
        budget: await raised(ports, asked, action, options),
      };
    case "effect":
      return { type: "effect", finding: findingOf(asked, finding), evidence: note };
    case "plan":
      return { type: "plan", answer: action === "approve" ? "adopt" : "reject", note, edited: null };
  }
}

/** What a task may use from now on, where that is the answer. */
async function raised(
  ports: Pick<Ports, "journal">,
  { run: id, task: name, short }: Asked,
  action: string,
  { budget }: ApprovalsOptions,
): Promise<Budget | null> {
  if (action !== "raise" || name === null) return null;
  const task = (await readRun(ports, id)).tasks.get(name);
  if (budget === undefined || task === undefined)
    throw new Refused(
      `say by how much: harness approvals raise ${short} --budget +2 (dollars), +20m or +200000tokens`,
    );
  return taskBudget(task, budget);
}

function findingOf(asked: Asked, finding: string | undefined): "happened" | "did-not" | "skip" {
  if (finding === "happened" || finding === "skip") return finding;
  if (finding === "not") return "did-not";
  throw new Refused(`harness approvals settle ${asked.short}: say happened, not or skip`);
}

async function answer(
  io: Io,
  ports: Pick<Ports, "journal">,
  asked: Asked,
  value: AnswerValue,
): Promise<number> {
  const isFirst = await ports.journal.answer({
    run: asked.run,
    subject: asked.subject,
    at: Date.now(),
    by: person(),
    value,
  });
  if (!isFirst) {
    io.err(` ${asked.short} was answered already; yours was not taken\n`);
    return exit.notMet;
  }
  io.err(` taken. A living run goes on by itself; otherwise: harness resume ${asked.run}\n`);
  return exit.ok;
}
