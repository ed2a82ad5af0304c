import { join } from "node:path";
import { versionText } from "../../core/registry/artifact.ts";
import { after, noHistory, short } from "../../core/registry/history.ts";
import type { History } from "../../core/registry/history.ts";
import type { StageRecord } from "../../core/registry/record.ts";
import { lockName } from "../../edges/registry/registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { againstFiles } from "./against-files.ts";
import type { SuiteReader } from "./against-files.ts";
import { againstHistory } from "./against-history.ts";
import { proofsIn, verifiedReceipts } from "./project-receipts.ts";
import type { VerifiedFile } from "./project-receipts.ts";
import { signatureFault, signatureOf } from "./signature-file.ts";

export interface PromotionsFound {
  readonly problems: readonly string[];
  /** Versions whose suite or rubrics are not here any more as they were when they were evaluated. */
  readonly changed: readonly string[];
}

/** Whether every promotion to production has the receipt it names, and that let it take the place of what was there. */
export async function promotionProblems(opened: Opened, read: SuiteReader | null): Promise<PromotionsFound> {
  const named = new Set<string>();
  for (const record of opened.registry.records)
    if (record.record === "stage" && record.receipt !== null) named.add(record.receipt);
  const files = await verifiedReceipts(opened.dir, ({ digest }) => named.has(digest));
  const [problems, changed]: [string[], string[]] = [[], []];
  for (const history of opened.registry.byName.values()) {
    let before = noHistory(history);
    for (const record of history.records) {
      if (record.record === "stage" && record.stage === "production" && record.receipt !== "unproven") {
        const found = await problemsOf({ opened, before, record, files, read });
        const name = versionText(record, record.version);
        problems.push(...found.faults.map((fault) => `${lockName}: ${name} is in production by ${fault}`));
        if (found.isChanged) changed.push(name);
      }
      before = after(before, record);
    }
  }
  return { problems, changed: [...new Set(changed)] };
}

interface Promoted {
  readonly opened: Opened;
  readonly before: History;
  readonly record: StageRecord;
  readonly files: readonly VerifiedFile[];
  readonly read: SuiteReader | null;
}

interface Found {
  readonly faults: readonly string[];
  readonly isChanged: boolean;
}

async function problemsOf(promoted: Promoted): Promise<Found> {
  const { before, record, files } = promoted;
  const file = files.find(({ digest }) => digest === record.receipt);
  const name = `receipt ${short(record.receipt ?? "")}`;
  const only = (fault: string): Found => ({ faults: [fault], isChanged: false });
  if (file === undefined)
    return only(`${name}, and no file of receipts/ is that; put it back from git: git log -- receipts`);
  if (!record.isRollback) return proofProblems(promoted, file);
  const had = before.records.some(
    (one) => one.record === "stage" && one.version === record.version && one.receipt === record.receipt,
  );
  return had
    ? { faults: [], isChanged: false }
    : only(`a rollback with ${file.path}, with which it was not in production before; take this line out`);
}

const mend = "take that line out of harness.lock, evaluate it and promote it again";

async function proofProblems(
  { opened, before, record, files, read }: Promoted,
  file: VerifiedFile,
): Promise<Found> {
  const { receipt, faults } = file.verified;
  const made = before.versions.get(record.version)?.made;
  const told = (all: readonly string[]): readonly string[] =>
    all.map((fault) => `${file.path}: ${fault}; ${mend}`);
  if (receipt === null || faults.length > 0 || made === undefined)
    return { faults: told(faults.slice(0, 3)), isChanged: false };
  const other = opened.registry.history.bind(opened.registry);
  const found = await againstFiles(opened, receipt, read);
  const signature = signatureFault(await signatureOf(join(opened.dir, file.path), file.text));
  return {
    faults: [
      ...told([
        ...againstHistory(receipt, { made, history: before, other, proofs: proofsIn(files) }),
        ...found.faults,
      ]),
      ...(signature === null ? [] : [`${file.path}: ${signature}`]),
    ],
    isChanged: found.unchecked.length > 0,
  };
}
