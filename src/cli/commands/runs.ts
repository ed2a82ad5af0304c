import type { RunConfig } from "../../core/goal.ts";
import { DamagedJournal } from "../../core/ports.ts";
import type { Owner, Ports, RunRow } from "../../core/ports.ts";
import { readJson } from "../../loop/texts.ts";
import { exit } from "../exit.ts";
import type { Io } from "../io.ts";
import { withState } from "../reader.ts";
import { comparedRuns } from "../runs/compared-runs.ts";
import type { Comparing } from "../runs/compared-runs.ts";
import { standing, standingText } from "../standing.ts";
import { readStory } from "../story.ts";
import { inColumns } from "../view/columns.ts";
import type { Side } from "../view/columns.ts";
import { age, dollars, oneLine, short } from "../view/words.ts";

type Stored = Pick<Ports, "journal" | "blobs">;

/** `harness runs`. */
export const runs = async (io: Io, options: Comparing): Promise<number> =>
  withState(io, async ({ storage, ownerOf, state }) => {
    const rows = (await storage.journal.runs()).toSorted((a, b) => a.createdAt - b.createdAt);
    if (rows.length === 0)
      io.err(
        ` there is no run in ${state} yet; start one with: harness run goal.md     harness init makes a goal\n`,
      );
    if (options.where !== undefined || options.columns !== undefined || options.csv === true) {
      await comparedRuns(
        io,
        storage,
        rows.map((row) => ({ ...row, owner: ownerOf(row.id) })),
        options,
      );
      return exit.ok;
    }
    const told: (readonly string[])[] = [];
    for (const row of rows) {
      const listed = await listedRun(storage, row, ownerOf(row.id)).catch(damagedRun(row));
      if (options.json === true) io.out(`${JSON.stringify(listed.json)}\n`);
      else told.push(listed.text);
    }
    for (const line of inColumns(told, runSides, io.columns)) io.out(`${line}\n`);
    return exit.ok;
  });

/** One that is damaged keeps nobody from seeing the others. */
const damagedRun =
  ({ id, createdAt }: RunRow) =>
  (error: unknown): ListedRun => {
    if (!(error instanceof DamagedJournal)) throw error;
    return {
      json: { id, created: createdAt, damaged: error.message },
      text: [id, sinceText(Date.now() - createdAt), "damaged", "", "", `see: harness audit ${id}`],
    };
  };

interface ListedRun {
  readonly json: object;
  readonly text: readonly string[];
}

/** Id, age, standing, accepted tasks, cost, title. */
const runSides: readonly Side[] = ["left", "right", "left", "right", "right", "left"];

async function listedRun(ports: Stored, row: RunRow, owner: Owner | null): Promise<ListedRun> {
  const { run, acceptedBy } = await readStory(ports.journal, row.id);
  const { title } = await readJson<RunConfig>(ports.blobs, run.config);
  const accepted = [...run.tasks.values()].filter((task) => task.status === "accepted").length;
  const byPerson = run.outcome === "met" ? acceptedBy : null;
  const { micros, unpriced, tokens } = run.spent;
  const state = `${standingText(run, owner)}${byPerson === null ? "" : ` by ${oneLine(byPerson, 20)}`}`;
  return {
    json: {
      id: run.id,
      created: row.createdAt,
      outcome: run.outcome,
      phase: run.phase,
      standing: standing(run, owner),
      acceptedBy: byPerson,
      title,
      tasks: run.tasks.size,
      accepted,
      micros,
      tokens,
      head: run.head,
      hash: row.headHash,
    },
    text: [
      run.id,
      sinceText(Date.now() - row.createdAt),
      state.padEnd(9),
      `${accepted}/${run.tasks.size}`,
      unpriced > 0 && micros === 0 ? `${short(tokens)} tokens` : dollars(micros),
      oneLine(title, 200),
    ],
  };
}

const sinceText = (ms: number): string => (ms < 60_000 ? "just now" : `${age(ms)} ago`);
