import { join } from "node:path";
import { z } from "zod";
import { nameText } from "../../core/registry/artifact.ts";
import type { ArtifactName } from "../../core/registry/artifact.ts";
import type { History } from "../../core/registry/history.ts";
import type { VersionRecord } from "../../core/registry/record.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { readText } from "../../edges/project/read-text.ts";
import { parseYaml } from "../../edges/project/yaml.ts";
import type { Receipt } from "../../evals/receipt/receipt.ts";
import { receiptText } from "../../evals/receipt/receipt-text.ts";
import { verifyReceipt } from "../../evals/receipt/verify-receipt.ts";
import type { Verified } from "../../evals/receipt/verify-receipt.ts";
import type { Opened } from "../registry/open-registry.ts";
import { suiteNames } from "../registry/suite-folder.ts";
import { sha256 } from "../sha256.ts";
import { againstFiles } from "./against-files.ts";
import type { SuiteReader } from "./against-files.ts";
import { againstHistory, evalCommand } from "./against-history.ts";
import type { Place } from "./against-history.ts";
import { proofsOf, verifiedReceipts } from "./project-receipts.ts";
import { signatureFault, signatureOf } from "./signature-file.ts";

/** What evaluations of a project know besides what lies in `receipts/`. */
export interface Evaluations {
  /** Of evaluations whose answers are stored on this machine, whatever their verdict. */
  readonly storedReceipts: () => Promise<readonly Receipt[]>;
  /** null: suites are not read, only their digests. */
  readonly readSuite: SuiteReader | null;
  /** Evaluates a version by the suite that is for it. false: there is none, or more than one. null: nobody can. */
  readonly evaluate: ((made: VersionRecord) => Promise<boolean>) | null;
}

/** A receipt about a version, and why it does not let it into production; none: it does. */
export interface Candidate {
  /** Relative to the project; null: it is none of its files yet. */
  readonly path: string | null;
  readonly text: string;
  readonly receipt: Receipt | null;
  readonly verified: Verified;
  /** First what its text says, then what the project says. */
  readonly faults: readonly string[];
}

/** Every receipt about a version, those that let it into production first, then the newest. @throws RegistryRefused */
export async function receiptsFor(
  opened: Opened,
  history: History,
  made: VersionRecord,
  evaluations: Evaluations,
): Promise<readonly Candidate[]> {
  const proofs = await proofsOf(opened.dir, history);
  const place = { made, history, other: (of: ArtifactName) => opened.registry.history(of), proofs };
  const found: Candidate[] = [];
  for (const { path, text, verified } of await verifiedReceipts(
    opened.dir,
    ({ head }) => head.digest === made.digest,
  ))
    found.push(await candidateOf(opened, place, evaluations, { path, text, verified }));
  for (const stored of await evaluations.storedReceipts()) {
    const text = receiptText(stored);
    if (stored.digest !== made.digest || found.some((one) => one.text === text)) continue;
    const verified = verifyReceipt(text, sha256);
    found.push(await candidateOf(opened, place, evaluations, { path: null, text, verified }));
  }
  const at = ({ receipt }: Candidate): number => receipt?.accepted?.at ?? receipt?.at ?? 0;
  return found.toSorted((a, b) => Number(a.faults.length > 0) - Number(b.faults.length > 0) || at(b) - at(a));
}

async function candidateOf(
  opened: Opened,
  place: Place,
  { readSuite }: Pick<Evaluations, "readSuite">,
  { path, text, verified }: Pick<Candidate, "path" | "text" | "verified">,
): Promise<Candidate> {
  const { receipt } = verified;
  if (receipt === null || verified.faults.length > 0)
    return { path, text, receipt: null, verified, faults: verified.faults };
  const files = await againstFiles(opened, receipt, readSuite);
  const signature = path === null ? null : signatureFault(await signatureOf(join(opened.dir, path), text));
  const faults = [
    ...againstHistory(receipt, place),
    ...files.faults,
    ...files.unchecked,
    ...(signature === null ? [] : [signature]),
  ];
  return { path, text, receipt, verified, faults };
}

/**
 * Which command makes a receipt of a version: by the suites that name it as their target, else by one that it was evaluated
 * by before. @param receipts of it
 */
export async function howToEvaluate(
  dir: string,
  made: VersionRecord,
  receipts: readonly Receipt[],
): Promise<string> {
  const names = await suiteNames(dir);
  for (const name of names)
    if ((await targetOf(dir, name)) === nameText(made)) return evalCommand(name, made, made.version);
  const before = receipts.find(({ suite }) => names.includes(suite.name));
  if (before !== undefined) return evalCommand(before.suite.name, made, made.version);
  return `write a suite for it (harness suite new NAME), then harness eval NAME --candidate ${nameText(made)}@${made.version}`;
}

const targeted = z.looseObject({ target: z.string() });

/** null: it says none, or cannot be read, which `harness suite check` tells. */
async function targetOf(dir: string, name: string): Promise<string | null> {
  try {
    const { path, text } = await readText(join(dir, "tasks", name, "suite.yaml"));
    const read = targeted.safeParse(parseYaml({ path, line: 1, text }).value);
    return read.success ? read.data.target : null;
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
}
