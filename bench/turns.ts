import Database from "better-sqlite3";
import { statSync } from "node:fs";
import { join } from "node:path";
import { encodeJson } from "../src/core/canonical.ts";
import { threadParts } from "../src/core/id.ts";
import type { Part } from "../src/core/model.ts";
import type { Bench, Figure } from "./figures.ts";
import { call, created, go, project } from "./project.ts";

const marks = [10, 50, 200];
const last = 200;

/** Two kilobytes that do not compress to nothing: numbers of the turn. */
const thought = (turn: number): string =>
  Array.from({ length: 250 }, (_, index) => (turn * 7919 + index * 104_729) % 9_999_991).join(" ");

/** Bytes that a turn adds, as the databases grow under one long thread: flat when a turn stores its new messages only. */
export const turns: Bench = async () => {
  const sizes: { readonly turn: number; readonly bytes: number }[] = [];
  let dir = "";
  const said = (turn: number): readonly Part[] => [
    { type: "text", text: thought(turn) },
    call("bash", { command: `echo ${turn}` }, `c${turn}`),
  ];
  const made = await project((request) => {
    if (threadParts(request.thread).role === "planner") return plan;
    if (marks.includes(request.turn) || request.turn === 1)
      sizes.push({ turn: request.turn, bytes: bytesOf(dir) });
    return request.turn < last ? said(request.turn) : [call("submit", submission)];
  });
  try {
    ({ dir } = made);
    await go(
      made.ports,
      "bench",
      await created(made.ports, [{ id: "never", type: "command", run: "false" }]),
    );
    const message = encodeJson(said(100)).length + encodeJson({ text: "100\n[exit 0]" }).length;
    return sizes.slice(1).map((size, index): Figure => {
      const before = sizes[index] ?? size;
      const value = (size.bytes - before.bytes) / (size.turn - before.turn);
      return { name: `a turn up to turn ${size.turn}`, value, floor: message, unit: "bytes", aim: null };
    });
  } finally {
    await made.close();
    made.remove();
  }
};

const submission = { summary: "done", artifacts: [], decisions: [], open_questions: [], confidence: 1 };
const plan: readonly Part[] = [
  call("submit_plan", {
    tasks: [
      {
        id: "long",
        title: "long",
        instructions: "long",
        criteria: [{ type: "file", path: "never.txt" }],
        budget: { attempts: 1 },
      },
    ],
  }),
];

/** Both databases as they are after a checkpoint. */
function bytesOf(dir: string): number {
  return ["harness.db", "blobs.db"].reduce((sum, name) => {
    const path = join(dir, ".harness", name);
    const db = new Database(path);
    db.pragma("wal_checkpoint(TRUNCATE)");
    db.close();
    return sum + statSync(path).size;
  }, 0);
}
