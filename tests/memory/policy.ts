import type { Assessment, Part } from "../../src/core/assessment.ts";
import { canonical } from "../../src/core/canonical.ts";
import type { Digest } from "../../src/core/id.ts";
import { judge } from "../../src/core/policy.ts";
import type { PolicySpec } from "../../src/core/policy.ts";
import type { Policy } from "../../src/core/ports.ts";
import { workerTools } from "../../src/loop/tools.ts";
import type { Risk } from "../../src/core/tool.ts";

/** What makes a part of a call, for tests that care about some of it. */
export const partOf = (part: Partial<Part> & Pick<Part, "risk">): Part => ({
  text: "",
  words: [],
  because: "it is so",
  hosts: [],
  touches: [],
  removes: null,
  isOpaque: false,
  unreachable: null,
  ...part,
});

/** The risk of a call by the name of its tool alone: the sandboxed ones read or write, all others act outside. */
function byName(tool: string): Assessment {
  if (!workerTools.includes(tool))
    return { parts: [partOf({ risk: "external", because: "it acts outside" })] };
  const risk: Risk = tool === "read_file" || tool === "search" ? "read" : "write";
  return { parts: [partOf({ risk })] };
}

export interface NamedPolicy extends Partial<PolicySpec> {
  /** What a call would do; by its name if left out. */
  readonly assess?: (tool: string, args: unknown) => Assessment;
  readonly outsideTools?: readonly string[];
  /** Names the policy anew, with each rule that is remembered. */
  readonly store?: (spec: PolicySpec) => Promise<Digest>;
}

/** The real decision over a risk that needs no parser. `digest` names it. */
export function namedPolicy(digest: Digest, options: NamedPolicy = {}): Policy {
  const { assess = byName, outsideTools = [], store = async () => digest, ...given } = options;
  let spec: PolicySpec = {
    askFrom: "network",
    rules: [],
    opens: true,
    outside: Object.fromEntries(outsideTools.map((name) => [name, digest])),
    ...given,
  };
  let current = digest;
  let last: Promise<void> = Promise.resolve();
  return {
    get digest() {
      return current;
    },
    askFrom: spec.askFrom,
    assess,
    judge: (tool, assessment, at) => judge(spec, () => () => false, tool, assessment, at),
    remember: async (rule) => {
      last = last.then(async () => {
        if (spec.rules.some((one) => canonical(one) === canonical(rule))) return;
        const next = { ...spec, rules: [...spec.rules, rule] };
        current = await store(next);
        spec = next;
      });
      return last;
    },
  };
}
