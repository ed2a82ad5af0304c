import type { Digest, Instant } from "../../core/id.ts";
import { arms } from "../answer.ts";
import type { Arm, Ask, ScoredAnswer } from "../answer.ts";
import { GateFault, decideGate } from "../gate/decide.ts";
import type { Decision } from "../gate/decide.ts";
import { gateFaults } from "../gate/faults.ts";
import type { JudgeLabels } from "../gate/judge.ts";
import type { GateSpec } from "../gate/spec.ts";
import type { LookTaken } from "../report/report.ts";
import type { Item } from "../suite/case.ts";
import { driftOf, otherServed } from "./drift.ts";
import type { Recheck } from "./drift.ts";
import { gather } from "./gather.ts";
import type { Stopped } from "./ending.ts";
import type { GatherPorts, Gathered } from "./gather.ts";
import { gatedItemsOf } from "./items.ts";
import { endText, withoutAnswers, withoutProvider } from "./nothing-answered.ts";
import type { Outlook } from "./outlook.ts";
import { asksBetween, asksOfForms } from "./order.ts";
import type { Form } from "./order.ts";
import { Tally } from "./tally.ts";
import type { Progress } from "./tally.ts";

/** What is to be evaluated, settled. */
export interface EvaluationPlan {
  /** Names it: the same for the same candidate, baseline, suite and settings, so that it goes on where it was left. */
  readonly id: string;
  /** The candidate first. */
  readonly arms: readonly Arm[];
  readonly items: readonly Item[];
  readonly forms: readonly Form[];
  readonly gate: GateSpec;
  /** Without one the first look is all, and nothing is decided. */
  readonly isGated: boolean;
  readonly judge: JudgeLabels | null;
  /** Which model each arm asks, where it is one. */
  readonly models: Readonly<Partial<Record<Arm, string>>>;
  readonly concurrency: number;
  readonly freshMs: number;
  readonly until: Instant | null;
  /** How long it was at work before it was interrupted. */
  readonly workedMs: number;
  /** What must be asked, as far as was known before. */
  readonly outlook?: readonly Outlook[];
}

export interface Watching {
  readonly onProgress: (progress: Progress) => void;
  readonly onLook: (look: LookTaken, decision: Decision | null) => void;
  /** What a person should know, a line each. */
  readonly onNote: (note: string) => void;
}

export interface Evaluated {
  readonly looks: readonly LookTaken[];
  readonly answers: readonly ScoredAnswer[];
  /** How many of the answers were asked for now. */
  readonly asked: number;
  /** At the last look that is whole; null: none is, or there is no gate. */
  readonly decision: Decision | null;
  readonly stopped: Stopped | null;
}

/**
 * Look by look: more answers to each case, until the gate decides, the looks are used up, or money, time or the provider
 * ends. A look that is not whole decides nothing; what it has is kept for the next time.
 * @throws GateFault before anything is asked, where the gate could not judge it; and as `gather`
 */
export async function evaluate(
  ports: GatherPorts,
  plan: EvaluationPlan,
  signal: AbortSignal,
  watching: Watching,
): Promise<Evaluated> {
  refuseFaults(plan);
  const course = new Course(ports, plan, signal, watching);
  for (const samples of plan.isGated ? plan.gate.looks : plan.gate.looks.slice(0, 1)) {
    if (!course.isAffordable(samples)) break;
    if (!(await course.look(samples))) break;
  }
  return course.evaluated();
}

/** With every answer still out, what remains wrong is the gate itself, or the items. */
function refuseFaults({ gate, isGated, arms, items }: EvaluationPlan): void {
  const [first = 1] = gate.looks;
  const empty = gatedItemsOf(gate, arms, items, [], first).map(({ item }) => item);
  const faults = isGated ? gateFaults(gate, { items: empty, looks: [first] }) : [];
  if (faults.length > 0) throw new GateFault(faults);
}

class Course {
  readonly #ports: GatherPorts;
  readonly #plan: EvaluationPlan;
  readonly #signal: AbortSignal;
  readonly #watching: Watching;
  readonly #begun: Instant;
  readonly #looks: LookTaken[] = [];
  readonly #rechecks: Recheck[] = [];
  #answers: ScoredAnswer[] = [];
  #partial: readonly ScoredAnswer[] = [];
  #decision: Decision | null = null;
  #stopped: Stopped | null = null;
  #isDoubted = false;
  #repeated = 0;
  readonly #paid = new Set<Digest>();
  readonly #tally: Tally;

  constructor(ports: GatherPorts, plan: EvaluationPlan, signal: AbortSignal, watching: Watching) {
    this.#ports = ports;
    this.#plan = plan;
    this.#signal = signal;
    this.#watching = watching;
    this.#begun = ports.clock.now();
    this.#tally = new Tally(plan.outlook ?? []);
  }

  evaluated(): Evaluated {
    return {
      looks: this.#looks,
      answers: inOrder([...this.#answers, ...this.#partial]),
      asked: this.#tally.asked,
      decision: this.#decision,
      stopped: this.#stopped,
    };
  }

  /** Whether the money left is enough for a look, by what answers cost until now. */
  isAffordable(samples: number): boolean {
    const before = this.#looks.at(-1);
    if (before === undefined || before.samples === 0) return true;
    const perAnswer = this.#ports.purse.spent() / Math.max(1, this.#paid.size);
    const more = this.#toPay(samples) - this.#toPay(before.samples);
    if (perAnswer * more <= this.#ports.purse.left()) return true;
    this.#stopped = "budget";
    return false;
  }

  /** How many answers must be paid by a look, as far as was known before. */
  #toPay(samples: number): number {
    const { items, arms, outlook = [] } = this.#plan;
    const known = this.#isDoubted ? undefined : outlook.find((one) => one.samples === samples);
    return known?.toAsk ?? samples * items.length * arms.length;
  }

  /** @returns whether there is reason for another one */
  async look(samples: number): Promise<boolean> {
    const from = this.#looks.at(-1)?.samples ?? 0;
    const { arms, items, forms } = this.#plan;
    const { sha256 } = this.#ports;
    const asks = [
      ...asksBetween(sha256, arms, items, { from, to: samples }),
      ...(from === 0 ? asksOfForms(sha256, arms, items, forms) : []),
    ];
    this.#tally.begin(asks.length);
    const isWhole = (await this.#gatherAll(asks, samples)) && (await this.#heedDrift(samples));
    if (!isWhole) return false;
    this.#take(samples);
    return this.#decision?.verdict === "INCONCLUSIVE" && this.#decision.next !== null;
  }

  /** Asks, and asks once more for what was an outage. false: it ended before all was asked. */
  async #gatherAll(asks: readonly Ask[], samples: number): Promise<boolean> {
    const first = withoutAnswers(await this.#gather(asks, samples, false), this.#plan.arms);
    const lost = first.answers.filter(({ answered }) => answered.outcome === "outage");
    if (first.stopped !== null || lost.length === 0) return this.#add(first);
    this.#repeated += lost.length;
    this.#tally.remove(lost);
    const isLost = new Set(lost.map(placeOf));
    const asked = asks.filter((ask) => isLost.has(placeOfAsk(ask)));
    const again = withoutProvider(first, await this.#gather(asked, samples, true));
    const rest = first.answers.filter((one) => !isLost.has(placeOf(one)));
    const both = {
      ...again,
      answers: [...rest, ...again.answers],
      rechecks: [...first.rechecks, ...again.rechecks],
      repeated: first.repeated + again.repeated,
      held: [...first.held, ...again.held],
    };
    return this.#add(withoutAnswers(both, this.#plan.arms));
  }

  async #add({ answers, rechecks, stopped, why, repeated, held }: Gathered): Promise<boolean> {
    if (why !== null) this.#watching.onNote(endText({ stopped, why }));
    // Errors that ended it are of whoever can mend them, and asked again then.
    if (stopped !== "errors") await Promise.all(held.map(async (one) => this.#ports.store.put(one)));
    this.#repeated += repeated;
    this.#rechecks.push(...rechecks);
    this.#stopped = stopped;
    if (stopped === null) this.#answers.push(...answers);
    else this.#partial = answers;
    return stopped === null;
  }

  /** Where stored answers no longer hold, all that were taken are asked again, of every arm: all answers are of one time. */
  async #heedDrift(samples: number): Promise<boolean> {
    const metrics = [...new Set(Object.values(this.#plan.gate.guards).map(({ metric }) => metric))];
    const drift = this.#isDoubted
      ? null
      : (otherServed(this.#answers, this.#plan.models) ??
        driftOf(this.#rechecks, metrics, this.#plan.gate.looks.length));
    if (drift === null) return true;
    this.#isDoubted = true;
    const reused = this.#answers.filter((one) => one.reused);
    const taken = new Set(reused.map(placeOf));
    if (taken.size === 0) return true;
    this.#watching.onNote(`stored answers are not taken: ${drift}; asking ${taken.size} again`);
    this.#answers = this.#answers.filter((one) => !one.reused);
    this.#tally.begin(taken.size);
    const { arms, items, forms } = this.#plan;
    const { sha256 } = this.#ports;
    const all = [
      ...asksBetween(sha256, arms, items, { from: 0, to: samples }),
      ...asksOfForms(sha256, arms, items, forms),
    ];
    return this.#gatherAll(
      all.filter((ask) => taken.has(placeOfAsk(ask))),
      samples,
    );
  }

  async #gather(asks: readonly Ask[], samples: number, isRepeat: boolean): Promise<Gathered> {
    const { id, concurrency, freshMs, until, arms, gate } = this.#plan;
    const needed = new Set(Object.values(gate.guards).map(({ metric }) => metric));
    const terms = { evaluation: id, concurrency, freshMs, until, arms, needed, isRepeat };
    return gather(
      this.#ports,
      { ...terms, isDoubted: this.#isDoubted, paid: this.#paid },
      asks,
      this.#signal,
      (answer, isAsked) => {
        this.#tally.add(answer, isAsked);
        const micros = this.#ports.purse.spent();
        this.#watching.onProgress(this.#tally.progress(samples, micros, this.#isDoubted));
      },
    );
  }

  #take(samples: number): void {
    const { arms, items, gate, isGated, judge, workedMs } = this.#plan;
    const outcomes = this.#answers.map(({ answered }) => answered.outcome);
    const look = {
      samples,
      answers: this.#answers.length,
      micros: this.#answers.some(
        ({ answered }) => answered.micros === null && answered.outcome === "complete",
      )
        ? null
        : this.#ports.purse.spent(),
      wallMs: workedMs + this.#ports.clock.now() - this.#begun,
      errors: outcomes.filter((one) => one === "error").length,
      repeated: this.#repeated + (this.#ports.subject.waitedOut?.() ?? 0),
      outages: outcomes.filter((one) => one === "outage").length,
    };
    this.#looks.push(look);
    if (isGated)
      this.#decision = decideGate(gate, {
        items: gatedItemsOf(gate, arms, items, this.#answers, samples).map(({ item }) => item),
        looks: this.#looks.map((one) => one.samples),
        ...(judge === null ? {} : { judge }),
      });
    this.#watching.onLook(look, this.#decision);
  }
}

const placeOf = (one: Pick<ScoredAnswer, "case" | "arm" | "sample" | "form">): string =>
  `${one.arm} ${one.sample} ${one.form ?? ""} ${one.case}`;

const placeOfAsk = (ask: Ask): string => placeOf({ ...ask, case: ask.item.case.id });

/** Whenever they came: by sample, as they are written before other forms, by case, the candidate first. */
function inOrder(answers: readonly ScoredAnswer[]): ScoredAnswer[] {
  const keyed = answers.map((one) => ({
    one,
    key: `${one.form ?? ""}\n${one.case}\n${arms.indexOf(one.arm)}`,
  }));
  return keyed
    .toSorted((a, b) => a.one.sample - b.one.sample || (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ one }) => one);
}
