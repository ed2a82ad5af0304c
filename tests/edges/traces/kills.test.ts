import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { capture } from "./capture.ts";
import type { Capture, Reply } from "./capture.ts";
import { cursorsAt, place } from "./ground.ts";
import { eventsOfRun, langfuse, longRun } from "./items.ts";

const isLong = process.env["HARNESS_LONG"] === "1";
const wanted = isLong ? 200 : 6;
const seed = Number(process.env["HARNESS_SEED"] ?? 1);

/** Where a life ends: at a failpoint of its own, or by a signal while a request of its is under way. */
type Death =
  | { readonly at: "failpoint"; readonly number: number }
  | { readonly at: "before" | "stored"; readonly request: number };

test(
  `${wanted} lives are killed between a request and the cursor, and the server ends with each span once`,
  { timeout: isLong ? 1_800_000 : 120_000 },
  async () => {
    const random = randomFrom(seed);
    const tally = { failpoint: 0, before: 0, stored: 0 };
    let [deaths, runs, again] = [0, 0, 0];
    const dir = await place();
    while (deaths < wanted) {
      const server = await capture();
      const run = `k${String(runs).padStart(3, "0")}`;
      const path = join(dir, `${run}.db`);
      for (let isOver = false; !isOver;) {
        const death = deaths < wanted ? deathOf(random) : null;
        isOver = await life(server, path, run, death);
        if (isOver || death === null) continue;
        deaths += 1;
        tally[death.at] += 1;
      }
      runs += 1;
      again += check(server, path, run);
      await server.close();
    }
    expect(deaths).toBe(wanted);
    if (isLong)
      await report(
        `seed ${seed}: ${deaths} lives killed in ${runs} runs (${JSON.stringify(tally)}), ${again} items came again, none differed`,
      );
  },
);

function deathOf(random: () => number): Death {
  const number = 1 + Math.floor(random() * 6);
  const which = random();
  if (which < 0.5) return { at: "failpoint", number: number + 1 };
  return { at: which < 0.75 ? "before" : "stored", request: number };
}

/** @returns whether it came to its end */
async function life(server: Capture, path: string, run: string, death: Death | null): Promise<boolean> {
  const deadly = death?.at === "failpoint" ? death.number : 0;
  const file = fileURLToPath(new URL("exporter-child.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [file, server.url, path, run, String(deadly)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  let requests = 0;
  server.behave(async (): Promise<Reply> => {
    requests += 1;
    if (death === null || death.at === "failpoint" || requests !== death.request) return {};
    child.kill("SIGKILL");
    await exited;
    return { instead: "reset", stores: death.at === "stored" };
  });
  const [code, signal] = await exited;
  if (signal === null) expect(code).toBe(0);
  return signal === null;
}

/** @returns how many items came again */
function check(server: Capture, path: string, run: string): number {
  const items = longRun(run, eventsOfRun).flat();
  const ids = items.flatMap((item) => (item.type === "trace" ? [] : [item.id]));
  expect([...server.spans.keys(), ...server.scores.keys()].toSorted()).toEqual(ids.toSorted());
  expect(cursorsAt(path).sent(langfuse(server.url).key, run)).toBe(eventsOfRun);
  expect(cursorsAt(path).dead(langfuse(server.url).key)).toEqual([]);
  let came = 0;
  for (const { spans, score } of server.arrivals) {
    came += spans.length + (score === null ? 0 : 1);
    for (const span of spans) expect(span).toEqual(server.spans.get(span.spanId));
    if (score !== null) expect(score).toEqual(server.scores.get(score.id));
  }
  return came - ids.length;
}

async function report(line: string): Promise<void> {
  const file = process.env["HARNESS_REPORT"];
  if (file !== undefined) await writeFile(file, `${line}\n`, { flag: "a" });
  process.stderr.write(`${line}\n`);
}

/** A small generator (mulberry32): the same seed, the same deaths. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
