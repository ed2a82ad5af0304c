import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTurn, median } from "./figures.ts";
import type { Bench } from "./figures.ts";

const rounds = 5;
/** 5,000 answers of 20 ms, 64 at once. */
const idealMs = (5000 * 20) / 64;
const most = 150 * 1024 * 1024;
/** So that only the first round strips types, which takes memory that a built package does not need. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), "harness-compile-cache"), ...process.env };

/** As the command line starts an evaluation. */
const { flagsFor } = createRequire(import.meta.url)("../bin/node-for.cjs") as {
  readonly flagsFor: (args: readonly string[]) => readonly string[];
};
const flags = flagsFor(["eval"]);

interface Measured {
  /** Also what the processor did: of a busy machine more than `ms` tells it. */
  readonly cpuMs: number;
  readonly ms: number;
  readonly bytes: number;
}

/** 5,000 cases, each answer durable and scored, in processes of their own; in turn with the same asks and nothing else. */
export const evaluation: Bench = async (say) => {
  const bytes: number[] = [];
  const { first, second } = await inTurn(
    rounds,
    async () => {
      const measured = inProcess("whole");
      bytes.push(measured.bytes);
      say(
        `${measured.ms.toFixed(0)} ms (processor ${measured.cpuMs.toFixed(0)} ms), ${(measured.bytes / 2 ** 20).toFixed(0)} MiB`,
      );
      return measured.ms;
    },
    async () => {
      const measured = inProcess("bare");
      say(`bare: ${measured.ms.toFixed(0)} ms (processor ${measured.cpuMs.toFixed(0)} ms)`);
      return measured.ms;
    },
  );
  return [
    { name: "5,000 cases, beside the ideal", value: first, floor: idealMs, unit: "ms", aim: 1.3 },
    { name: "the same, beside bare asks", value: first, floor: second, unit: "ms", aim: null },
    { name: "the same: resident, beside 150 MiB", value: median(bytes), floor: most, unit: "bytes", aim: 1 },
  ];
};

function inProcess(mode: "whole" | "bare"): Measured {
  const dir = mkdtempSync(join(tmpdir(), "harness-evaluation-"));
  try {
    const file = join(import.meta.dirname, "evaluation-process.ts");
    return JSON.parse(
      execFileSync(process.execPath, [...flags, file, mode, dir], { encoding: "utf8", env }),
    ) as Measured;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
