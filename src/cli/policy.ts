import type { Assessment } from "../core/assessment.ts";
import { canonical } from "../core/canonical.ts";
import type { Digest } from "../core/id.ts";
import { judge, levelRisk } from "../core/policy.ts";
import type { PolicySpec } from "../core/policy.ts";
import type { Blobs, Policy } from "../core/ports.ts";
import type { ProjectSpec } from "../core/goal.ts";
import { putJson } from "../loop/texts.ts";

export type Glob = (patterns: readonly string[]) => (path: string) => boolean;
export type Assess = (tool: string, args: unknown) => Assessment;

/** What a project says of approvals. `opens`: its sandbox can be opened to hosts; `outside`: see `PolicySpec`. */
export const policySpec = (
  { approvals }: ProjectSpec,
  opens: boolean,
  outside: PolicySpec["outside"],
): PolicySpec => ({
  askFrom: levelRisk(approvals?.ask_from),
  rules: approvals?.rules ?? [],
  opens,
  outside,
});

/** The policy of a run: what it is made of is a blob that its digest names. */
export async function openPolicy(
  blobs: Pick<Blobs, "put">,
  given: PolicySpec,
  glob: Glob,
  assess: Assess,
): Promise<Policy> {
  let spec = given;
  let digest = await digestOf(blobs, spec);
  // One rule after the other, whoever writes them: what decides and its name change together.
  let last: Promise<void> = Promise.resolve();
  return {
    get digest() {
      return digest;
    },
    askFrom: spec.askFrom,
    assess,
    judge: (tool, assessment, at) => judge(spec, glob, tool, assessment, at),
    remember: async (rule) => {
      last = last.then(async () => {
        // Who was interrupted while they wrote it down may do so again.
        if (spec.rules.some((one) => canonical(one) === canonical(rule))) return;
        const next = { ...spec, rules: [...spec.rules, rule] };
        digest = await digestOf(blobs, next);
        spec = next;
      });
      return last;
    },
  };
}

const digestOf = async (blobs: Pick<Blobs, "put">, spec: PolicySpec): Promise<Digest> =>
  putJson(blobs as Blobs, spec);
