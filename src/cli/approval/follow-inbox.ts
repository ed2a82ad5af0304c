import type { Io } from "../io.ts";
import { jsonLine } from "../view/json-line.ts";
import type { AnswerPorts } from "./give.ts";
import { longName } from "./inbox.ts";
import type { Asked } from "./inbox.ts";
import { asJson, listText } from "./list-text.ts";
import { keepLooking, newLook } from "./look.ts";
import { answerText, firstAnswer } from "./past.ts";

/**
 * What comes and goes in the inbox, until the signal: the list whenever it changes, or, for machines, one object for
 * each new request (`"event": "asked"`) and one for each that is gone (`answered`, or `ended` where nobody answered).
 */
export async function followInbox(
  io: Io,
  ports: AnswerPorts,
  json: boolean,
  leave: AbortSignal,
): Promise<void> {
  const look = newLook(ports);
  let before: readonly Asked[] | null = null;
  await keepLooking(async () => {
    const now = await look();
    const come = now.filter((one) => !isAmong(before ?? [], one));
    const gone = (before ?? []).filter((one) => !isAmong(now, one));
    if (json) await tellChanges(io, ports, come, gone, now);
    else if (before === null || come.length + gone.length > 0)
      io.out(listText(now, [], io.columns, ports.clock.now()));
    before = now;
    return false;
  }, leave);
}

const isAmong = (asked: readonly Asked[], one: Asked): boolean =>
  asked.some((other) => longName(other) === longName(one));

async function tellChanges(
  io: Io,
  ports: AnswerPorts,
  come: readonly Asked[],
  gone: readonly Asked[],
  all: readonly Asked[],
): Promise<void> {
  for (const one of gone) {
    const { run, short, subject } = one;
    const first = await firstAnswer(ports, run, subject);
    const event = first === null ? "ended" : "answered";
    const said = first === null ? null : { by: first.by, at: first.at, answer: first.value };
    const told = first === null ? null : answerText(first, ports.clock.now());
    io.out(jsonLine({ event, run, id: longName(one), short, subject, ...said, text: told }));
  }
  for (const one of come) io.out(jsonLine({ event: "asked", ...asJson(one, all) }));
}
