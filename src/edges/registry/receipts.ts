import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../../core/id.ts";
import { inLf } from "../../core/registry/closure.ts";
import { allows, receiptHead } from "../../core/registry/receipt.ts";
import type { ReceiptHead } from "../../core/registry/receipt.ts";
import { readFileThere } from "./read-file.ts";
import { sha256 } from "./registry.ts";

/** A file of `receipts/`. */
interface Receipt {
  /** Relative to the project. */
  readonly path: string;
  /** Of its text with line ends `\n`, by which a promotion names it. */
  readonly digest: Digest;
  readonly head: ReceiptHead;
}

/** The receipts of a project that let a version into production. Files that are none are not looked at further. */
export async function readReceipts(projectDir: string): Promise<readonly Receipt[]> {
  const found: Receipt[] = [];
  for (const file of (await filesIn(join(projectDir, "receipts"))).toSorted()) {
    if (!file.endsWith(".json")) continue;
    const path = `receipts/${file}`;
    const text = inLf((await readFileThere(join(projectDir, path))) ?? "");
    const head = receiptHead.safeParse(parsed(text));
    if (head.success && allows(head.data)) found.push({ path, digest: sha256(text), head: head.data });
  }
  return found;
}

async function filesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
