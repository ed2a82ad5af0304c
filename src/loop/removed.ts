import type { Assessment, Part } from "../core/assessment.ts";
import { lookup } from "../core/tree-diff.ts";
import type { Work } from "./work.ts";

/** What removes only what the run itself has made is a write like any other: a snapshot has the rest. */
export async function relaxed(work: Work, { parts }: Assessment): Promise<Assessment> {
  return { parts: await Promise.all(parts.map(async (part) => relaxedPart(work, part))) };
}

async function relaxedPart(work: Work, part: Part): Promise<Part> {
  if (part.removes === null || part.risk !== "destructive") return part;
  for (const path of part.removes) if (await isInBase(work, path)) return part;
  return { ...part, risk: "write" };
}

const isInBase = async ({ trees, run }: Work, path: string): Promise<boolean> =>
  (await lookup(trees, run.base, path.replaceAll(/^(\.\/+)+|\/+$/g, ""))) !== null;
