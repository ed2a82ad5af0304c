import type { Criterion } from "../core/criterion.ts";
import type { Digest } from "../core/id.ts";
import type { Ports } from "../core/ports.ts";
import { badSchema } from "./plan.ts";
import { tryOne } from "./try-criteria.ts";
import type { Tried } from "./try-criteria.ts";

/**
 * What is wrong with the goal's own checks, each as one sentence: no worker could mend it. They run once on the
 * workspace as it is, before any model is paid. That a check fails now is as it should be; that it passes is no fault.
 */
export async function goalFaults(
  ports: Pick<Ports, "workspaces" | "sandbox">,
  name: string,
  tree: Digest,
  checks: readonly Criterion[],
): Promise<readonly string[]> {
  const runnable = checks.filter((check) => check.type !== "rubric");
  if (runnable.length === 0) return [];
  const workspace = await ports.workspaces.checkout(name, tree);
  const slot = await ports.sandbox.open(name, workspace.dir);
  if ("broken" in slot) return [`the ${ports.sandbox.kind} sandbox does not start: ${slot.broken}`];
  try {
    const faults: string[] = [];
    for (const check of runnable) {
      const schema = check.type === "file" && check.schema !== undefined ? badSchema(check.schema) : null;
      if (schema !== null) faults.push(`check "${check.id}": its JSON schema is not usable: ${schema}`);
      else {
        await workspace.reset(tree);
        faults.push(...faultOf(check, await tryOne({ workspace, slot, tree }, check)));
      }
    }
    return faults;
  } finally {
    await slot.close();
    await workspace.remove();
  }
}

function faultOf(check: Criterion, tried: Tried): readonly string[] {
  const what = `check "${check.id}"`;
  if (tried.absent !== null) return [`${what}: the program "${tried.absent}" is not in the sandbox`];
  if (tried.result === "invalid") return [`${what} could not be run: ${tried.explanation}`];
  if (/syntax error/i.test(tried.explanation) && tried.exit === 2) return [`${what}: ${tried.explanation}`];
  const isBroken = check.guard === true && tried.result === "fail";
  return isBroken ? [`${what} is a guard but does not hold now: ${tried.explanation}`] : [];
}
