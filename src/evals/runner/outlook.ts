import type { Json } from "../../core/canonical.ts";
import type { Digest } from "../../core/id.ts";
import type { Arm, Ask } from "../answer.ts";
import type { Item } from "../suite/case.ts";
import type { GatherPorts } from "./gather.ts";
import { asksOfForms } from "./order.ts";
import type { Form } from "./order.ts";
import { keyOf, knownOf } from "./reuse.ts";

/** What an evaluation comes to up to a look, all looks before it included. */
export interface Outlook {
  /** Answers to each case by then. */
  readonly samples: number;
  readonly answers: number;
  /** How many must be asked for: what is known need not, nor need the same twice. */
  readonly toAsk: number;
}

type Ports = Pick<GatherPorts, "subject" | "store" | "clock" | "sha256">;

interface Plan {
  readonly id: string;
  readonly arms: readonly Arm[];
  readonly items: readonly Item[];
  readonly forms: readonly Form[];
  readonly gate: { readonly looks: readonly number[] };
  readonly isGated: boolean;
  readonly freshMs: number;
}

/** How many are looked up at a time. */
const room = 64;

/**
 * What is known before anything is asked, look by look. More may have to be asked only where stored answers turn out not to
 * hold any more, and where an outage is asked again.
 * @throws what the subject or the store throws
 */
export async function outlookOf(ports: Ports, plan: Plan): Promise<readonly Outlook[]> {
  const looks = plan.isGated ? plan.gate.looks : plan.gate.looks.slice(0, 1);
  const most = looks.at(-1) ?? 0;
  const answers = looks.map(() => 0);
  const open = looks.map(() => new Set<Digest>());
  const first = firstAsks(ports, plan);
  for (let at = 0; at < first.length; at += room)
    for (const { ask, key, isKnown } of await lookedUp(ports, plan, first.slice(at, at + room), most)) {
      const look = looks.findIndex((samples) => ask.sample <= samples);
      answers[look] = (answers[look] ?? 0) + 1;
      if (!isKnown) open[look]?.add(key);
    }
  let [sum, toAsk] = [0, 0];
  return looks.map((samples, look) => {
    sum += answers[look] ?? 0;
    toAsk += open[look]?.size ?? 0;
    return { samples, answers: sum, toAsk };
  });
}

/** Of each arm, case and form, the first. */
function firstAsks({ sha256 }: Ports, { arms, items, forms }: Plan): readonly Ask[] {
  const plain = items.flatMap((item) => arms.map((arm) => ({ arm, item, sample: 1, form: null })));
  return [...plain, ...asksOfForms(sha256, arms, items, forms)];
}

interface LookedUp {
  readonly ask: Ask;
  readonly key: Digest;
  readonly isKnown: boolean;
}

async function lookedUp(
  { subject, store, clock, sha256 }: Ports,
  { id: evaluation, freshMs }: Plan,
  asks: readonly Ask[],
  most: number,
): Promise<readonly LookedUp[]> {
  const keyed: { readonly ask: Ask; readonly key: Digest }[] = [];
  for (const ask of asks) {
    const identity: Json = await subject.identity(ask);
    const samples = ask.form === null ? most : 1;
    for (let sample = 1; sample <= samples; sample += 1)
      keyed.push({ ask: { ...ask, sample }, key: keyOf(sha256, sample, identity) });
  }
  const found = await store.find(keyed.map(({ key }) => key));
  const reuse = { evaluation, now: clock.now(), freshMs, isDoubted: false };
  return keyed.map(({ ask, key }) => ({
    ask,
    key,
    isKnown: knownOf(sha256, ask.arm, found.get(key) ?? [], reuse).use !== null,
  }));
}
