import type { Policy } from "../../core/ports.ts";
import type { Judgement } from "../../core/tool.ts";

/** Under this name a refusal is counted that a person might not have given. */
export const nobody = "nobody-asked";

/**
 * The policy of a project where nobody is there to be asked, and where the same work is done many times: what a person would
 * be asked about is refused, and so is what acts outside the sandbox, whatever a rule says of it.
 * @param free tools whose calls are allowed in any case
 */
export const nobodyAsked = (policy: Policy, free: readonly string[] = []): Policy => ({
  get digest() {
    return policy.digest;
  },
  askFrom: policy.askFrom,
  assess: (tool, args) => policy.assess(tool, args),
  judge: (tool, assessment, at) => {
    const judgement = policy.judge(tool, assessment, at);
    return free.includes(tool) ? { ...judgement, decision: "allow" } : refusing(judgement);
  },
  remember: async (rule) => policy.remember(rule),
});

function refusing(judgement: Judgement): Judgement {
  if (judgement.decision === "refuse") return judgement;
  const why =
    judgement.reach === "outside"
      ? "an evaluation does nothing outside its sandbox"
      : judgement.decision === "ask"
        ? "nobody is there to be asked in an evaluation"
        : null;
  if (why === null) return judgement;
  const because = `${judgement.because}; ${why}`;
  return { ...judgement, decision: "refuse", rule: nobody, because, hosts: [] };
}
