import { checkRegistry } from "../registry/check.ts";
import { plural } from "../view/words.ts";
import { ok, wordsOf, wrong } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** `harness.lock` and the files of versions, where there is one. Files of datasets may be large and are not read. */
export async function registryFindings(dir: string): Promise<readonly Finding[]> {
  try {
    const { problems, versions, promotions } = await checkRegistry(dir, { isDataRead: false });
    if (problems.length > 0) return problems.map((problem) => wrong("versions", problem, todo));
    if (versions === 0) return [];
    return [
      ok("versions", `${plural(versions, "version")}, ${plural(promotions, "promotion")} to production`),
    ];
  } catch (error) {
    return [wrong("versions", wordsOf(error), todo)];
  }
}

const todo = "then: harness promote --check";
