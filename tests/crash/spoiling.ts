/**
 * Loaded before the command line (`--import`): at the moment `SPOIL_AT` names, its disk comes to harm, and it goes on
 * with that. Each failpoint it passes is noted in `SPOIL_LOG`. The moments are those at which `HARNESS_FAILPOINT` kills.
 */
import { appendFileSync } from "node:fs";
import { loadChanged } from "../faults/changed-source.ts";
import { doHarm, fill } from "./disk.ts";
import type { Harm } from "./disk.ts";
import { readDeath } from "./failpoints.ts";

declare global {
  var passed: (at: string) => void;
}

const { SPOIL_DISK: dir = "", SPOIL_HOW: how, SPOIL_AT: moment, SPOIL_LOG: log = "" } = process.env;
const { SPOIL_LEAVE: leave, SPOIL_AFTER_MS: later } = process.env;
const wanted = moment === undefined ? null : readDeath(moment);
let counted = 0;

globalThis.passed = (at) => {
  appendFileSync(log, `${at}\n`);
  if (wanted === null || (wanted.at !== "*" && wanted.at !== at)) return;
  counted += 1;
  if (counted !== wanted.nth) return;
  if (later === undefined) spoil();
  else setTimeout(spoil, Number(later)).unref();
};

function spoil(): void {
  if (leave === undefined) doHarm(dir, how as Harm);
  else fill(dir, Number(leave));
  appendFileSync(log, "spoiled\n");
}

// Asked for by a name that no failpoint has, so that nothing is killed.
process.env["HARNESS_FAILPOINT"] = "none";
loadChanged([
  {
    file: "src/cli/wire.ts",
    from: `if (at === named) process.kill(process.pid, "SIGKILL");`,
    to: `globalThis.passed(at);`,
  },
]);
