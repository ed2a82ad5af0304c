import { describe, expect, test } from "vitest";
import { driftOf, numbersOf, otherServed } from "../../../src/evals/runner/drift.ts";
import type { Recheck } from "../../../src/evals/runner/drift.ts";
import type { Arm, ScoredAnswer } from "../../../src/evals/answer.ts";
import { unanswered } from "../../../src/evals/subject/subject.ts";
import { random } from "../../simulation/random.ts";
import type { Random } from "../../simulation/random.ts";
import { normal, runsOf, stream, tooFew, tooMany } from "../gate/simulating.ts";

interface Side {
  readonly right: number;
  readonly money: number;
  readonly failed: number;
}
const same: Side = { right: 0.8, money: 1, failed: 0.02 };

/** Cases are hard or easy; each answer is drawn anew. Money is far from normal, as it is. */
function rechecks(dice: Random, cases: number, samples: number, before: Side, now: Side): Recheck[] {
  return Array.from({ length: cases }, (_, n) => {
    const ease = dice.next() < 0.4 ? 0.25 : 0;
    const drawn = ({ right, money, failed }: Side): Record<string, number> =>
      dice.chance(failed)
        ? numbersOf({ outcome: "error" }, { quality: "error", cost: "error" })
        : numbersOf(
            { outcome: "complete" },
            { quality: dice.chance(Math.max(0, right - ease)) ? 1 : 0, cost: money * Math.exp(normal(dice)) },
          );
    return Array.from({ length: samples }, () => ({
      case: `c${n}`,
      before: drawn(before),
      now: drawn(now),
      servedBefore: "m",
      servedNow: "m",
    }));
  }).flat();
}

/** How many of `runs` evaluations are told of drift at some look: more answers at each. */
function doubted(runs: number, cases: number, before: Side, now: Side, name: string): number {
  const dice = stream(name);
  let count = 0;
  for (let run = 0; run < runs; run += 1) {
    const all = rechecks(dice, cases, 4, before, now);
    const looks = [1, 2, 4].map((samples) => all.filter((_, at) => at % 4 < samples));
    if (looks.some((seen) => driftOf(seen, ["quality", "cost"], 3) !== null)) count += 1;
  }
  return count;
}

describe("stored answers that still hold", () => {
  const runs = runsOf(300);
  test.each([8, 20, 60])("%i cases are doubted in at most one of a hundred evaluations", (cases) => {
    expect(tooMany(doubted(runs, cases, same, same, `same ${cases}`), runs, 0.01)).toBeNull();
  });

  test.each([0.5, 0.97])("rates near %d are no exception", (right) => {
    const side = { ...same, right };
    expect(tooMany(doubted(runs, 12, side, side, `rate ${right}`), runs, 0.01)).toBeNull();
  });
});

describe("a change is seen", () => {
  test.each([
    ["rates that fall by 25 points", { ...same, right: 0.55 }],
    ["three times the money", { ...same, money: 3 }],
    ["errors in a fifth of the answers", { ...same, failed: 0.22 }],
  ])("%s, over 80 cases", (name, now) => {
    expect(tooFew(doubted(60, 80, same, now, name), 60, 0.9)).toBeNull();
  });

  test("another model that answers is enough, once", () => {
    const [one] = rechecks(random(1), 1, 1, same, same);
    const other = { ...(one as Recheck), servedBefore: "model-1", servedNow: "model-2" };
    expect(driftOf([other], ["quality"], 3)).toMatch(/are of model-1, and now model-2 answers/);
  });

  test("an answer of which nobody says who gave it is not another model", () => {
    const [one] = rechecks(random(1), 1, 1, same, same);
    expect(driftOf([{ ...(one as Recheck), servedNow: null }], ["quality"], 3)).toBeNull();
    expect(driftOf([{ ...(one as Recheck), servedBefore: null }], ["quality"], 3)).toBeNull();
  });

  test("a metric that moved by the same in every case is told with its name; fewer than eight cases say nothing", () => {
    const moved = (count: number): Recheck[] =>
      Array.from({ length: count }, (_, n) => ({
        case: `c${n}`,
        before: { cost: 1, quality: 1 },
        now: { cost: 2, quality: 1 },
        servedBefore: "m",
        servedNow: "m",
      }));
    expect(driftOf(moved(8), ["quality", "cost"], 1)).toMatch(
      /their cost is another one \(p < 0.0001 over 8 answers\)/,
    );
    expect(driftOf(moved(7), ["quality", "cost"], 1)).toBeNull();
    expect(driftOf([], ["quality"], 1)).toBeNull();
  });
});

describe("answers taken from earlier, beside those of now", () => {
  const answer = (arm: Arm, reused: boolean, served: string | null): ScoredAnswer => ({
    case: "c",
    arm,
    sample: 1,
    form: null,
    key: "0".repeat(64),
    reused,
    answered: { ...unanswered("error", ""), outcome: "complete", served },
    scores: {},
  });
  const models = { candidate: "m", baseline: "m", best: "other" };

  test("must be of the model that answers an arm now which asks for the same one", () => {
    const old = answer("candidate", true, "m-1");
    expect(otherServed([old, answer("baseline", false, "m-2")], models)).toBe(
      "they are of m-1, and now m-2 answers",
    );
    expect(otherServed([old, answer("baseline", false, "m-1")], models)).toBeNull();
    // It is changed while they are asked: either may have answered.
    expect(
      otherServed([old, answer("baseline", false, "m-2"), answer("baseline", false, "m-1")], models),
    ).toBeNull();
  });

  test.each([
    ["another model is asked for by that arm", answer("best", false, "m-2")],
    ["it is of earlier too", answer("baseline", true, "m-2")],
    ["nobody says who answered", answer("baseline", false, null)],
  ])("%s: nothing is known of it", (_, other) => {
    expect(otherServed([answer("candidate", true, "m-1"), other], models)).toBeNull();
  });

  test("an arm without one model is compared with nothing", () => {
    expect(otherServed([answer("candidate", true, "m-1"), answer("baseline", false, "m-2")], {})).toBeNull();
  });
});
