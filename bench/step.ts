import Database from "better-sqlite3";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { threadParts } from "../src/core/id.ts";
import type { Part } from "../src/core/model.ts";
import { takeRun } from "../src/loop/own.ts";
import { median, timed } from "./figures.ts";
import type { Bench } from "./figures.ts";
import { call, created, go, owner, project } from "./project.ts";
import type { Project, Says } from "./project.ts";

/** A chain of tasks that write ten files in turn, so that the workspace stays as small as it is. The goal is never met. */
const chain =
  (count: number): Says =>
  (request) => {
    const { role, task } = threadParts(request.thread);
    return role === "planner" ? plan(count) : work(Number(task?.slice(1)));
  };

const plan = (count: number): readonly Part[] => [
  call("submit_plan", {
    tasks: Array.from({ length: count }, (_, index) => ({
      id: `t${index}`,
      title: `write number ${index}`,
      instructions: `write number ${index}`,
      needs: index === 0 ? [] : [`t${index - 1}`],
      criteria: [{ type: "file", path: file(index), schema: { const: index } }],
    })),
  }),
];

const file = (index: number): string => `out/${index % 10}.json`;

const work = (index: number): readonly Part[] => [
  call("write_file", { path: file(index), content: `${index}\n` }),
  call("submit", {
    summary: `wrote ${index}`,
    artifacts: [file(index)],
    decisions: [],
    open_questions: [],
    confidence: 1,
  }),
];

const checks = [{ id: "never", type: "command", run: "false" }] as const;

const steps = 200;

/** An accepted task against one FULL commit of 1 KB on the same disk, measured before and after. */
export const step: Bench = async (say) => {
  const made = await project(chain(steps));
  try {
    const floors = [...floor(made.dir)];
    const body = await created(made.ports, checks);
    say(`${steps} tasks, one after the other`);
    const spent = await timed(async () => go(made.ports, "bench", body));
    floors.push(...floor(made.dir));
    const accepted = await count(made, "task-accepted");
    if (accepted !== steps) throw new Error(`${accepted} of ${steps} tasks were accepted`);
    say(`${(await count(made, null)) / steps} events a task`);
    return [
      { name: "accepted task, durable", value: spent / steps, floor: median(floors), unit: "ms", aim: null },
    ];
  } finally {
    await made.close();
    made.remove();
  }
};

async function count({ ports }: Project, type: string | null): Promise<number> {
  let found = 0;
  for await (const entry of ports.journal.read("bench", 0))
    if (type === null || entry.type === type) found += 1;
  return found;
}

/** One commit of 1 KB with synchronous=FULL, 100 times. */
function floor(beside: string): readonly number[] {
  const dir = mkdtempSync(join(beside, "floor-"));
  const db = new Database(join(dir, "floor.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT)");
  const insert = db.prepare("INSERT INTO rows (body) VALUES (?)");
  const body = "x".repeat(1024);
  const samples = Array.from({ length: 100 }, () => {
    const began = performance.now();
    insert.run(body);
    return performance.now() - began;
  });
  db.close();
  rmSync(dir, { recursive: true });
  return samples;
}

const accepted = 1000;

/** Taking over a run of 1,000 accepted tasks, against reading its rows and parsing them. */
export const resume: Bench = async (say) => {
  const made = await project(chain(accepted));
  try {
    say(`making a run of ${accepted} accepted tasks`);
    await go(made.ports, "bench", await created(made.ports, checks));
    const rows = await count(made, null);
    const [taken, read]: [number[], number[]] = [[], []];
    for (let round = 0; round < 7; round += 1) {
      read.push(readRows(made.dir));
      taken.push(await timed(async () => takeOver(made)));
    }
    say(`${rows} events`);
    return [
      {
        name: `resume of ${accepted} accepted tasks`,
        value: median(taken),
        floor: median(read),
        unit: "ms",
        aim: null,
      },
    ];
  } finally {
    await made.close();
    made.remove();
  }
};

async function takeOver({ ports }: Project): Promise<void> {
  const taken = await takeRun(ports, "bench", owner);
  if ("owner" in taken) throw new Error("the bench's run is owned by somebody else");
  await taken.ownership.release();
}

function readRows(dir: string): number {
  const db = new Database(join(dir, ".harness", "harness.db"), { readonly: true });
  const began = performance.now();
  let parsed = 0;
  for (const row of db.prepare("SELECT body FROM events WHERE run = 'bench' ORDER BY seq").iterate()) {
    JSON.parse((row as { body: string }).body);
    parsed += 1;
  }
  const spent = performance.now() - began;
  db.close();
  if (parsed === 0) throw new Error("no rows");
  return spent;
}
