import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { deathText } from "./failpoints.ts";
import type { Death } from "./failpoints.ts";
import type { GoalName } from "./goals.ts";
import { answerAll } from "./person.ts";
import type { Place } from "./place.ts";

const program = fileURLToPath(new URL("./program.ts", import.meta.url));

export interface LifeOptions {
  readonly goal: GoalName;
  /** Where it dies; null: nowhere. */
  readonly death: Death | null;
  /** Attempts side by side, where not as the goal has it. */
  readonly concurrency?: number;
  /** Each stand ends the process, so that another one takes over. */
  readonly endsAtStands?: boolean;
}

/** How a process ended: with its run, where its run stands, or killed. */
export type LifeEnd = "ended" | "stood" | "killed";

/** One process from start to end. What its run stands at is answered. @throws when it ends in any other way. */
export async function live(place: Place, options: LifeOptions): Promise<LifeEnd> {
  const child = start(place, options);
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  let told = "";
  child.stderr.on("data", (data: Buffer) => (told += data.toString()));
  try {
    let stand = "nothing";
    for await (stand of createInterface({ input: child.stdout })) {
      if (stand !== "waiting") continue;
      await answerAll(place);
      if (options.endsAtStands === true) child.stdin.end();
      else child.stdin.write("go on\n");
    }
    const [code, signal] = await closed;
    if (signal === "SIGKILL") return "killed";
    if (code === 0 && stand === "ended") return "ended";
    if (code === 0 && stand === "waiting") return "stood";
    throw new Error(`the process ended with ${signal ?? code} after "${stand}": ${told}`);
  } finally {
    child.kill("SIGKILL");
  }
}

function start(place: Place, { goal, death, concurrency }: LifeOptions): ReturnType<typeof spawnPiped> {
  return spawnPiped([program, place.dir, goal], {
    ...process.env,
    // Compiling the program anew would take most of its short lives.
    NODE_COMPILE_CACHE: join(tmpdir(), "harness-crash-compile-cache"),
    ...(death === null ? {} : { CRASH_AT: deathText(death) }),
    ...(concurrency === undefined ? {} : { CRASH_CONCURRENCY: String(concurrency) }),
  });
}

const spawnPiped = (args: string[], env: NodeJS.ProcessEnv) =>
  spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "pipe"] });
