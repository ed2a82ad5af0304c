import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import Database from "better-sqlite3";
import { expect } from "vitest";
import { folder, harness } from "../ground.ts";
import type { Done, Files, Seat } from "../ground.ts";
import { rows } from "../registry/kinds-ground.ts";

/** The prompt that sorts mails, with one rule more. */
export const sort = (rule = "", front: object = {}): string =>
  `---\n${JSON.stringify({ input: { schema: { text: "string" } }, ...front })}\n---\nSort this mail: {{text}}\n${rule}\n`;

/** `tasks/mails/suite.yaml`: one answer to each of its mails decides. */
export const suiteFile = (more: object = {}): string =>
  JSON.stringify({
    suite: "mails",
    kind: "prompt",
    target: "prompt:sort",
    held_out: { share: 1 },
    samples: { looks: [1] },
    guards: { quality: { metric: "exact_match", margin: 0.2, floor: 0.5 } },
    report: [],
    ...more,
  });

const ways = [{ when: "always no", turns: ["no"] }, { turns: ["yes"] }];

/** All is right, but what the rules "always no" and "four no" say. */
export const script = (more: object = {}): string =>
  JSON.stringify({
    price: { input: 1, output: 5 },
    "case/*/*": ways,
    ...Object.fromEntries(
      [1, 2, 3, 4].map((n) => [`case/c${n}/*`, [{ when: "four no", turns: ["no"] }, ...ways]]),
    ),
    ...more,
  });

export const mailCases = (count = 24): string =>
  rows(
    ...Array.from({ length: count }, (_, at) => ({
      id: `c${at + 1}`,
      vars: { text: `mail number ${at + 1} about ${"words ".repeat(at + 1)}` },
      expect: "yes",
    })),
  );

/** A shop that sorts its mails by a prompt, with a suite for it. */
export const mailShop = async (more: Files = {}): Promise<string> =>
  folder({
    "harness.yaml": "model: scripted/script.yaml\n",
    "prompts/sort.prompt": sort(),
    "tasks/mails/suite.yaml": suiteFile(),
    "tasks/mails/cases.jsonl": mailCases(),
    "script.yaml": script(),
    ...more,
  });

/** Runs a command line, words apart by blanks, and expects how it ends. @returns all it said */
export async function said(dir: string, code: number, line: string, seat: Seat = {}): Promise<string> {
  const done = await run(dir, code, line, seat);
  return done.err + done.out;
}

export async function run(dir: string, code: number, line: string, seat: Seat = {}): Promise<Done> {
  const done = await harness(dir, line.split(" "), seat);
  expect({ line, code: done.code }, `${done.err}${done.out}`).toEqual({ line, code });
  return done;
}

/** `harness eval … --json`, read. */
export async function found(dir: string, code: number, line: string, seat: Seat = {}): Promise<Found> {
  return JSON.parse((await run(dir, code, `${line} --json`, seat)).out) as Found;
}

export interface Found {
  readonly evaluation: string;
  readonly candidate: { readonly version: number | null; readonly model: string };
  readonly baseline: { readonly version: number | null; readonly model: string } | null;
  readonly best: { readonly version: number | null } | null;
  readonly looks: readonly {
    readonly answers: number;
    readonly micros: number;
    readonly repeated: number;
    readonly outages: number;
  }[];
  readonly decision: { readonly verdict: string } | null;
  readonly stopped: string | null;
  readonly receipt: string | null;
}

/** How many answers and verdicts are kept, by whom they were asked for. */
export function keptBy(dir: string): Readonly<Record<string, number>> {
  return reading(dir, (db) =>
    Object.fromEntries(
      db
        .prepare<[], { evaluation: string; n: number }>(
          "SELECT evaluation, count(*) AS n FROM answers GROUP BY evaluation",
        )
        .all()
        .map(({ evaluation, n }) => [evaluation, n]),
    ),
  );
}

/** All that `evals.db` holds, as text. */
export const textOfDatabase = (dir: string): string =>
  reading(dir, (db) =>
    [
      ...db
        .prepare<[], { value: string }>("SELECT value FROM answers")
        .all()
        .map(({ value }) => value),
      ...db
        .prepare<[], { head: string; body: Buffer }>("SELECT head, body FROM reports")
        .all()
        .map(({ head, body }) => head + zstdDecompressSync(body).toString("utf8")),
    ].join("\n"),
  );

function reading<T>(dir: string, read: (db: Database.Database) => T): T {
  const db = new Database(join(dir, ".harness", "evals.db"), { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}
