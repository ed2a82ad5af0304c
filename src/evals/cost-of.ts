import { mayHaveCost } from "../core/circuit.ts";
import type { ModelResponse, Price } from "../core/model.ts";
import { cost } from "../core/price.ts";

/**
 * What a call cost, whatever became of it, in millionths of a US dollar. null: nobody knows, as the provider did not say what it
 * counted, which it may bill, or what it counts has no price. What was not counted costs nothing at any price.
 */
export function costOf(response: ModelResponse, price: Price | null): number | null {
  const { usage } = response;
  if (usage === null) return response.outcome === "failed" && !mayHaveCost(response.error) ? 0 : null;
  if (usage.input + usage.output === 0) return 0;
  return price === null ? null : cost(usage, price);
}
