import { expect, test } from "vitest";
import { PythonRandom } from "../../../src/evals/perturb/python-random.ts";
import { helm } from "../vectors.ts";
// Made by CPython 3.11: `random.Random(seed)` asked in this order.
import python from "../vectors/python-random.json" with { type: "json" };

const times = <T>(n: number, draw: () => T): readonly T[] => Array.from({ length: n }, draw);
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, at) => at);

test("HELM's seeds give HELM's numbers", () => {
  expect(helm.python_rng.cases.length).toBe(2);
  for (const one of helm.python_rng.cases) {
    const fresh = (): PythonRandom => new PythonRandom(one.seed);
    const [random, rolls, letters, bits, uniform] = times(5, fresh) as [PythonRandom, ...PythonRandom[]];
    expect(one.random.map(() => random.random())).toEqual(one.random);
    expect(one.randint_1_3.map(() => rolls?.randint(1, 3))).toEqual(one.randint_1_3);
    expect(
      Array.from(one.choice_abcdefg)
        .map(() => letters?.choice(Array.from("abcdefg")))
        .join(""),
    ).toBe(one.choice_abcdefg);
    expect(one.getrandbits32.map(() => bits?.getrandbits(32))).toEqual(one.getrandbits32);
    expect(one.uniform_0_1.map(() => uniform?.uniform(0, 1))).toEqual(one.uniform_0_1);
  }
});

test("any text as a seed gives Python's numbers, in every way they are asked for", () => {
  expect(python.length).toBe(9);
  for (const one of python) {
    const random = new PythonRandom(one.seed);
    expect(one.random.map(() => random.random())).toEqual(one.random);
    expect(one.bits.map(([bits = 0]) => [bits, random.getrandbits(bits)])).toEqual(one.bits);
    expect(one.range.map(([below = 0]) => [below, random.randrange(below)])).toEqual(one.range);
    expect(times(8, () => random.choice(Array.from("abcdefg"))).join("")).toBe(one.choice);
    expect(random.shuffled(upTo(12))).toEqual(one.shuffle);
    expect(one.sample.map(([n, k]) => [n, k, random.sample(upTo(n as number), k as number)])).toEqual(
      one.sample,
    );
    expect(one.uniform.map(() => random.uniform(-2, 3))).toEqual(one.uniform);
    times(700, () => random.random());
    expect(random.random()).toBe(one.later);
  }
});

test("nothing can be drawn from nothing", () => {
  const random = new PythonRandom("x");
  expect(() => random.choice([])).toThrow(RangeError);
  expect(() => random.randrange(0)).toThrow(RangeError);
  expect(() => random.sample([1], 2)).toThrow(RangeError);
});
