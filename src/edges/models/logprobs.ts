import { isObject } from "./arguments.ts";

/** Natural logarithms by token, where there are some. */
export interface Logprobs {
  readonly logprobs?: readonly number[];
}

/**
 * How likely tokens were, as both protocols of OpenAI list them: `{ token, logprob }`. Nothing where none are listed, and
 * where one of them is no such number: what is known of a part says nothing of the whole.
 */
export function logprobsOf(tokens: readonly unknown[] | null): Logprobs {
  const listed = (tokens ?? []).map((token) => (isObject(token) ? token["logprob"] : null));
  const logprobs = listed.filter((one) => typeof one === "number").filter((one) => one <= rounding);
  if (logprobs.length === 0 || logprobs.length < listed.length) return {};
  return { logprobs: logprobs.map((one) => Math.min(0, one)) };
}

/** A server's sure token may come out a little above 0. */
const rounding = 1e-6;
