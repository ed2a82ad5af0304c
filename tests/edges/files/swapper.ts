import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** What stands at a swapped path in turn. `out`: a symlink to the place outside; `sub`: one to a directory beside it. */
type Standing = "file" | "dir" | "empty" | "out" | "sub" | "fifo" | "nothing";

export interface Swap {
  /** What is swapped. */
  readonly at: string;
  /** Where `out` leads. */
  readonly out: string;
  readonly turns: readonly Standing[];
}

/**
 * A process that puts one thing after the other at each path, as fast as it can, by renames alone. `props`: a new
 * directory on the same file system, where what does not stand at the path waits. What others removed, it makes anew.
 * @returns stops it.
 */
export async function swapping(props: string, swaps: readonly Swap[]): Promise<() => Promise<void>> {
  mkdirSync(props);
  execFileSync("mkfifo", [join(props, "fifo")]);
  const args = ["-e", program, props, JSON.stringify(swaps)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(stop);
  await once(child.stdout, "data");
  return stop;
}

const program = `
const fs = require("node:fs");
const [props, swaps] = [process.argv[1], JSON.parse(process.argv[2])];
const done = (act) => { try { act(); return true; } catch (error) { if (!error.code) throw error; return false; } };
const make = {
  file: (at) => fs.writeFileSync(at, "inside"),
  dir: (at) => {
    fs.mkdirSync(at + "/sub", { recursive: true });
    fs.mkdirSync(at + "/locked");
    for (const name of ["/file", "/f", "/sub/file", "/shut"]) fs.writeFileSync(at + name, "inside");
  },
  empty: (at) => fs.mkdirSync(at),
  out: (at, { out }) => fs.symlinkSync(out, at),
  sub: (at) => fs.symlinkSync("d/sub", at),
  fifo: (at) => fs.linkSync(props + "/fifo", at),
  nothing: () => {},
};
let junk = 0;
const away = (at) => {
  if (done(() => fs.renameSync(at, props + "/junk-" + (junk += 1))))
    fs.rmSync(props + "/junk-" + junk, { recursive: true, force: true });
};
const place = (swap, n, turn) => props + "/" + n + "-" + swap.turns[turn];
console.log("begun");
for (let round = 0; ; round += 1) {
  for (const [n, swap] of swaps.entries()) {
    const turn = round % swap.turns.length;
    const last = (turn + swap.turns.length - 1) % swap.turns.length;
    if (!done(() => fs.renameSync(swap.at, place(swap, n, last)))) {
      away(place(swap, n, last));
      if (fs.lstatSync(swap.at, { throwIfNoEntry: false })) away(swap.at);
    }
    if (swap.turns[turn] === "nothing") continue;
    if (swap.turns[turn] === "empty") away(place(swap, n, turn));
    if (!done(() => fs.renameSync(place(swap, n, turn), swap.at))) {
      away(place(swap, n, turn));
      done(() => make[swap.turns[turn]](place(swap, n, turn), swap));
      done(() => fs.renameSync(place(swap, n, turn), swap.at));
    }
  }
  // So that now and then something stands for a while.
  for (let n = 0; n < (round * 7) % 40; n += 1) fs.lstatSync(props);
}`;
