import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promote } from "../../../src/cli/commands/promote.ts";
import type { PromoteOptions } from "../../../src/cli/commands/promote.ts";
import type { Io } from "../../../src/cli/io.ts";
import type { Evaluations } from "../../../src/cli/receipts/find-receipt.ts";
import { rubricKind } from "../../../src/cli/registry/rubric-kind.ts";
import { readSuite } from "../../../src/cli/registry/suite-folder.ts";
import { suiteDigest } from "../../../src/core/registry/content.ts";
import { readRegistry } from "../../../src/edges/registry/registry.ts";
import { receiptOf } from "../../../src/evals/receipt/make-receipt.ts";
import { receiptText } from "../../../src/evals/receipt/receipt-text.ts";
import type { Measured, Receipt, Side } from "../../../src/evals/receipt/receipt.ts";
import { evaluated, itemsOf, sha256, sideOf } from "../../evals/receipt/ground.ts";
import type { Worth } from "../../evals/receipt/ground.ts";
import type { Files } from "../ground.ts";

const cases = 60;

/** The suite that evaluates the worker's prompt: it asks for `gate`, and holds all its cases out. */
export const suite: Files = {
  "tasks/core/suite.yaml": `suite: core
kind: prompt
target: prompt:worker
held_out: { share: 1 }
samples: { looks: [1, 2] }
metrics:
  quality: { rubric: helpful }
guards:
  quality: { metric: quality, margin: 0.1, floor: 0.5 }
  refusals: { metric: refusal, margin: 0.1 }
  cost: { metric: cost, ratio: 1.15 }
`,
  "tasks/core/cases.jsonl": Array.from(
    { length: cases },
    (_, index) => `{"id":"c${index + 1}","cluster":"k${index + 1}","vars":{"number":${index + 1}}}\n`,
  ).join(""),
};

export interface Measuring {
  readonly candidate: number;
  readonly baseline?: number;
  readonly best?: number;
  /** Average quality of each; 0.8 unless said. */
  readonly worth?: Readonly<Partial<Record<"candidate" | "baseline" | "best", number>>>;
  readonly seed?: number;
  readonly over?: Partial<Omit<Measured, "items">>;
}

/** The receipt of an evaluation of versions of a project's worker by its suite, as it is. */
export async function measuredIn(dir: string, said: Measuring): Promise<Receipt> {
  const { candidate, baseline, best, worth = {}, seed = 1, over = {} } = said;
  const side = async (version: number): Promise<Side> =>
    sideOf(version, { digest: await closureOf(dir, version) });
  const of = (arm: "candidate" | "baseline" | "best"): Worth => ({ quality: worth[arm] ?? 0.8 });
  const items = itemsOf(
    {
      candidate: of("candidate"),
      ...(baseline === undefined ? {} : { baseline: of("baseline") }),
      ...(best === undefined ? {} : { best: of("best") }),
    },
    { seed, n: cases },
  );
  const content = await readSuite(dir, "core");
  const rubric = await rubricKind.working({ dir, registry: await readRegistry(dir) }, "helpful");
  const judge = evaluated().judge;
  const measured = evaluated(items, {
    candidate: await side(candidate),
    baseline: baseline === undefined ? null : await side(baseline),
    best: best === undefined ? null : await side(best),
    suite: { name: "core", version: null, digest: suiteDigest(sha256, content) },
    split: { side: "held_out", share: 1, candidates: 3 },
    datasets: { "cases.jsonl": content.files["cases.jsonl"] ?? "" },
    judge: judge === null ? null : { ...judge, rubrics: { helpful: rubricKind.digestOf(rubric) } },
    ...over,
  });
  return receiptOf(measured, sha256);
}

/** Of the closure of a version of the worker, as `harness.lock` has it. */
async function closureOf(dir: string, version: number): Promise<string> {
  const { versions } = (await readRegistry(dir)).history({ kind: "prompt", name: "worker" });
  return versions.get(version)?.made.digest ?? sha256(`closure ${version}`);
}

/** @returns its path in the project */
export async function keep(
  dir: string,
  receipt: Receipt,
  file = `worker-${receipt.candidate.version}.json`,
): Promise<string> {
  await mkdir(join(dir, "receipts"), { recursive: true });
  await writeFile(join(dir, "receipts", file), receiptText(receipt));
  return `receipts/${file}`;
}

/** `harness promote` where these evaluations are stored. @returns what it said to people */
export async function promoteWith(
  dir: string,
  version: number,
  evaluations: Partial<Evaluations>,
  options: PromoteOptions = {},
): Promise<string> {
  let said = "";
  const io: Io = {
    cwd: dir,
    env: {},
    out: () => undefined,
    err: (text) => (said += text),
    isTerminal: false,
    isOutTerminal: false,
    keyboard: null,
    columns: 200,
    rows: 24,
  };
  await promote(
    io,
    `prompt:worker@${version}`,
    { to: "production", why: "it is better", ...options },
    { storedReceipts: async () => [], readSuite: null, evaluate: null, ...evaluations },
  );
  return said;
}
