import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { statThere } from "../there.ts";
import { signerOf } from "./ssh-keygen.ts";
import type { Signature } from "./ssh-keygen.ts";

/** Lines of `man ssh-keygen`, ALLOWED SIGNERS, beside the receipts: who may sign them. */
export const signersName = "allowed_signers";

export const signaturePath = (receipt: string): string => `${receipt}.sig`;

/** Who signed a receipt, by the files beside it; null: nobody, and nobody has to. @param path of its file, absolute */
export async function signatureOf(path: string, text: string): Promise<Signature | null> {
  const [sig, signers] = [signaturePath(path), join(dirname(path), signersName)];
  const [isSigned, areNamed] = [(await statThere(sig)) !== null, await hasLines(signers)];
  if (isSigned && areNamed) return signerOf(text, sig, signers);
  if (isSigned) return { unchecked: `${signers} does not say who may sign`, isAsked: false };
  return areNamed
    ? { fault: `it is not signed, and ${signers} says who must; to sign: harness receipt sign ${path}` }
    : null;
}

async function hasLines(path: string): Promise<boolean> {
  if ((await statThere(path)) === null) return false;
  return /^\s*[^\s#]/m.test(await readFile(path, "utf8"));
}

/** Why a receipt counts for nothing where this is what its signature comes to; null: it counts. */
export function signatureFault(found: Signature | null): string | null {
  if (found === null || "by" in found) return null;
  if ("fault" in found) return found.fault;
  return found.isAsked ? `its signature cannot be checked: ${found.unchecked}` : null;
}
