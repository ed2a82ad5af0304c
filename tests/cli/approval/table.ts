import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import type { Card } from "../../../src/core/card.ts";
import { noBudget } from "../../../src/core/budget.ts";
import type { Answer } from "../../../src/core/ports.ts";
import type { RunState } from "../../../src/core/run.ts";
import type { Io } from "../../../src/cli/io.ts";
import type { Keyboard } from "../../../src/cli/keyboard.ts";
import type { CardPorts } from "../../../src/cli/approval/asking.ts";
import type { Waiting } from "../../../src/cli/waiting.ts";
import { createRun } from "../../../src/loop/own.ts";
import { testLimits } from "../../loop/ground.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { memoryJournal } from "../../memory/journal.ts";

const digest = "0".repeat(64);

/** A card as the loop stores it, for `git push origin agent/x`. */
export const card: Card = {
  v: 1,
  tool: "bash",
  action: "npm uninstall moment",
  args: { command: "npm uninstall moment", timeout_s: 60 },
  cwd: "/workspace",
  tree: "91ae".padEnd(64, "0"),
  image: "node:24",
  risk: "network",
  reach: "sandbox",
  parts: [{ text: "npm uninstall moment", risk: "network", because: "npm talks to its registry" }],
  rule: null,
  askFrom: "network",
  hosts: ["packages.example:443"],
  touches: ["package.json"],
  isUndone: true,
  grantMs: 900_000,
  says: "moment is unused now",
};

export const waitingFor = (one: Card | string, change: Partial<Waiting> = {}): Waiting => ({
  short: "a31",
  kind: "approval",
  subject: "task/dependency/1/3/0.1",
  task: "dependency",
  askedAt: 1_000,
  text: typeof one === "string" ? one : one.action,
  answers: ["approve", "reject"],
  expires: null,
  card: typeof one === "string" ? null : one,
  sent: null,
  ...change,
});

/** A run in memory, and what it takes to answer what it asks. */
export interface Ground {
  readonly ports: CardPorts;
  readonly run: RunState;
  readonly answers: () => Promise<readonly Answer[]>;
  readonly blob: (digest: string | null | undefined) => Promise<string | null>;
}

export async function ground(): Promise<Ground> {
  const [journal, blobs] = [memoryJournal(), memoryBlobs()];
  const clock = { now: () => 61_000 };
  const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  const pins = {
    harness: "0",
    prompts: {},
    rubrics: {},
    models: { planner: "m", worker: "m", evaluator: "m", fallback: null },
    policy: digest,
    image: "i",
    profile: "p",
    capabilities: digest,
    prices: digest,
  };
  const created = await createRun(
    { journal, blobs, clock, sha256 } as never,
    "7k2m",
    {
      kind: "goal",
      goal: digest,
      config: digest,
      base: digest,
      pins,
      limits: testLimits,
      budget: noBudget,
      seed: 1,
      parent: null,
      plan: null,
    },
    { host: "here", pid: 1, boot: "1", harness: "0" },
  );
  if ("owner" in created) throw new Error("somebody owns a run in memory");
  return {
    ports: { journal, blobs, clock },
    run: created.run,
    answers: async () => journal.answers("7k2m"),
    blob: async (name) => (name == null ? null : new TextDecoder().decode(await blobs.get(name))),
  };
}

/** A person at a terminal. */
export interface Seat {
  readonly io: Io;
  readonly keyboard: Keyboard;
  readonly said: () => string;
  /** Keys that nobody has taken. */
  readonly left: () => readonly string[];
}

/**
 * They press these keys, one after the other, and then nothing more comes until nobody waits. A key after `early ` is
 * pressed before they can have seen what is asked; what they do in the editor, `edits` does.
 */
export function seat(
  presses: readonly (string | (() => Promise<unknown>))[],
  options: { cwd?: string; edits?: (text: string) => string | number; columns?: number } = {},
): Seat {
  const left = [...presses];
  let said = "";
  const io: Io = {
    cwd: options.cwd ?? "/nowhere",
    env: { EDITOR: "ed" },
    out: () => undefined,
    err: (text) => {
      said += text;
    },
    isTerminal: true,
    isOutTerminal: true,
    columns: options.columns ?? 100,
    rows: 12,
    keyboard: null,
  };
  const keyboard: Keyboard = {
    forget: async () => {
      const before = left.length;
      while (typeof left[0] === "string" && left[0].startsWith("early ")) left.shift();
      return left.length < before;
    },
    next: async (signal) => {
      for (;;) {
        const next = left.shift();
        if (signal.aborted) return "end";
        if (typeof next === "string") return next.replace(/^early /, "");
        if (next === undefined)
          return new Promise((resolve) => {
            signal.addEventListener("abort", () => resolve("end"), { once: true });
          });
        await next();
      }
    },
    lend: async (_command, file) => {
      const after = options.edits?.(await readFile(file, "utf8")) ?? 0;
      if (typeof after === "number") return after;
      await writeFile(file, after);
      return 0;
    },
  };
  const keys = (): readonly string[] => left.filter((one) => typeof one === "string");
  return { io, keyboard, said: () => said, left: keys };
}

/** The keys of a word. */
export const typed = (word: string): readonly string[] => word.split("");
