import type { Json } from "../../core/canonical.ts";
import type { Digest } from "../../core/id.ts";
import type { Arm, Ask } from "../answer.ts";
import type { Item } from "../suite/case.ts";
import type { GatherPorts } from "./gather.ts";
import { asksBetween, asksOfForms } from "./order.ts";
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
  const identify = identifier(ports);
  const found: Outlook[] = [];
  let before: Outlook = { samples: 0, answers: 0, toAsk: 0 };
  for (const samples of looks) {
    const asks = asksOfLook(ports, plan, before.samples, samples);
    const open = await openOf(ports, plan, asks, identify);
    before = { samples, answers: before.answers + asks.length, toAsk: before.toAsk + open.size };
    found.push(before);
  }
  return found;
}

/** In the order in which they are asked: of each arm the first that is known is asked again. */
function asksOfLook({ sha256 }: Ports, { arms, items, forms }: Plan, from: number, to: number): Ask[] {
  const plain = asksBetween(sha256, arms, items, { from, to });
  return from === 0 ? [...plain, ...asksOfForms(sha256, arms, items, forms)] : plain;
}

type Identify = (ask: Ask) => Promise<Json>;

/** All samples of an arm's case in one form are of one identity. */
function identifier({ subject }: Ports): Identify {
  const known = new Map<string, Promise<Json>>();
  return async (ask) => {
    const name = JSON.stringify([ask.arm, ask.item.case.id, ask.form]);
    const identity = known.get(name) ?? subject.identity(ask);
    known.set(name, identity);
    return identity;
  };
}

/** The keys of what must be asked. */
async function openOf(
  { store, clock, sha256 }: Ports,
  { id: evaluation, freshMs }: Plan,
  asks: readonly Ask[],
  identify: Identify,
): Promise<ReadonlySet<Digest>> {
  const open = new Set<Digest>();
  const checked = new Set<Arm>();
  const reuse = { evaluation, now: clock.now(), freshMs, isDoubted: false };
  for (let at = 0; at < asks.length; at += room) {
    const some: { readonly ask: Ask; readonly key: Digest }[] = [];
    for (const ask of asks.slice(at, at + room))
      some.push({ ask, key: keyOf(sha256, ask.sample, await identify(ask)) });
    const found = await store.find(some.map(({ key }) => key));
    for (const { ask, key } of some) {
      const mustCheck = !checked.has(ask.arm);
      const known = knownOf(sha256, ask.arm, found.get(key) ?? [], { ...reuse, mustCheck });
      if (known.check !== null) checked.add(ask.arm);
      if (known.use === null) open.add(key);
    }
  }
  return open;
}
