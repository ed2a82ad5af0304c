import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LoopArm } from "../../../src/cli/evaluation/arm-use.ts";
import type { Ask } from "../../../src/evals/answer.ts";
import type { SuiteSpec } from "../../../src/evals/suite/spec.ts";

/** One ask of a suite, as a process of its own is told of it. */
export interface Asking {
  readonly dir: string;
  readonly spec: SuiteSpec;
  readonly folder: string;
  readonly ask: Ask;
  readonly arm: LoopArm;
}

/** A process that answers it and dies at a failpoint, as kill -9 ends it. */
export async function diesAnswering(asking: Asking, failpoint: string): Promise<void> {
  const file = join(asking.dir, ".asking.json");
  await writeFile(file, JSON.stringify(asking));
  const child = spawn(process.execPath, [fileURLToPath(new URL("answer-child.ts", import.meta.url)), file], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, HARNESS_FAILPOINT: failpoint },
  });
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (told += text));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal !== "SIGKILL") throw new Error(`it ended with ${code} before ${failpoint}:\n${told}`);
}
