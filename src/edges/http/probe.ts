import type { HttpArgs } from "../../core/http-call.ts";
import { send, within } from "./send.ts";
import type { SendOptions } from "./send.ts";

/** Which statuses say that an effect happened, and which that it did not. */
export interface Expected {
  readonly happened: readonly number[];
  readonly not: readonly number[];
  /** May hold placeholders of secrets. */
  readonly headers?: NonNullable<HttpArgs["headers"]>;
}

const seconds = 30;

/** Asks a host whether an effect in doubt happened: a GET, no redirect followed. null: that is not known. */
export async function probe(
  url: string,
  { happened, not, headers = {} }: Expected,
  options: SendOptions,
  signal: AbortSignal,
): Promise<"happened" | "did-not" | null> {
  const sent = await within(seconds, signal, async (ends) =>
    send({ method: "GET", url, headers }, "", ends, options),
  );
  if (sent.outcome !== "done") return null;
  const { status } = sent.answered.answer;
  if (happened.includes(status)) return not.includes(status) ? null : "happened";
  return not.includes(status) ? "did-not" : null;
}
