import { createHash } from "node:crypto";
import { askedLine } from "../view/asked-line.ts";
import { cells, fit, pad, padLeft } from "../view/cells.ts";
import { exact, inFrame, visible } from "../view/visible.ts";
import { commandFor, marks } from "../view/waiting-lines.ts";
import { age, plural } from "../view/words.ts";
import { doubtWords } from "../waiting.ts";
import type { Waiting } from "../waiting.ts";
import type { RunId } from "../../core/id.ts";
import { alikeOf, groups, longName } from "./inbox.ts";
import type { Asked } from "./inbox.ts";
import { timeText } from "./past.ts";

/**
 * What waits, a line for each group of the same requests, and the commands that answer. Each line fits `columns`.
 * @param died runs that died while something outside was open
 */
export function listText(
  asked: readonly Asked[],
  died: readonly RunId[],
  columns: number,
  now: number,
): string {
  const cut = died
    .map((run) => ` !  run ${run} died while a call outside was open: harness resume ${run}\n`)
    .join("");
  return cut === "" || asked.length > 0 ? waitingText(asked, columns, now) + cut : cut;
}

function waitingText(asked: readonly Asked[], columns: number, now: number): string {
  const [oldest] = asked;
  if (oldest === undefined) return " nothing waits for a person\n";
  const head = ` ${plural(asked.length, "waits", "wait")} for a person · oldest ${age(now - oldest.askedAt)}`;
  const lines = [head, ...rowLines(groups(asked), columns, now), ...commandLines(asked)];
  return lines.map((line) => `${line}\n`).join("");
}

/** Short name, run, task; what is asked takes the room that risk and age leave. */
function rowLines(all: readonly (readonly Asked[])[], columns: number, now: number): readonly string[] {
  const rows = all.flatMap(([first, ...alike]) =>
    first === undefined ? [] : [rowOf(first, alike.length, now)],
  );
  const widest = (of: (row: ListRow) => string): number => Math.max(0, ...rows.map((row) => cells(of(row))));
  const [names, risks, ages] = [
    widest(({ name }) => name),
    widest(({ risk }) => risk),
    widest((row) => row.age),
  ];
  const room = Math.max(16, columns - 1 - names - risks - ages - 6);
  const width = Math.min(
    room,
    widest(({ text }) => text),
  );
  return rows.flatMap(({ name, text, risk, age: since, below }) => [
    fit(
      `${pad(name, names)}  ${pad(text, width)}  ${pad(risk, risks)}  ${padLeft(since, ages)}`,
      columns - 1,
    ),
    ...below.map((line) => fit(`         ${line}`, columns - 1)),
  ]);
}

interface ListRow {
  readonly name: string;
  readonly text: string;
  readonly risk: string;
  readonly age: string;
  readonly below: readonly string[];
}

function rowOf(one: Asked, alike: number, now: number): ListRow {
  const name = ` ${marks[one.kind]}  ${pad(one.short, 4)} ${one.run}${one.task === null ? "" : ` ${one.task}`}`;
  const many = alike === 0 ? "" : `  (${alike + 1} alike)`;
  const ends =
    one.expires === null ? "" : `, ${one.expires > now ? `ends in ${age(one.expires - now)}` : "expired"}`;
  return {
    name,
    text: askedLine(one) + many,
    risk: one.card?.risk ?? one.sent?.risk ?? "",
    age: `${age(now - one.askedAt).replace("less than a minute", "now")}${ends}`,
    below: effectLines(one, now),
  };
}

/** Of an effect in doubt: what became of it, and how it can be recognised at the other end. */
function effectLines({ sent }: Pick<Asked, "sent">, now: number): readonly string[] {
  if (sent === null) return [];
  const how = doubtWords[sent.why];
  const key = sent.key === null ? "" : `; key ${visible(sent.key)}`;
  const probe = sent.probe === null ? "" : "; its probe has not told what became of it";
  return [`sent at ${timeText(sent.at, now)}, ${how}${key}${probe}`];
}

/** For each kind of question one whole command, with the other answers it takes. */
function commandLines(asked: readonly Asked[]): readonly string[] {
  const seen = new Set<string>();
  const firsts = asked.filter(({ kind, answers }) => {
    const key = `${kind} ${answers.join(" ")}`;
    return !seen.has(key) && seen.add(key);
  });
  const [first] = asked;
  return [
    ...(first === undefined ? [] : [` harness approvals show ${longName(first)}     all of it`]),
    ...firsts.map((one) => ` ${commandFor(one.answers[0] ?? "", one, one.run)}${othersOf(one)}`),
    " harness approvals watch     one by one, with keys",
  ];
}

function othersOf({ kind, answers, run, short }: Asked): string {
  if (kind === "approval" || kind === "plan") return `     or reject ${run}/${short} --note …`;
  return answers.length < 2 ? "" : `     or ${answers.slice(1).join(", ")}`;
}

/** One thing that waits, for machines. `all`: everything that waits. */
export function asJson(one: Asked, all: readonly Asked[]): object {
  const { card, sent, run, short, kind, subject, task, askedAt, expires, answers, text } = one;
  return {
    run,
    id: longName(one),
    short,
    kind,
    subject,
    task,
    risk: card?.risk ?? sent?.risk ?? null,
    tool: card?.tool ?? sent?.tool ?? null,
    action: card?.action ?? sent?.action ?? null,
    args: card?.args ?? sent?.args ?? null,
    cwd: card?.cwd ?? null,
    hosts: card?.hosts ?? [],
    parts: card?.parts ?? [],
    rule: card?.rule ?? null,
    touches: card?.touches ?? [],
    says: card?.says ?? null,
    tree: card?.tree ?? null,
    sentAt: sent?.at ?? null,
    key: sent?.key ?? null,
    askedAt,
    expires,
    alike: alikeOf(all, one).map(longName),
    answers,
    text,
  };
}

/** All of a question without a card, with marks for what cannot be seen. */
export function questionLines(
  { text, sent }: Pick<Waiting, "text" | "sent">,
  now: number,
): readonly string[] {
  if (sent === null) return text.split("\n").map((line) => inFrame(line.replaceAll("\t", "  ")));
  const [first = "", ...rest] = sent.action.split("\n").map(exact);
  return [
    `in doubt: ${first}`,
    ...rest,
    ...effectLines({ sent }, now),
    `sha256 of what was sent: ${digestOf(sent.action)}`,
  ];
}

const digestOf = (text: string): string =>
  createHash("sha256").update(text.toWellFormed()).digest("hex").slice(0, 8);
