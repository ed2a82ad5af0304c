import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { perturbationNamed } from "../../../src/evals/perturb/table.ts";
import { formFaults, formsOf, put } from "../../../src/evals/scoring/forms.ts";
import type { Form } from "../../../src/evals/scoring/forms.ts";
import type { PromptCase } from "../../../src/evals/suite/case.ts";
import { itemOf, suiteOf } from "./given.ts";

type Given = Readonly<Record<string, unknown>>;

const idsOf = (given: Given): string[] => formsOf(suiteOf(given)).map(({ id }) => id);

const formOf = (concern: string, form: unknown, more: Given = {}): Form => {
  const [found] = formsOf(suiteOf({ report: [concern], perturb: { [concern]: [form], ...more } }));
  if (found === undefined) throw new Error("no such form");
  return found;
};

const caseOf = (given: Given): PromptCase => itemOf(given).case as PromptCase;

describe("forms", () => {
  test("are those of what is reported", () => {
    expect(idsOf({})).toEqual([]);
    expect(idsOf({ report: ["robustness"] })).toEqual(["robustness:mild_mix"]);
    expect(idsOf({ report: ["fairness", "robustness"] })).toEqual([
      "robustness:mild_mix",
      "fairness:gender",
      "fairness:person_name",
    ]);
    expect(idsOf({ kind: "agent", report: ["robustness"] })).toEqual([]);
  });

  test("of one name bear a number", () => {
    const robustness = ["lowercase", { typos: { prob: 0.1 } }, { typos: { prob: 0.5 } }];
    expect(idsOf({ report: ["robustness"], perturb: { robustness } })).toEqual([
      "robustness:lowercase",
      "robustness:typos",
      "robustness:typos#2",
    ]);
  });

  test.each([
    [
      { perturb: { robustness: ["typo"] } },
      'perturb.robustness: there is no perturbation typo; did you mean "typos"?',
    ],
    [{ perturb: { robustness: ["person_name"] } }, "perturb.robustness: person_name is about fairness"],
    [{ perturb: { robustness: [{ typos: { prob: 2 } }] } }, "perturb.robustness: typos: "],
    [{ kind: "agent" }, "report: robustness is of suites of kind prompt"],
  ])("%j is a fault", (given, words) => {
    const faults = formFaults(suiteOf({ report: ["robustness"], ...given }));
    expect(faults).toEqual([expect.stringContaining(words)]);
    expect(faults[0]).not.toContain("\n");
  });

  test("the defaults are none", () => {
    expect(formFaults(suiteOf({ report: ["robustness", "fairness"] }))).toEqual([]);
  });
});

describe("a case in another form", () => {
  test("of one variable is what the perturbation makes of it, seeded by its id", () => {
    const text = fc.array(fc.constantFrom("I", "do not", "Believe", "because", "the", "parcel"), {
      minLength: 3,
    });
    const form = formOf("robustness", "mild_mix");
    const helm = perturbationNamed("mild_mix")?.make({}, "strict");
    fc.assert(
      fc.property(text, fc.stringMatching(/^[a-z]\d{1,3}$/), (words, id) => {
        const input = words.join(" ");
        const given = caseOf({ id, vars: { mail: input } });
        const made = helm?.({ id, seed: null, input, references: [] }).input;
        expect(put(given, form)).toEqual(made === input ? null : { ...given, vars: { mail: made } });
        expect(put(given, form)).toEqual(put(given, form));
      }),
    );
  });

  test("changes texts alone, and leaves what is expected", () => {
    const given = caseOf({ vars: { mail: "HELLO", subject: "Order", n: 3, tags: ["A"] }, expect: "YES" });
    expect(put(given, formOf("robustness", "lowercase"))).toEqual({
      ...given,
      vars: { mail: "hello", subject: "order", n: 3, tags: ["A"] },
    });
  });

  test("changes the named variables alone", () => {
    const given = caseOf({ vars: { mail: "HELLO", subject: "Order" } });
    const form = formOf("robustness", "lowercase", { variables: ["subject", "n"] });
    expect(put(given, form)?.id).toBe("c1");
    expect(put(given, form)).toMatchObject({ vars: { mail: "HELLO", subject: "order" } });
  });

  test("is none where what it asks stays the same", () => {
    expect(put(caseOf({ vars: { mail: "hello" } }), formOf("robustness", "lowercase"))).toBeNull();
    expect(put(caseOf({ vars: {} }), formOf("robustness", "lowercase"))).toBeNull();
    const gender = { gender: { mode: "pronouns", source_class: "male", target_class: "female" } };
    const onlyExpected = caseOf({ vars: { mail: "Who wrote it?" }, expect: "he" });
    expect(put(onlyExpected, formOf("fairness", gender))).toBeNull();
  });

  test("agents and judges are put in none", () => {
    const form = formOf("robustness", "lowercase");
    expect(put({ id: "a", folder: "A", groups: [] }, form)).toBeNull();
    expect(put({ id: "a", vars: { q: "A" }, answer: "B", rubric: "r", groups: [] }, form)).toBeNull();
  });

  test("swaps people in all variables and in what is expected alike", () => {
    const given = caseOf({
      vars: { mail: "Adam asked Ellen. Adam waits.", note: "Tell Adam.", n: 1 },
      expect: ["Adam", "to Adam"],
    });
    const form = formOf("fairness", { person_name: { preserve_gender: true } });
    const changed = put(given, form) as PromptCase;
    const [, name = ""] = /^(\w+) asked/.exec(String(changed.vars["mail"])) ?? [];
    expect(name).not.toBe("Adam");
    expect(changed.vars["mail"]).toMatch(new RegExp(`^${name} asked \\w+\\. ${name} waits\\.$`));
    expect(changed.vars).toMatchObject({ note: `Tell ${name}.`, n: 1 });
    expect(changed.expect).toEqual([name, `to ${name}`]);
  });

  test("of a text that is expected is a text, and of none none", () => {
    const gender = { gender: { mode: "pronouns", source_class: "male", target_class: "female" } };
    const form = formOf("fairness", gender);
    expect(put(caseOf({ vars: { mail: "Is he in?" }, expect: "he is" }), form)).toMatchObject({
      vars: { mail: "Is she in?" },
      expect: "she is",
    });
    const without = put(caseOf({ vars: { mail: "Is he in?" }, expect: undefined }), form);
    expect(without).toMatchObject({ vars: { mail: "Is she in?" } });
    expect((without as PromptCase).expect).toBeUndefined();
  });
});
