import type { Command } from "commander";
import type { RunConfig } from "../../core/goal.ts";
import type { Journal, Ports, RunRow } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { readRun } from "../../loop/own.ts";
import { readJson } from "../../loop/texts.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { shapesOf } from "../completion/shape.ts";
import { zshScript } from "../completion/zsh.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { pickRun } from "../pick-run.ts";
import { withState } from "../reader.ts";
import { waitingList } from "../waiting.ts";
import { askedLine } from "../view/asked-line.ts";
import { fit } from "../view/cells.ts";
import { oneLine } from "../view/words.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `harness completion SHELL`: a script that completes this program's own commands and options. */
export async function completion(io: Io, program: Command, shell: string): Promise<number> {
  if (!Object.hasOwn(scripts, shell))
    throw new Refused(`harness completion ${shell}: there are ${Object.keys(scripts).join(", ")}`);
  io.out(scripts[shell as keyof typeof scripts](program.name(), shapesOf(program)));
  return exit.ok;
}

type Stored = Pick<Ports, "journal" | "blobs">;

/**
 * `harness __complete KIND [WORD…]`, for the scripts: one word a line, after a tab what it is. `words`: what stands before
 * it after the command. Words are ids, which no shell reads as anything else.
 */
export const complete = async (io: Io, kind: string, words: readonly string[]): Promise<number> =>
  withState(io, async ({ storage, state }) => {
    for (const [word, about] of await known(storage, kind, words, state))
      io.out(`${word}\t${oneLine(about, 60)}\n`);
    return exit.ok;
  });

type Known = readonly (readonly [word: string, about: string])[];

async function known(ports: Stored, kind: string, words: readonly string[], state: string): Promise<Known> {
  switch (kind) {
    case "run":
      return runs(ports);
    case "task": {
      const run = await readRun(ports, await pickRun(ports.journal, words[0], state));
      return [...run.tasks.values()].map(({ id, status }) => [id, status]);
    }
    case "waiting":
      return waiting(ports, words[0]);
    default:
      throw new Refused(`harness __complete ${kind}: there are run, task, waiting`);
  }
}

/** The newest first, most of them with the goal's title; that is read off the first event. */
async function runs({ journal, blobs }: Stored): Promise<Known> {
  const rows = await newestFirst(journal);
  return Promise.all(
    rows.map(async ({ id }, index) => [id, index < 20 ? await titleOf({ journal, blobs }, id) : ""] as const),
  );
}

const newestFirst = async (journal: Journal): Promise<readonly RunRow[]> =>
  (await journal.runs()).toSorted((a, b) => b.createdAt - a.createdAt);

async function titleOf({ journal, blobs }: Stored, id: string): Promise<string> {
  for await (const { type, body } of journal.read(id, 0)) {
    if (type !== "run-created") break;
    return (await readJson<RunConfig>(blobs, body.config)).title;
  }
  return "";
}

/** What waits in any run; of those only what `action` answers, where one stands before it. */
async function waiting(ports: Stored, action: string | undefined): Promise<Known> {
  const found: [string, string][] = [];
  for (const { id } of await newestFirst(ports.journal)) {
    const run = await readRun(ports, id);
    if (run.phase === "ended") continue;
    const answered = new Set((await ports.journal.answers(id)).map(({ subject }) => subject));
    for (const one of await openOf(ports, run, action))
      if (!answered.has(one.subject))
        found.push([`${id}/${one.short}`, `${one.task ?? ""} ${fit(askedLine(one), 60)}`]);
  }
  return found;
}

async function openOf(
  ports: Stored,
  run: RunState,
  action: string | undefined,
): ReturnType<typeof waitingList> {
  const all = await waitingList(ports, run);
  return action === undefined ? all : all.filter(({ answers }) => answers.includes(action));
}
