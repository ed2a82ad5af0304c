import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTurn, median } from "./figures.ts";
import type { Bench } from "./figures.ts";

const rounds = 5;
/** 5,000 answers of 20 ms, 64 at once. */
const idealMs = (5000 * 20) / 64;
const most = 150 * 1024 * 1024;

interface Measured {
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
      say(`${measured.ms.toFixed(0)} ms, ${(measured.bytes / 2 ** 20).toFixed(0)} MiB`);
      return measured.ms;
    },
    async () => inProcess("bare").ms,
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
    return JSON.parse(execFileSync(process.execPath, [file, mode, dir], { encoding: "utf8" })) as Measured;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
