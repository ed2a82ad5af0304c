import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../../core/id.ts";
import { inLf } from "../../core/registry/closure.ts";
import { receiptHead } from "../../core/registry/receipt.ts";
import type { ReceiptHead } from "../../core/registry/receipt.ts";
import { readFileThere } from "./read-file.ts";
import { sha256 } from "./registry.ts";
import { addFile } from "./replace-file.ts";

/** A file of `receipts/` that says it is a receipt; whether it is true is for who verifies it. */
export interface ReceiptFile {
  /** Relative to the project. */
  readonly path: string;
  /** With line ends `\n`. */
  readonly text: string;
  /** Of this text, by which a promotion names it. */
  readonly digest: Digest;
  readonly head: ReceiptHead;
}

const receiptsDir = "receipts";

/** The receipts of a project. Files that are none are not looked at further. @throws RegistryRefused */
export async function readReceipts(projectDir: string): Promise<readonly ReceiptFile[]> {
  const found: ReceiptFile[] = [];
  for (const file of (await filesIn(join(projectDir, receiptsDir))).toSorted()) {
    if (!file.endsWith(".json")) continue;
    const path = `${receiptsDir}/${file}`;
    const text = inLf((await readFileThere(join(projectDir, path))) ?? "");
    const head = receiptHead.safeParse(parsed(text));
    if (head.success) found.push({ path, text, digest: sha256(text), head: head.data });
  }
  return found;
}

/** Some files of one name, of which none is ever written over. */
const mostOfOneName = 1000;

/**
 * Writes a receipt as `receipts/NAME.json`, durably; where another is called so, `NAME-2.json`, … Where it lies there already
 * nothing is written. @returns its path, relative to the project @throws RegistryRefused
 */
export async function addReceipt(projectDir: string, name: string, text: string): Promise<string> {
  for (let count = 1; count <= mostOfOneName; count += 1) {
    const path = `${receiptsDir}/${name}${count === 1 ? "" : `-${count}`}.json`;
    if (await addFile(join(projectDir, path), text)) return path;
    const there = await readFileThere(join(projectDir, path));
    if (there !== null && inLf(there) === text) return path;
  }
  throw new Error(`${receiptsDir}/${name}.json is there ${mostOfOneName} times`);
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
