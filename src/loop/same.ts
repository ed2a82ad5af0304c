import { canonical } from "../core/canonical.ts";
import type { Entry, RunEvent } from "../core/event.ts";
import { meaning } from "../core/meaning.ts";
import type { RequestRecord } from "../core/model.ts";
import type { Blobs } from "../core/ports.ts";
import { amountsLeft } from "./next-message.ts";
import { readJson } from "./texts.ts";
import type { Work } from "./work.ts";

/**
 * Whether an event that is done again means what was recorded. Amounts that were left of a budget, and the place in the
 * journal that an escalation is named by, depend on the moment within a few milliseconds of work side by side: they are
 * no difference. Nor is by which rule and in which words a call was judged, where it is judged the same.
 */
export async function isSame(work: Work, recorded: Entry, found: RunEvent): Promise<boolean> {
  if (meaning(recorded) === meaning(found)) return true;
  if (recorded.type === "model-started" && found.type === "model-started") {
    const { request, bytes } = recorded.body;
    const same = meaning({ ...found, body: { ...found.body, request, bytes } }) === meaning(recorded);
    return same && (await isSameRequest(work.ports.blobs, request, found.body.request));
  }
  if (recorded.type === "call-judged" && found.type === "call-judged") {
    const { rule, because } = recorded.body;
    return meaning({ ...found, body: { ...found.body, rule, because } }) === meaning(recorded);
  }
  if (recorded.type === "escalation-raised" && found.type === "escalation-raised") {
    const { escalation } = recorded.body;
    const isNamedAlike = placeless(escalation) === placeless(found.body.escalation);
    return isNamedAlike && meaning({ ...found, body: { ...found.body, escalation } }) === meaning(recorded);
  }
  return false;
}

const placeless = (escalation: string): string => escalation.slice(0, escalation.lastIndexOf("/"));

async function isSameRequest(blobs: Blobs, a: string, b: string): Promise<boolean> {
  const [one, other] = [await readJson<RequestRecord>(blobs, a), await readJson<RequestRecord>(blobs, b)];
  return withoutAmounts(one) === withoutAmounts(other);
}

const withoutAmounts = (record: RequestRecord): string =>
  canonical(record).replaceAll(amountsLeft, "left for");
