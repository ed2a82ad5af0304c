import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProjectSpec } from "../../core/goal.ts";
import type { RunFacts } from "../../core/manifest/facts.ts";
import type { Ports } from "../../core/ports.ts";
import { runGit } from "../../edges/files/git.ts";
import { putJson } from "../../loop/texts.ts";

/** What is true of this machine and this harness now; durable when it resolves. */
export const factsNow = async ({ blobs, outside }: Ports, { secrets }: ProjectSpec): Promise<RunFacts> => ({
  commit: await ownCommit(),
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  secrets: Object.keys(secrets ?? {}).toSorted(),
  tools: await putJson(
    blobs,
    outside.map(({ spec }) => spec),
  ),
});

/** The directory of package.json, above both src/cli/manifest and dist/cli/manifest. */
const ownRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** Only where the harness is a checkout itself: an installed one lies in the repository of whoever installed it. */
async function ownCommit(): Promise<string | null> {
  if (!existsSync(join(ownRoot, ".git"))) return null;
  const place = { cwd: ownRoot, options: [], env: { GIT_OPTIONAL_LOCKS: "0" }, settings: [] };
  const end = await runGit(place, ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]);
  return end?.code === 0 ? end.out.toString("utf8").trim() : null;
}
