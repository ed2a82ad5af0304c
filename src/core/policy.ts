import type { Digest } from "./id.ts";
import type { Policy } from "./ports.ts";
import { risks } from "./tool.ts";
import type { Judgement, Risk } from "./tool.ts";

/** The risk of the worker's own tools: all act in a sandbox without a network, which the snapshot can undo. */
const sandboxed: Readonly<Record<string, Risk>> = {
  read_file: "read",
  search: "read",
  write_file: "write",
  edit_file: "write",
  bash: "write",
};

/**
 * The policy by level: a person is asked from `askFrom` on. A tool that is not one of the sandboxed ones acts outside.
 * `digest` names what was configured.
 */
export const levelPolicy = (askFrom: Risk, digest: Digest): Policy => ({
  digest,
  judge: (tool) => judgeByLevel(tool, askFrom),
});

function judgeByLevel(tool: string, askFrom: Risk): Judgement {
  const risk = sandboxed[tool] ?? "external";
  const asks = risks.indexOf(risk) >= risks.indexOf(askFrom);
  return {
    risk,
    reach: sandboxed[tool] === undefined ? "outside" : "sandbox",
    decision: asks ? "ask" : "allow",
    rule: null,
    because: asks ? `${risk}: asked from ${askFrom} on` : `${risk}: below ${askFrom}`,
  };
}

/** The level from which a person is asked when nothing is configured. */
export const levelRisk = (configured: Risk | undefined): Risk => configured ?? "network";
