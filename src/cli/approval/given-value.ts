import { resolve } from "node:path";
import { choice } from "../../core/event.ts";
import type { Budget } from "../../core/event.ts";
import type { Digest } from "../../core/id.ts";
import type { AnswerValue, Ports } from "../../core/ports.ts";
import type { RuleSpec } from "../../core/rule.ts";
import { addRule, ruleLine } from "../../edges/project/add-rule.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { readText } from "../../edges/project/read-text.ts";
import { readRun } from "../../loop/own.ts";
import { putJson, putText } from "../../loop/texts.ts";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { taskBudget } from "../new-budget.ts";
import { exact } from "../view/visible.ts";
import { commandFor } from "../view/waiting-lines.ts";
import { argsFrom } from "./edit-action.ts";
import { longName } from "./inbox.ts";
import type { Asked } from "./inbox.ts";
import { ruleFor, untilOf } from "./remember.ts";

type Stored = Pick<Ports, "journal" | "blobs">;

/** What a person gives with an answer on the command line. */
export interface AnswerOptions {
  readonly note?: string;
  readonly budget?: string;
  readonly edit?: string;
  readonly remember?: boolean;
  readonly until?: string;
}

/** The answer that a command line gives to what waits. @throws Refused where it cannot be one */
export async function valueOf(
  io: Io,
  ports: Stored,
  asked: Asked,
  action: string,
  finding: string | undefined,
  options: AnswerOptions,
): Promise<AnswerValue> {
  if (!asked.answers.includes(action))
    throw new Refused(`${asked.short} can be answered by ${asked.answers.join(", ")}, not by ${action}`);
  if (action === "raise" && asked.task === null)
    throw new Refused(`a run gets more by: ${commandFor("raise", asked, asked.run)}`);
  refuseOdd(asked, action, options);
  const note = options.note === undefined ? null : await putText(ports.blobs, options.note);
  switch (asked.kind) {
    case "approval":
      return action === "approve"
        ? approved(io, ports, asked, options, note)
        : { type: "approval", answer: "refuse", edited: null, note };
    case "escalation": {
      const budget = await raised(ports, asked, action, options);
      return { type: "escalation", choice: choice.parse(action), note, budget };
    }
    case "effect":
      return { type: "effect", finding: findingOf(asked, finding), evidence: note };
    case "plan":
      return { type: "plan", answer: action === "approve" ? "adopt" : "reject", note, edited: null };
  }
}

/** An option that would be taken and do nothing is refused. */
function refuseOdd({ kind, short }: Asked, action: string, { edit, remember, until }: AnswerOptions): void {
  const isApproval = kind === "approval" && action === "approve";
  if (edit !== undefined && !isApproval)
    throw new Refused(`--edit goes with approve; ${short} is not approved so`);
  if (remember === true && !isApproval)
    throw new Refused(`--remember goes with approve; ${short} is not approved so`);
  if (remember === true && edit !== undefined)
    throw new Refused("--remember makes a rule of what was asked, --edit changes it; give one of them");
  if (until !== undefined && remember !== true) throw new Refused("--until goes with --remember");
}

async function approved(
  io: Io,
  ports: Stored,
  asked: Asked,
  options: AnswerOptions,
  note: Digest | null,
): Promise<AnswerValue> {
  if (options.edit !== undefined) {
    const edited = await editedArgs(ports, asked, options.edit, io.cwd);
    return { type: "approval", answer: edited === null ? "grant" : "grant-edited", edited, note };
  }
  if (options.remember !== true) return { type: "approval", answer: "grant", edited: null, note };
  const rule = agreedRule(asked, options.until);
  const { dir } = await readProject(io.cwd);
  io.err(` written    ${await addRule(dir, rule)}: ${exact(ruleLine(rule))}\n`);
  return { type: "approval", answer: "grant", edited: null, note, rule: await putJson(ports.blobs, rule) };
}

/** null: the file says what was asked. */
async function editedArgs(
  { blobs }: Stored,
  { card, short }: Asked,
  file: string,
  cwd: string,
): Promise<Digest | null> {
  if (card === null)
    throw new Refused(`${short} was asked by an older version; it can only be approved as it is`);
  const { text } = await readText(resolve(cwd, file));
  const read = argsFrom(card, text);
  if ("fault" in read) throw new Refused(`${file}: ${read.fault}`);
  const [asked, edited] = [await putJson(blobs, card.args), await putJson(blobs, read.args)];
  return asked === edited ? null : edited;
}

function agreedRule({ card, short }: Asked, until: string | undefined): RuleSpec {
  const now = Date.now();
  if (card === null)
    throw new Refused(`${short} was asked by an older version; approve it without --remember`);
  const rule = ruleFor(card, now);
  if (typeof rule === "string")
    throw new Refused(rule.replace("answer with y or n", "approve without --remember"));
  if (until === undefined) return rule;
  const day = untilOf(until, now);
  if (day === null)
    throw new Refused(`--until ${until}: give a day to come, like 2027-01-31, or days, like 30`);
  return { ...rule, until: day };
}

/** What a task may use from now on, where that is the answer. */
async function raised(
  ports: Pick<Ports, "journal">,
  asked: Asked,
  action: string,
  { budget }: AnswerOptions,
): Promise<Budget | null> {
  if (action !== "raise" || asked.task === null) return null;
  const task = (await readRun(ports, asked.run)).tasks.get(asked.task);
  if (budget === undefined || task === undefined)
    throw new Refused(
      `say by how much: harness approvals raise ${longName(asked)} --budget +2 (dollars), +20m or +200000tokens`,
    );
  return taskBudget(task, budget);
}

function findingOf(asked: Asked, finding: string | undefined): "happened" | "did-not" | "skip" {
  if (finding === "happened" || finding === "skip") return finding;
  if (finding === "not") return "did-not";
  throw new Refused(`harness approvals settle ${longName(asked)}: say happened, not or skip`);
}
