import type { Criterion } from "../core/criterion.ts";
import type { Digest, RunId } from "../core/id.ts";
import type { Ports } from "../core/ports.ts";
import { badSchema } from "../core/json-fit.ts";
import { slots } from "./slots.ts";
import { tryOne } from "./try-criteria.ts";
import type { Tried } from "./try-criteria.ts";

/** One of the goal's own checks, tried on the workspace as it is. */
export interface TriedCheck {
  readonly check: Criterion;
  /** null: it cannot be run, or is a rubric. */
  readonly tried: Tried | null;
  /** Why no worker could meet it, in one sentence; null: that it fails now is as it should be, that it passes no fault. */
  readonly fault: string | null;
}

/** Tries all checks of a goal once, before any model is paid. @throws SandboxDown */
export async function tryGoal(
  ports: Pick<Ports, "workspaces" | "sandbox">,
  run: RunId,
  tree: Digest,
  checks: readonly Criterion[],
  hosts: readonly string[],
): Promise<readonly TriedCheck[]> {
  const own = slots(ports, run, () => hosts, 0);
  try {
    const found: TriedCheck[] = [];
    for (const check of checks) {
      const unusable = unusableSchema(check);
      if (check.type === "rubric" || unusable !== null) found.push({ check, tried: null, fault: unusable });
      else {
        const tried = await tryOne(await own.use("goal", tree), check);
        found.push({ check, tried, fault: faultOf(check, tried) });
      }
    }
    return found;
  } finally {
    await own.dropAll();
  }
}

function unusableSchema(check: Criterion): string | null {
  if (check.type !== "file" || check.schema === undefined) return null;
  const problem = badSchema(check.schema);
  return problem === null ? null : `check "${check.id}": its JSON schema is not usable: ${problem}`;
}

function faultOf(check: Criterion, tried: Tried): string | null {
  const what = `check "${check.id}"`;
  if (tried.absent !== null) return `${what}: the program "${tried.absent}" is not in the sandbox`;
  if (tried.result === "invalid") return `${what} could not be run: ${tried.explanation}`;
  if (/syntax error/i.test(tried.explanation) && tried.exit === 2) return `${what}: ${tried.explanation}`;
  const isBroken = check.guard === true && tried.result === "fail";
  return isBroken ? `${what} is a guard but does not hold now: ${tried.explanation}` : null;
}
