import { stat } from "node:fs/promises";
import type { Stats } from "node:fs";

/** What lies at a path, through links; null where nothing does. What may not be looked at rejects: it may be there. */
export async function statThere(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}
