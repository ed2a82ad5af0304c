import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Document } from "yaml";
import { canonical } from "../../core/canonical.ts";
import { projectSpec } from "../../core/goal.ts";
import type { ProjectSpec } from "../../core/goal.ts";
import type { RuleSpec } from "../../core/rule.ts";
import { BadInput } from "./bad-input.ts";
import { insertRule } from "./insert-rule.ts";
import { parseSpec } from "./parse-spec.ts";
import type { Parsed } from "./parse-spec.ts";
import { readText } from "./read-text.ts";

/**
 * Writes a rule at the end of `approvals.rules` of the project's `harness.yaml`, whole or not at all, and makes the file
 * where there is none. All else stays as it is, byte for byte. @returns where it stands: `harness.yaml:12`
 * @throws BadInput where the file is broken, or cannot be added to
 */
export async function addRule(projectDir: string, rule: RuleSpec): Promise<string> {
  const named = join(projectDir, "harness.yaml");
  const path = await realpath(named).catch((error: NodeJS.ErrnoException) => unlessMissing(named, error));
  const before =
    path === null ? "" : new TextDecoder("utf-8", { ignoreBOM: true }).decode((await readText(path)).bytes);
  const rules = rulesOf(parsed(named, before));
  const after = insertRule(before, ruleLine(rule));
  const read = after === null ? null : whatWasRead(named, after);
  const isAdded = read !== null && canonical(rulesOf(read)) === canonical([...rules, rule]);
  if (after === null || !isAdded)
    throw new BadInput(named, null, `the rule fits nowhere; write it there yourself: ${ruleLine(rule)}`);
  await replace(path ?? named, path !== null, after);
  return `harness.yaml:${read.lineOf(["approvals", "rules", rules.length])}`;
}

/** The rule as the one line it is written as. */
export function ruleLine(rule: RuleSpec): string {
  const doc = new Document();
  doc.contents = doc.createNode(rule, { flow: true }) as never;
  return doc
    .toString({ lineWidth: 0 })
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
}

/** null: there is no such file. */
function unlessMissing(path: string, error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw new BadInput(path, null, `it cannot be read: ${error.message}`);
}

/** @throws BadInput */
const parsed = (path: string, text: string): Parsed<ProjectSpec> =>
  parseSpec(
    { path, line: 1, text: text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n") },
    { called: "harness.yaml", schema: projectSpec, elsewhere: {} },
  );

function whatWasRead(path: string, text: string): Parsed<ProjectSpec> | null {
  try {
    return parsed(path, text);
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
}

const rulesOf = ({ spec }: Parsed<ProjectSpec>): readonly unknown[] => spec.approvals?.rules ?? [];

/** As a whole: whoever reads meanwhile sees the old file or the new one. Mode and owner stay. */
async function replace(path: string, isThere: boolean, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    const handle = await open(temporary, "wx", 0o644);
    try {
      if (isThere) await takeOver(path, handle);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["EACCES", "EPERM", "EROFS"].includes(code)) throw error;
    throw new BadInput(path, null, "it may not be written; give yourself the right to write there");
  }
}

async function takeOver(path: string, to: Awaited<ReturnType<typeof open>>): Promise<void> {
  const from = await open(path, "r");
  try {
    const { mode, uid, gid } = await from.stat();
    const now = await to.stat();
    if (now.uid !== uid || now.gid !== gid) await to.chown(uid, gid);
    await to.chmod(mode & 0o7777);
  } finally {
    await from.close();
  }
}
