import { bestEver } from "../../evals/receipt/best-ever.ts";
import { proofsOf } from "../receipts/project-receipts.ts";
import type { Opened } from "../registry/open-registry.ts";
import { versionOf } from "./arms.ts";
import type { ArmVersion } from "./arms.ts";

/** The best version of a name ever in production, where that is not the one there now; null: there is none. */
export async function bestVersion(
  opened: Opened,
  suite: string,
  of: Pick<ArmVersion, "ref" | "digest">,
): Promise<ArmVersion | null> {
  const history = opened.registry.history(of.ref);
  const best = bestEver(history, await proofsOf(opened.dir, history), suite);
  if (best === null || best.digest === of.digest) return null;
  return versionOf(opened, { ...of.ref, which: { type: "version", version: best.version } });
}
