import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Random } from "../../simulation/random.ts";
import { deathText } from "../failpoints.ts";
import type { Death } from "../failpoints.ts";
import { stateOf } from "../place.ts";
import { answersWanted, say } from "./person.ts";
import type { World } from "./world.ts";

const program = fileURLToPath(new URL("./program.ts", import.meta.url));

/**
 * How a process is to die: by itself at a failpoint; when the ledger holds its nth request, which then happens or is
 * dropped; when the nth event of a type was told (silent: nobody answers until then); or when the person has given the nth
 * answer.
 */
export type Aim =
  | Death
  | { readonly held: "arrived" | "done"; readonly nth: number; readonly act: "do" | "drop" }
  | { readonly told: string; readonly nth: number; readonly isSilent?: true }
  | { readonly answered: number };

type LifeEnd = "ended" | "killed";

/** What a person is asked by. */
const questions = /^(approval-requested|effect-doubted|escalation-raised) /;

/** One process from start to end, answered as it asks. @throws when it ends in any other way */
export async function live(world: World, aim: Aim | null, dice: Random): Promise<LifeEnd> {
  const child = start(world, aim !== null && "at" in aim ? { EFFECTS_AT: deathText(aim) } : {});
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  let told = "";
  child.stderr.on("data", (data: Buffer) => (told += data.toString()));
  const hold = holding(world, child, aim);
  const seen = { told: 0, answered: 0 };
  let stand = "";
  // What a dead process left to be asked is asked still.
  await answer(world, child, aim, seen, dice);
  for await (stand of createInterface({ input: child.stdout })) {
    if (aim !== null && "told" in aim && stand.startsWith(`${aim.told} `)) {
      seen.told += 1;
      if (seen.told === aim.nth) child.kill("SIGKILL");
    }
    if (questions.test(stand)) await answer(world, child, aim, seen, dice);
  }
  const [code, signal] = await closed;
  await hold();
  if (signal === "SIGKILL") return "killed";
  if (code === 0 && stand === "stand ended") return "ended";
  throw new Error(`${world.run}: the process ended with ${signal ?? code} after "${stand}": ${told}`);
}

/** Starts it as it is. */
export const start = (
  { place, run, errands, book }: World,
  env: NodeJS.ProcessEnv,
): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, [program, place.dir, run, String(book.port), JSON.stringify(errands)], {
    // Compiling the program anew would take most of its short lives.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "harness-crash-compile-cache"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });

type Child = ReturnType<typeof start>;

/** Kills the process while the ledger holds its request. @returns what resolves when the request is done with */
function holding({ book, run }: World, child: Child, aim: Aim | null): () => Promise<void> {
  if (aim === null || !("held" in aim)) return async () => undefined;
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const forget = book.onHeld(run, (key) => {
    child.kill("SIGKILL");
    resolve(key);
  });
  book.order({ hold: aim.held, run, nth: aim.nth });
  return async () => {
    book.order({ forget: run });
    // Who was killed was killed by that.
    if (child.signalCode !== "SIGKILL") resolve(null);
    const key = await promise;
    forget();
    if (key !== null) await book.release(key, aim.act);
  };
}

/** Answers all that waits, one after the other. */
async function answer(
  world: World,
  child: Child,
  aim: Aim | null,
  seen: { answered: number },
  dice: Random,
): Promise<void> {
  if (aim !== null && "told" in aim && aim.isSilent === true) return;
  if (!existsSync(stateOf(world.place.dir))) return;
  const { journal } = await world.place.terminal();
  if ((await journal.runs()).length === 0) return;
  for (const said of await answersWanted(world, dice)) {
    if (child.signalCode !== null || child.killed) return;
    await say(world, said);
    seen.answered += 1;
    if (aim !== null && "answered" in aim && seen.answered === aim.answered) child.kill("SIGKILL");
  }
}
