import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

/** What takes minutes, so that no worker is left alone with it at the end. */
const longest = [
  /\/tests\/(?:crash|docker)\//,
  /\/tests\/edges\/docker\//,
  /\/tests\/(?:cli|simulation|loop)\/[^/]*$/,
];

/** Vitest begins with the largest files where it has not seen them run, which says little here. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is no array's
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = longest.findIndex((one) => one.test(moduleId));
  return rank === -1 ? longest.length : rank;
}
