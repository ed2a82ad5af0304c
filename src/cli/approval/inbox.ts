import { canonical } from "../../core/canonical.ts";
import type { RunId } from "../../core/id.ts";
import type { Ports } from "../../core/ports.ts";
import { readRun } from "../../loop/own.ts";
import { Refused } from "../exit.ts";
import { waitingList } from "../waiting.ts";
import type { Waiting } from "../waiting.ts";

type Stored = Pick<Ports, "journal" | "blobs">;

/** Something that waits, with the run it waits in. */
export type Asked = Waiting & { readonly run: RunId };

/** What waits for a person over all runs of a project and has no answer yet, oldest first. */
export async function inbox(ports: Stored): Promise<readonly Asked[]> {
  const found: Asked[] = [];
  for (const { id } of await ports.journal.runs()) found.push(...(await askedIn(ports, id)));
  return found.toSorted((a, b) => a.askedAt - b.askedAt);
}

/** Of one run. */
export async function askedIn(ports: Stored, id: RunId): Promise<readonly Asked[]> {
  const run = await readRun(ports, id);
  if (run.phase === "ended") return [];
  const answered = new Set((await ports.journal.answers(id)).map(({ subject }) => subject));
  const open = (await waitingList(ports, run)).filter(({ subject }) => !answered.has(subject));
  return open.map((one) => ({ ...one, run: id }));
}

/**
 * Runs that nobody works on, with calls that were open outside when their process died: whether those happened is
 * in doubt, and is found out, or asked, as soon as the run is taken over.
 */
export async function cutOff(
  { journal }: Pick<Ports, "journal">,
  isOwned: (run: RunId) => boolean,
): Promise<readonly RunId[]> {
  const found: RunId[] = [];
  for (const { id } of await journal.runs()) {
    if (isOwned(id)) continue;
    const run = await readRun({ journal }, id);
    const calls = [...run.threads.values()].flatMap((thread) => thread.calls);
    const isOpen = calls.some(({ status, reach }) => status === "started" && reach === "outside");
    if (run.phase !== "ended" && isOpen) found.push(id);
  }
  return found;
}

/** Requests of one run that are the same (tool, arguments, risk), the oldest first. Everything else is a group of its own. */
export function groups(asked: readonly Asked[]): readonly (readonly Asked[])[] {
  const found = new Map<string, Asked[]>();
  for (const one of asked) {
    const group = found.get(keyOf(one));
    if (group === undefined) found.set(keyOf(one), [one]);
    else group.push(one);
  }
  return [...found.values()];
}

/** The other requests that are the same as this one. */
export const alikeOf = (asked: readonly Asked[], one: Asked): readonly Asked[] =>
  asked.filter((other) => other !== one && longName(other) !== longName(one) && keyOf(other) === keyOf(one));

const keyOf = (one: Asked): string =>
  one.card === null ? longName(one) : canonical([one.run, one.card.tool, one.card.args, one.card.risk]);

/** By which everything is known that is printed as part of a command. */
export const longName = ({ run, short }: Pick<Asked, "run" | "short">): string => `${run}/${short}`;

const isCalled = (one: Asked, id: string): boolean => [one.short, longName(one), one.subject].includes(id);

/** What is called so; null: nothing that waits. @throws Refused where more than one run has something of that name */
export function pick(asked: readonly Asked[], id: string): Asked | null {
  const found = asked.filter((one) => isCalled(one, id));
  if (found.length > 1)
    throw new Refused(`more than one run waits with ${id}; say ${found.map(longName).join(" or ")}`);
  return found[0] ?? null;
}

export const namesOf = (asked: readonly Asked[]): string =>
  asked.map(({ short }) => short).join(", ") || "none";
