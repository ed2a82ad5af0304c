import { join } from "node:path";
import type { Digest } from "../../core/id.ts";
import { nameText, versionText } from "../../core/registry/artifact.ts";
import type { History } from "../../core/registry/history.ts";
import type { VersionRecord } from "../../core/registry/record.ts";
import type { Signature } from "../../core/registry/stage.ts";
import { GateFault } from "../../evals/gate/decide.ts";
import { withAccepted } from "../../evals/receipt/accept-margins.ts";
import type { Receipt } from "../../evals/receipt/receipt.ts";
import { receiptText } from "../../evals/receipt/receipt-text.ts";
import { Refused } from "../exit.ts";
import type { Opened } from "../registry/open-registry.ts";
import { sha256 } from "../sha256.ts";
import { acceptText, acceptedMargins } from "./accepted-margins.ts";
import { howToEvaluate, receiptsFor } from "./find-receipt.ts";
import type { Candidate, Evaluations } from "./find-receipt.ts";
import { writeReceipt } from "./project-receipts.ts";
import { signatureFault, signatureOf } from "./signature-file.ts";

interface Asked {
  readonly history: History;
  readonly made: VersionRecord;
  /** Wider margins as they were typed. */
  readonly accept: readonly string[];
  readonly by: Signature;
}

/** What lets a version into production: a file of `receipts/`, by path and digest; else why nothing does. */
type Proof = { readonly path: string; readonly digest: Digest } | { readonly without: string };

/**
 * Finds the receipt of a version that holds here and now: in `receipts/`, else among stored evaluations, else the one of a
 * stored evaluation with the margins that a person signs for. One that lay nowhere is written to `receipts/`.
 * @throws Refused, RegistryRefused
 */
export async function proofFor(opened: Opened, asked: Asked, evaluations: Evaluations): Promise<Proof> {
  const { history, made } = asked;
  const found = await receiptsFor(opened, history, made, evaluations);
  const [first] = found;
  if (first?.receipt !== undefined && first.receipt !== null && first.faults.length === 0) {
    if (first.receipt.accepted === null) refuseUnneeded(asked, first.receipt);
    return placed(opened, first.receipt, made, first.path);
  }
  if (asked.accept.length > 0) return placed(opened, await acceptedReceipt(opened, asked, found), made, null);
  return { without: await whyNone(opened, made, found) };
}

/** Who signs for a margin believes that it counts. @throws Refused */
function refuseUnneeded({ accept, made }: Asked, { gate, baseline, evaluation }: Receipt): void {
  if (accept.length === 0) return;
  acceptedMargins(gate, accept, baseline === null);
  throw new Refused(
    `${typedText(accept)}: evaluation ${evaluation} lets ${versionText(made, made.version)} into production as it is; leave it out`,
  );
}

const typedText = (accept: readonly string[]): string => accept.map((one) => `--accept ${one}`).join(" ");

async function placed(
  opened: Opened,
  receipt: Receipt,
  made: VersionRecord,
  lies: string | null,
): Promise<Proof> {
  const path = lies ?? (await writeReceipt(opened.dir, receipt, made.version));
  const text = receiptText(receipt);
  const fault = signatureFault(await signatureOf(join(opened.dir, path), text));
  if (fault !== null) throw new Refused(`${path}: ${fault}; then promote again`);
  return { path, digest: sha256(text) };
}

/** Whether nothing but its verdict keeps it from letting the version in. */
const isOpen = ({ receipt, faults }: Candidate): boolean =>
  receipt?.verdict === "INCONCLUSIVE" && faults.length === 1;

async function acceptedReceipt(
  { dir }: Opened,
  { made, accept, by }: Asked,
  found: readonly Candidate[],
): Promise<Receipt> {
  const open = found.find(isOpen)?.receipt ?? null;
  const typed = typedText(accept);
  if (open === null)
    throw new Refused(
      `${typed}: ${await whyNone({ dir }, made, found)}; a wider margin is for an evaluation that is INCONCLUSIVE`,
    );
  const margins = acceptedMargins(open.gate, accept, open.baseline === null);
  const accepted = { margins, by: by.who, why: by.why, at: Date.parse(by.at) };
  const receipt = orRefused(typed, () => withAccepted(open, accepted, sha256));
  if (typeof receipt === "string") throw new Refused(`${typed}: evaluation ${open.evaluation}: ${receipt}`);
  return receipt;
}

function orRefused<T>(typed: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof GateFault) throw new Refused(`${typed}: ${error.message}`);
    throw error;
  }
}

/** What is there and does not count, and what would. */
async function whyNone(
  { dir }: Pick<Opened, "dir">,
  made: VersionRecord,
  found: readonly Candidate[],
): Promise<string> {
  const name = versionText(made, made.version);
  const receipts = found.flatMap(({ receipt }) => receipt ?? []);
  const how = await howToEvaluate(dir, made, receipts);
  const [near] = found.toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)));
  if (near === undefined) return `no receipt in receipts/ is for ${name}; to evaluate it: ${how}`;
  const what = near.path ?? `the stored evaluation ${near.receipt?.evaluation ?? ""}`;
  const more = near.faults.length > 1 ? ` (and ${near.faults.length - 1} more)` : "";
  const said = `no receipt lets ${name} into production: ${what}: ${near.faults[0] ?? ""}${more}`;
  const signing = isOpen(near) ? signingWords(near, made) : null;
  return `${said}; ${signing === null ? "" : `to sign for a wider margin: ${signing}; `}to evaluate it: ${how}`;
}

/** null: no wider margin would do. */
function signingWords({ receipt, verified }: Candidate, made: VersionRecord): string | null {
  const ways = verified.decision?.waysOut?.accept ?? null;
  if (receipt === null || ways === null) return null;
  const accept = Object.entries(ways).map(([name, value]) => {
    const guard = receipt.gate.guards[name];
    return guard === undefined
      ? ""
      : `--accept ${name}=${acceptText(guard, value, receipt.baseline === null)} `;
  });
  return `harness promote ${nameText(made)}@${made.version} --to production ${accept.join("")}--why "…"`;
}
