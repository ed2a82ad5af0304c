import type { AnswerValue, Ports } from "../../core/ports.ts";
import { asJson, listText, questionLines } from "../approval/list-text.ts";
import { give } from "../approval/give.ts";
import { valueOf } from "../approval/given-value.ts";
import type { AnswerOptions } from "../approval/given-value.ts";
import { alikeOf, cutOff, inbox, longName, namesOf, pick } from "../approval/inbox.ts";
import type { Asked } from "../approval/inbox.ts";
import { pastOf } from "../approval/past.ts";
import { followInbox } from "../approval/follow-inbox.ts";
import { watchQueue } from "../approval/watch-queue.ts";
import { choice } from "../../core/event.ts";
import type { RunId } from "../../core/id.ts";
import { meant } from "../../core/nearest.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { assessing } from "../assess.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { withState, withWritableState } from "../reader.ts";
import { listen } from "../signals.ts";
import { jsonLine } from "../view/json-line.ts";
import { cardInFull } from "../view/card.ts";
import { commandFor } from "../view/waiting-lines.ts";

export interface ApprovalsOptions extends AnswerOptions {
  readonly alike?: boolean;
  readonly json?: boolean;
}

type Stored = Pick<Ports, "journal" | "blobs">;

/** `harness approvals [list | show ID | watch | ACTION ID]`: the inbox of this project, over all its runs. */
export async function approvals(
  io: Io,
  action: string,
  id: string | undefined,
  finding: string | undefined,
  options: ApprovalsOptions,
): Promise<number> {
  if (action === "watch") return watch(io, options);
  if (action === "list")
    return withState(io, async ({ storage, ownerOf }) => {
      const died = await cutOff(storage, (run) => ownerOf(run) !== null);
      return list(io, await inbox(storage), died, options);
    });
  if (action === "show") return withState(io, async ({ storage }) => show(io, storage, id, options));
  if (id === undefined && isName(action)) return approvals(io, "show", action, finding, options);
  if (!actions.includes(action))
    throw new Refused(
      `harness approvals ${action}: there is no such answer${meant(action, actions) || ";"} there are ${actions.join(", ")}`,
    );
  return withWritableState(io, async ({ storage }) => {
    const asked = await inbox(storage);
    const one = await named(storage, asked, action, id);
    const value = await valueOf(io, storage, one, action, finding, options);
    const same = options.alike === true ? alikeOf(asked, one) : [];
    return answer(io, storage, [one, ...same], value);
  });
}

/** What settles a question of some kind. */
const actions = ["list", "show", "watch", "approve", "reject", "settle", ...choice.options];

/** `a17`, `7k2m/a17`: a question by its name alone is shown. */
const isName = (text: string): boolean => /^([a-z0-9]{4,16}\/)?[aedp]\d+$/.test(text);

async function named(
  storage: Stored,
  asked: readonly Asked[],
  action: string,
  id: string | undefined,
): Promise<Asked> {
  if (id === undefined) throw new Refused(`harness approvals ${action} ID: say which (${namesOf(asked)})`);
  const one = pick(asked, id);
  if (one !== null) return one;
  const past = await pastOf(storage, id, Date.now());
  const mine = action === "show" ? "" : "; yours was not taken";
  if (past?.isAnswered === true)
    throw new Refused(`nothing that waits is called ${id} any more: ${past.text}${mine}`, exit.notMet);
  if (past !== null) throw new Refused(`refused: ${past.text}`, exit.notMet);
  throw new Refused(`nothing that waits is called ${id}; there are ${namesOf(asked)}`);
}

function list(io: Io, asked: readonly Asked[], died: readonly RunId[], { json }: ApprovalsOptions): number {
  if (json !== true) io.out(listText(asked, died, io.columns, Date.now()));
  else for (const one of asked) io.out(jsonLine(asJson(one, asked)));
  return exit.ok;
}

/** All of one question, and the commands that answer it. */
async function show(
  io: Io,
  storage: Stored,
  id: string | undefined,
  { json }: ApprovalsOptions,
): Promise<number> {
  const asked = await inbox(storage);
  const one = await named(storage, asked, "show", id);
  if (json === true) {
    io.out(jsonLine(asJson(one, asked)));
    return exit.ok;
  }
  const now = Date.now();
  const alike = alikeOf(asked, one);
  const sight = { ...one, columns: io.columns, now, alike: alike.length, keys: [], aside: "", edited: null };
  const lines =
    one.kind === "approval"
      ? cardInFull(one.card ?? one.text, sight)
      : [
          ` ${one.kind} ${longName(one)}${one.task === null ? "" : ` · task ${one.task}`}`,
          ...questionLines(one, now).map((line) => ` ${line}`),
        ];
  const commands = one.answers.map((word) => ` ${commandFor(word, one, one.run)}`);
  const more =
    one.kind === "approval"
      ? [
          ` with approve: --edit FILE, --remember${alike.length > 0 ? ", --alike" : ""}; with reject: --note …`,
        ]
      : [];
  io.out([...lines, "", ...commands, ...more].map((line) => `${line}\n`).join(""));
  return exit.ok;
}

async function answer(io: Io, ports: Stored, all: readonly Asked[], value: AnswerValue): Promise<number> {
  const at = { ...ports, clock: { now: () => Date.now() } };
  let isTaken = true;
  for (const one of all) {
    const first = await give(at, one.run, one.subject, value);
    if (first !== null) io.err(` ${one.short} was answered already: ${first}; yours was not taken\n`);
    isTaken &&= first === null;
  }
  if (!isTaken) return exit.notMet;
  const [one] = all;
  const which = all.length === 1 ? "" : ` ${all.map(({ short }) => short).join(", ")}`;
  io.err(` taken${which}. A living run goes on by itself; otherwise: harness resume ${one?.run ?? ""}\n`);
  if (value.type === "approval" && value.answer === "refuse" && value.note === null)
    io.err(" the worker is told no reason; with --note it would know what to do instead\n");
  return exit.ok;
}

/** With keys at a terminal; else what comes and goes, as lines. Ends when the person leaves or a signal comes. */
const watch = async (io: Io, { json }: ApprovalsOptions): Promise<number> =>
  withWritableState(io, async ({ storage }) => {
    const { spec } = await readProject(io.cwd);
    const assess = assessing(spec.secrets ?? {});
    const ports = { ...storage, assess, clock: { now: () => Date.now() } };
    const signals = listen(() => undefined);
    try {
      if (io.keyboard !== null && json !== true) await watchQueue(io, io.keyboard, ports, signals.drain);
      else await followInbox(io, ports, json === true, signals.drain);
      return exit.ok;
    } finally {
      signals.forget();
    }
  });
