import { setTimeout as pause } from "node:timers/promises";
import Docker from "dockerode";
import type { Entry } from "../../src/core/event.ts";
import type { Random } from "../simulation/random.ts";
import { containersOf, entriesIn, harness, signal, start } from "./kill-project.ts";
import type { Ended, KillProject, Started } from "./kill-project.ts";
import { windowsOf } from "./kill-windows.ts";

/** What is done to a run: to its process, to its whole process group, or to one of its containers. */
const kinds = ["process", "group", "TERM", "INT", "remove", "kill"] as const;
export type Kind = (typeof kinds)[number];

/** When: so long after that many events of this life were told, in ms; 0 events: after its start. */
interface Moment {
  readonly events: number;
  readonly ms: number;
}

/** A strike that hit. */
export interface Hit {
  readonly kind: Kind;
  readonly command: "run" | "resume";
  readonly windows: readonly string[];
}

export interface Struck {
  readonly hits: readonly Hit[];
  /** What no kill may lead to, each in one sentence. */
  readonly complaints: readonly string[];
  /** How often a person was asked whether to go on with what had crashed alone again and again. */
  readonly asked: number;
  readonly entries: readonly Entry[];
}

/** A life that is not struck must end by itself. */
const mostLives = 60;

const engine = new Docker();

/**
 * Starts a run, strikes it `strikes` times, each time at another moment, and lets it go on after each until it ends.
 * Resolves with what happened; `complaints` holds exits that fit none of it.
 */
export async function strikeDown(
  project: KillProject,
  dice: Random,
  strikes: readonly Kind[],
): Promise<Struck> {
  const waiting = [...strikes];
  const hits: Hit[] = [];
  const complaints: string[] = [];
  let asked = 0;
  for (let lives = 0; lives < mostLives; lives += 1) {
    const before = await entriesIn(project);
    if (before.at(-1)?.type === "run-ended") return { hits, complaints, asked, entries: before };
    const command = before.length === 0 ? "run" : "resume";
    const life = start(project, [
      ...(command === "run" ? ["run", "goal.md", "--yes"] : ["resume"]),
      "--json",
    ]);
    const blows: Hit[] = [];
    for (const kind of nextBlows(waiting)) {
      const windows = await strike(project, life, kind, momentOf(dice, command, kind), before.length);
      if (windows === null) {
        waiting.unshift(kind);
        break;
      }
      blows.push({ kind, command, windows });
    }
    const ended = await life.ended;
    hits.push(...blows);
    asked += await answerQuarantine(project, ended);
    const wrong = unlike(ended, blows);
    if (wrong !== null)
      complaints.push(
        `life ${lives + 1} (${command}; ${blows.map(({ kind }) => kind).join(", ")}): ${wrong}`,
      );
  }
  return {
    hits,
    complaints: [...complaints, `no end after ${mostLives} lives`],
    asked,
    entries: await entriesIn(project),
  };
}

const isOfContainer = (kind: Kind): boolean => kind === "remove" || kind === "kill";

/** Blows to containers leave the harness alive: it is struck again in the same life. */
function nextBlows(waiting: Kind[]): readonly Kind[] {
  const blows: Kind[] = [];
  for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) {
    blows.push(kind);
    if (!isOfContainer(kind)) break;
  }
  return blows;
}

/** Anywhere in a first life; of those that resume, half soon after their start. */
function momentOf(dice: Random, command: "run" | "resume", kind: Kind): Moment {
  if (isOfContainer(kind)) return { events: 1 + dice.below(8), ms: dice.below(300) };
  if (command === "run")
    return dice.chance(0.3)
      ? { events: 0, ms: dice.below(8000) }
      : { events: 1 + dice.below(40), ms: dice.below(400) };
  if (dice.chance(0.2)) return { events: 0, ms: 100 + dice.below(2500) };
  return { events: 1 + dice.below(dice.chance(0.5) ? 4 : 20), ms: dice.below(500) };
}

/** @returns the windows it hit; null: the life had ended before. */
async function strike(
  project: KillProject,
  life: Started,
  kind: Kind,
  moment: Moment,
  before: number,
): Promise<readonly string[] | null> {
  const over = life.ended.then(() => "over" as const);
  if ((await Promise.race([reached(life, moment), over])) === "over") return null;
  const isHit = isOfContainer(kind) ? await strikeContainer(project, kind, over) : signalled(life, kind);
  if (!isHit) return null;
  if (kind === "process" || kind === "group") await life.ended;
  const slots = (await containersOf(project)).flatMap(({ Labels }) => Labels["harness.slot"] ?? []);
  const command = before === 0 ? "run" : "resume";
  return windowsOf({ entries: await entriesIn(project), slots, before, command });
}

async function reached(life: Started, { events, ms }: Moment): Promise<void> {
  const wanted = life.told.count + events;
  if (events > 0)
    await new Promise<void>((resolve) => {
      life.onEvent = () => {
        if (life.told.count >= wanted) resolve();
      };
    });
  await pause(ms);
}

function signalled({ pid }: Started, kind: Kind): boolean {
  switch (kind) {
    case "process":
      return signal(pid, "SIGKILL");
    case "group":
      return signal(-pid, "SIGKILL");
    case "TERM":
      return signal(pid, "SIGTERM");
    default:
      return signal(pid, "SIGINT");
  }
}

/** The next one there is. */
async function strikeContainer(project: KillProject, kind: Kind, over: Promise<"over">): Promise<boolean> {
  for (;;) {
    for (const { Id } of await containersOf(project)) {
      if (await struckAt(engine.getContainer(Id), kind)) return true;
    }
    if ((await Promise.race([pause(50), over])) === "over") return false;
  }
}

/** False: it was gone before. */
async function struckAt(container: Docker.Container, kind: Kind): Promise<boolean> {
  const found = await unlessGone(async () => container.inspect());
  if (found === null || !found.State.Running) return false;
  if (kind === "remove") return did(async () => container.remove({ force: true, v: true }));
  return did(async () => container.kill({ signal: "SIGKILL" }));
}

const did = async (act: () => Promise<unknown>): Promise<boolean> =>
  (await unlessGone(async () => [await act()])) !== null;

/** null: the harness was quicker and removed it. */
async function unlessGone<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if ([404, 409, 500].includes((error as { statusCode?: number }).statusCode ?? 0)) return null;
    throw error;
  }
}

/** What an end has in it that none of the blows explains; null: nothing. */
function unlike({ code, signal: by, said }: Ended, blows: readonly Hit[]): string | null {
  if (/^\s+at |Error:|a bug/m.test(said)) return `it told of a bug: ${said.slice(-600)}`;
  const has = (...some: readonly Kind[]): boolean => blows.some(({ kind }) => some.includes(kind));
  if (by === "SIGKILL") return has("process", "group") ? null : "killed by somebody else";
  // Before there is a run, a signal ends it as it ends any program.
  if (by === "SIGTERM") return has("TERM") ? null : "ended by a SIGTERM of somebody else";
  if (by === "SIGINT") return has("INT") ? null : "ended by a SIGINT of somebody else";
  if (code === 143 && has("TERM")) return null;
  if (code === 130 && has("INT")) return null;
  // A person is asked about what crashed alone again and again: answered above.
  if (code === 0 || code === 3) return null;
  if (code === 5 && has("remove", "kill")) return null;
  return `exit ${code}: ${said.slice(-600)}`;
}

/** Whoever is asked about a quarantine says: again. @returns how many were asked. */
async function answerQuarantine(project: KillProject, { code }: Ended): Promise<number> {
  if (code !== 3) return 0;
  const entries = await entriesIn(project);
  const answered = new Set(
    entries.flatMap((entry) => (entry.type === "escalation-answered" ? [entry.body.escalation] : [])),
  );
  const open = entries.filter(
    (entry) => entry.type === "escalation-raised" && !answered.has(entry.body.escalation),
  );
  for (const entry of open) await harness(project, ["approvals", "retry", `e${entry.seq}`]);
  return open.length;
}
