import { redaction } from "../../core/redaction.ts";
import type { Server } from "../../edges/langfuse-prompts/request.ts";
import { langfuseAccount } from "../../edges/traces/targets.ts";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";

/** The Langfuse that the environment names, as for traces. @throws Refused */
export function langfuseServer(env: Io["env"]): Server {
  const account = langfuseAccount(env);
  if (account === null)
    throw new Refused(
      "no Langfuse is named; set LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY and LANGFUSE_BASE_URL",
    );
  if (typeof account === "string") throw new Refused(`${account}; set it`);
  const { base, authorization, secrets } = account;
  const kept = redaction(secrets);
  return { base, authorization, timeoutMs: 30_000, secretless: (text) => kept.text(text) };
}
