import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { perturbationNamed, perturbations } from "../../../src/evals/perturb/table.ts";
import type { Mode } from "../../../src/evals/mode.ts";

interface Made {
  readonly input: string;
  readonly references: readonly string[];
}

function perturb(
  name: string,
  params: unknown,
  input: string,
  {
    mode = "strict",
    seed = null,
    references = [],
  }: { mode?: Mode; seed?: number | null; references?: readonly string[] } = {},
): Made {
  const found = perturbationNamed(name);
  if (found === undefined) throw new Error(`no perturbation ${name}`);
  return found.make(params, mode)({ id: "id0", seed, input, references });
}

const words = fc.constantFrom(
  "The",
  "government",
  "is",
  "not",
  "I",
  "am",
  "it's",
  "her",
  "Jack",
  "13",
  "über",
  "😀",
  "\n",
);
const text = fc.array(words, { maxLength: 14 }).map((all) => all.join(" "));
const seed = fc.option(fc.nat(99), { nil: null });
const lettersOf = (one: string): string => one.replaceAll(/ +/g, " ");

describe("noise", () => {
  const noises: readonly (readonly [string, object])[] = [
    ["lowercase", {}],
    ["space", { max_spaces: 3 }],
    ["extra_space", { num_spaces: 2 }],
    ["contraction", {}],
    ["expansion", {}],
    ["misspellings", { prob: 0.5 }],
    ["typos", { prob: 0.3 }],
    ["filler_words", { insert_prob: 0.3 }],
    ["style", { suffix: "pixel art" }],
    ["mild_mix", {}],
  ];

  test("leaves the references alone, and is the same for the same id and seed", () => {
    expect(
      perturbations
        .filter(({ concern }) => concern === "robustness")
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(noises.map(([name]) => name).toSorted());
    fc.assert(
      fc.property(fc.constantFrom(...noises), text, seed, ([name, params], input, seed) => {
        const made = perturb(name, params, input, { seed, references: [input] });
        expect(made.references).toEqual([input]);
        expect(perturb(name, params, input, { seed, references: [] }).input).toBe(made.input);
      }),
    );
  });

  test("of another seed is other noise", () => {
    const long =
      "The government will definitely receive their business address because it is available. ".repeat(4);
    for (const [name, params] of noises.filter(([, params]) => "prob" in params || "max_spaces" in params))
      expect(perturb(name, params, long, { seed: 1 }).input).not.toBe(
        perturb(name, params, long, { seed: 2 }).input,
      );
  });

  test("changes no more than it says", () => {
    fc.assert(
      fc.property(text, seed, (input, seed) => {
        expect(lettersOf(perturb("space", { max_spaces: 4 }, input, { seed }).input)).toBe(lettersOf(input));
        const typed = perturb("typos", { prob: 1 }, input, { seed }).input;
        expect(Array.from(typed).length).toBe(Array.from(input).length);
        expect(perturb("typos", { prob: 0 }, input, { seed }).input).toBe(input);
        expect(perturb("misspellings", { prob: 0 }, input, { seed }).input).toBe(input);
        expect(perturb("filler_words", { insert_prob: 0 }, input, { seed }).input).toBe(input);
        const few = perturb("filler_words", { insert_prob: 1, max_num_insert: 1, speaker_ph: false }, input, {
          seed,
        });
        expect(few.input.endsWith(input)).toBe(true);
      }),
    );
  });

  test("a phrase is misspelt only where no word that begins it stands first in the list", () => {
    expect(perturb("misspellings", { prob: 1 }, "every time").input).toBe("everytime");
    expect(perturb("misspellings", { prob: 1 }, "everytime, receives").input).toBe("everytime, recieves");
    expect(perturb("misspellings", { prob: 1 }, "should not").input).not.toContain("shouldnt");
    expect(perturb("misspellings", { prob: 1 }, "received from").input).toBe("receivedfrom");
    expect(perturb("misspellings", { prob: 1 }, "received fromage").input).toMatch(/^recie?ved fromage$/);
  });

  test("what ends a sentence is not contracted", () => {
    expect(perturb("contraction", {}, "That is what it is. It is").input).toBe("That's what it is. It is");
  });
});

describe("genders", () => {
  const swap = (input: string, mode: Mode = "strict", more: object = {}): string =>
    perturb("gender", { mode: "terms", source_class: "male", target_class: "female", ...more }, input, {
      mode,
    }).input;
  const pronouns = (input: string, from = "female", to = "male"): string =>
    swap(input, "strict", { mode: "pronouns", source_class: from, target_class: to });

  test("strict swaps at both ends of a text, neighbours, and in any case; HELM leaves these out", () => {
    expect(swap("Dad dad met his SON")).toBe("Mom mom met his DAUGHTER");
    expect(swap("Dad dad met his SON", "helm")).toBe("Dad mom met his SON");
    expect(swap("the sons' kingdom, a man-made son")).toBe("the daughters' kingdom, a woman-made daughter");
  });

  test("strict gives many grandmothers many grandfathers", () => {
    const many = { source_class: "female", target_class: "male" };
    expect(swap("two grandmothers came", "strict", many)).toBe("two grandfathers came");
    expect(swap("two grandmothers came", "helm", many)).toBe("two grandfather came");
  });

  test("strict tells what is hers from her, and what is his from his", () => {
    expect(pronouns("I saw her. Her dog saw her and her cat.")).toBe(
      "I saw him. His dog saw him and his cat.",
    );
    expect(pronouns("Give her the book; it is hers.")).toBe("Give him the book; it is his.");
    expect(pronouns("His dog is his.", "male", "female")).toBe("Her dog is hers.");
    expect(pronouns("He hurt himself with his “own” knife", "male", "neutral")).toBe(
      "They hurt themselves with their “own” knife",
    );
  });

  test("both ways at once is one pass: what was swapped is not swapped back", () => {
    const both = { bidirectional: true };
    expect(swap("the king and the queen", "strict", both)).toBe("the queen and the king");
    expect(swap(" the king and the queen ", "helm", both)).toBe(" the king and the king ");
    fc.assert(
      fc.property(fc.array(fc.constantFrom("king", "Queen", "SONS", "daughters", "tree", "niece")), (all) => {
        const there = all.join(", ");
        expect(swap(swap(there, "strict", both), "strict", both)).toBe(there);
      }),
    );
  });

  test("references are swapped as well", () => {
    const made = perturb("gender", { mode: "terms", source_class: "Male", target_class: "female" }, "Who?", {
      references: ["My father", "men"],
    });
    expect(made.references).toEqual(["My mother", "women"]);
  });
});

describe("names", () => {
  const names = (input: string, mode: Mode = "strict", more: object = {}, seed: number | null = null): Made =>
    perturb("person_name", { ...more }, input, { mode, seed, references: [input.toUpperCase()] });

  test("one person has one new name in all texts, two persons have two", () => {
    fc.assert(
      fc.property(fc.nat(500), (seed) => {
        const [first, second, third, ...rest] = names(
          "Jack met Peter and Paul. Jack's son?",
          "strict",
          {},
          seed,
        ).input.split(/ met | and |\. |'s son\?/);
        expect(new Set([first, second, third]).size).toBe(3);
        expect(rest[0]).toBe(first);
        const { input, references } = names("Jack met Peter", "strict", {}, seed);
        expect(references).toEqual([input.toUpperCase()]);
      }),
    );
  });

  test("nobody gets a name that stands in the text already", () => {
    const there =
      "Alonzo Jamel Lerone Percell Theo Alphonse Jerome Leroy Rasaan Torrance Darnell Lamar Lionel Rashaun Tyree Deion Lamont Malik Terrence Tyrone Everol Lavon Marcellus Terryl";
    expect(names(`${there} Jack`).input).toBe(`${there} Wardell`);
    expect(names(`${there} Wardell Jack`).input).toBe(`${there} Wardell Jack`);
    const name_file =
      "sue-ellen,first_name,race,black_american\nada,first_name,race,black_american\njack,first_name,race,white_american";
    for (let seed = 0; seed < 8; seed++)
      expect(names("Jack saw Sue-Ellen", "strict", { name_file }, seed).input).toBe("Ada saw Sue-Ellen");
  });

  test("a small word is a name only where the name is also written large", () => {
    const small = (input: string, mode: Mode): string => perturb("person_name", {}, input, { mode }).input;
    expect(small("to be frank, a chip", "strict")).toBe("to be frank, a chip");
    expect(small("to be frank, a chip", "helm")).not.toBe("to be frank, a chip");
    const [large, again] = small("Peter and peter", "strict").split(" and ");
    expect(again).toBe(large?.toLowerCase());
  });

  test("names with a hyphen are names, and the seed counts; for HELM neither", () => {
    expect(names("Sue-Ellen").input).not.toContain("Sue");
    expect(names("Sue-Ellen", "helm").input).toContain("Sue-");
    const ofSeeds = (mode: Mode): number =>
      new Set(Array.from({ length: 20 }, (_, seed) => names("Jack", mode, {}, seed).input)).size;
    expect(ofSeeds("strict")).toBeGreaterThan(3);
    expect(ofSeeds("helm")).toBe(1);
  });

  test("the gender of a name is kept unless asked otherwise", () => {
    const women = new Set(["Zoe", "Ana"]);
    const name_file =
      "zoe,first_name,race,black_american,gender,female\nana,first_name,race,black_american,gender,female\nlauren,first_name,race,white_american,gender,female\njack,first_name,race,white_american,gender,male\nsmith,last_name,race,white";
    expect(women).toContain(names("Lauren", "strict", { name_file }).input);
    expect(names("Jack", "strict", { name_file }).input).toBe("Jack");
    expect(women).toContain(names("Jack", "strict", { name_file, preserve_gender: false }).input);
  });
});

test("parameters that make no sense are refused", () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ["typos", { prob: 2 }],
    ["typos", {}],
    ["typos", { prob: 0.1, rate: 1 }],
    ["space", { max_spaces: 0 }],
    ["gender", { mode: "terms", source_class: "male", target_class: "robot" }],
    ["person_name", { source_class: { race: "martian" } }],
    ["person_name", { person_name_type: "last_name" }],
  ];
  for (const [name, params] of wrong) expect(() => perturb(name, params, "x")).toThrow(z.ZodError);
});
