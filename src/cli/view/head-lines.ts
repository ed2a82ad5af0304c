import { isBroken } from "../../core/circuit.ts";
import type { RunState } from "../../core/run.ts";
import type { Thread } from "../../core/thread.ts";
import { cells, pad, padLeft } from "./cells.ts";
import type { TaskNotes } from "./task-notes.ts";
import { clock, dollars, oneLine, plural, short } from "./words.ts";

/** The first line of the picture, drawn again and again: what stood in a place stays in it. */
export interface HeadLine {
  of(run: RunState, worked: number, columns: number, keys: string): string;
}

type Part = "keys" | "what keys do" | "time" | "reserved" | "budget";

/** What the line does without, from wide terminals to narrow ones. */
const shorter: readonly (readonly Part[])[] = [
  [],
  ["what keys do"],
  ["what keys do", "time"],
  ["keys", "time"],
  ["keys", "time", "reserved"],
  ["keys", "time", "reserved", "budget"],
];

/** Cells that each has taken so far. */
interface Widest {
  time: number;
  money: number;
  used: number;
  reserved: number;
}
const narrowest: Widest = { time: 0, money: 0, used: 0, reserved: 0 };

export function headLine(): HeadLine {
  const last = { columns: 0, level: 0, ...narrowest };
  return {
    of: (run, worked, columns, keys) => {
      if (columns !== last.columns) Object.assign(last, { columns, level: 0, ...narrowest });
      for (;;) {
        const without = new Set(shorter[last.level]);
        // Nothing is reserved in the last picture.
        if (keys === "") without.add("reserved");
        const [time, money] = [
          timeText(run, worked, without),
          moneyText(run, without, keys === "" ? { ...narrowest } : last),
        ];
        last.time = Math.max(last.time, cells(time));
        last.money = Math.max(last.money, cells(money));
        const end = keysText(keys, without);
        const line = ` run ${run.id}   ${pad(time, last.time)}   ${end === "" ? money : pad(money, last.money) + end}`;
        if (cells(line) < columns || last.level === shorter.length - 1) return line;
        Object.assign(last, { level: last.level + 1, ...narrowest });
      }
    },
  };
}

/** `ctrl-c stops, resumable`, or what comes before the comma. */
function keysText(keys: string, without: ReadonlySet<Part>): string {
  if (keys === "" || without.has("keys")) return "";
  return `   ${without.has("what keys do") ? keys.split(",")[0] : keys}`;
}

function timeText({ budget }: RunState, worked: number, without: ReadonlySet<Part>): string {
  const of = budget.wallMs === null || without.has("time") ? "" : ` of ${clock(budget.wallMs)}`;
  return `${clock(worked)}${of}`;
}

/** Money where any is known, else tokens; with what open calls may still cost, and the ceiling. */
function moneyText({ spent, budget }: RunState, without: ReadonlySet<Part>, widest: Widest): string {
  const isPriced =
    spent.micros + spent.reservedMicros > 0 || (spent.unpriced === 0 && spent.reservedTokens === 0);
  const say = isPriced ? dollars : short;
  const most = isPriced ? budget.micros : budget.tokens;
  const of = most === null || without.has("budget") ? "" : `of ${say(most)}`;
  const amount = isPriced ? dollars(spent.micros) : `${short(spent.tokens)} tokens`;
  widest.used = Math.max(widest.used, cells(amount));
  const used = padLeft(amount, widest.used);
  if (without.has("reserved")) return `${used} ${of}`.trimEnd();
  // A tenth of a cent is nothing to reserve; what is not reserved at all is $0.00.
  const reserved = isPriced
    ? dollars(Math.ceil(spent.reservedMicros / 10_000) * 10_000, 2)
    : short(spent.reservedTokens);
  widest.reserved = Math.max(widest.reserved, cells(reserved));
  const unknown = isPriced ? ` + ${plural(spent.unpriced, "call")} of unknown price` : ", price unknown";
  return `${used} spent, ${padLeft(reserved, widest.reserved)} reserved${of === "" ? "" : `, ${of}`}${spent.unpriced > 0 ? unknown : ""}`;
}

/** What a person should know beside the tasks, most pressing first; usually nothing. `said`: about this process. */
export function standingLines(run: RunState, notes: TaskNotes, now: number, said: string): readonly string[] {
  return [said === "" ? "" : ` ! ${said.trim()}`, waitsText(run, notes, now), ...troubles(run, now)].filter(
    (line) => line !== "",
  );
}

/** What of a run a person is asked, as `TaskNotes.asked` knows it. */
const openSubjects = (run: RunState): readonly string[] => [
  ...[...run.approvals.values()].filter(({ status }) => status === "open").map(({ id }) => id),
  ...run.escalations.keys(),
  ...run.doubts.keys(),
  ...(run.phase === "reviewing" && run.proposal !== null ? [`plan/${run.proposal.version}`] : []),
];

function waitsText(run: RunState, notes: TaskNotes, now: number): string {
  const subjects = openSubjects(run);
  if (subjects.length === 0) return "";
  const times = subjects.flatMap((subject) => notes.asked(subject)?.at ?? []);
  const since = times.length === 0 ? "" : `, ${clock(Math.max(0, now - Math.min(...times)))}`;
  const oldest = subjects.length > 1 && since !== "" ? since.replace(", ", ", the oldest ") : since;
  return ` ? ${subjects.length} ${subjects.length === 1 ? "waits" : "wait"} for you${oldest}: harness approvals`;
}

/** Models that are not asked now, each with the reason and when it is asked again. */
function troubles(run: RunState, now: number): readonly string[] {
  const broken = [...run.circuits.keys()].filter((model) => isBroken(run, model, now));
  const lines = broken.map((model) => {
    const until = run.circuits.get(model)?.until ?? now;
    const error = [...run.threads.values()].find((thread) => thread.asked === model)?.lastError ?? null;
    return ` ! ${oneLine(model, 40)} does not answer${error === null ? "" : ` (${causeOf(error)})`}, ${again(until, now)}`;
  });
  const waiting = [...run.threads.values()].filter(
    (thread) => isHeld(thread, now) && !broken.includes(thread.asked ?? ""),
  );
  const [first] = waiting.toSorted((a, b) => (a.retryAt ?? 0) - (b.retryAt ?? 0));
  if (first === undefined) return lines;
  const others = waiting.length > 1 ? ` (${plural(waiting.length, "thread")})` : "";
  return [...lines, ` ! ${heldText(first, now)}${others}`];
}

/** Whether time alone keeps a thread from asking its model again. */
export const isHeld = (thread: Thread, now: number): boolean =>
  thread.model !== "open" && thread.retryAt !== null && thread.retryAt > now;

/** `model: overloaded, asks again in 0:25`. */
export function heldText({ retryAt, lastError }: Thread, now: number): string {
  const why = lastError === null ? "told to wait, with all who use this key" : causeOf(lastError);
  return `model: ${why}, ${again(retryAt ?? now, now)}`;
}

/** The class of an error, and its words where they say more. */
function causeOf(error: string): string {
  const [kind = "", ...words] = oneLine(error, 120).split(": ");
  const more = words.join(": ");
  return more === "" || more.toLowerCase() === kind.toLowerCase() ? kind : `${kind}: ${oneLine(more, 60)}`;
}

const again = (until: number, now: number): string => `asks again in ${clock(Math.max(0, until - now))}`;
