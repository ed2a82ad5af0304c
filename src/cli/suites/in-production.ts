import type { Digest } from "../../core/id.ts";
import { inProduction } from "../../core/registry/history.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { refTyped } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";

/** The closure of what a suite evaluates that is in production; null: nothing is, so a first version must reach floors. */
export function productionOf(
  { registry }: Pick<Opened, "registry">,
  { target }: Pick<SuiteSpec, "target">,
): Digest | null {
  const history = registry.history(refTyped("target", target, null));
  return history.versions.get(inProduction(history) ?? 0)?.made.digest ?? null;
}
