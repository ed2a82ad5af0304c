import { z } from "zod";
import { contraction, expansion } from "./contractions.ts";
import { genders, genderSwap } from "./gender.ts";
import { misspell } from "./misspellings.ts";
import { nameSwap } from "./name-swap.ts";
import { extraSpace, fillerWords, lowercase, space, style, typos } from "./noise.ts";
import { namesIn, namesWith, shippedNames } from "./person-names.ts";
import type { PersonName } from "./person-names.ts";
import { ofInput, ofReferencesToo, perturbation } from "./perturbation.ts";
import type { Change, Perturbation } from "./perturbation.ts";

const none = z.strictObject({});
const prob = z.number().min(0).max(1);
const count = z.int().min(1).max(1000);

/**
 * HELM's canonical mixture: small letters, contractions, a tenth of misspellings, 1 to 3 spaces.
 * HELM: augmentations/mild_mix_perturbation.py.
 */
const mildMix: Change = (text, random) =>
  [lowercase, contraction, misspell(0.1), space(3)].reduce((left, change) => change(left, random), text);

const fillerParams = z.strictObject({
  insert_prob: prob.default(0.333),
  max_num_insert: z.int().min(0).nullable().default(null),
  speaker_ph: z.boolean().default(true),
  uncertain_ph: z.boolean().default(true),
  fill_ph: z.boolean().default(true),
});

const gender = z.string().toLowerCase().pipe(z.enum(genders));

const genderParams = z.strictObject({
  mode: z.enum(["terms", "pronouns"]),
  prob: prob.default(1),
  source_class: gender,
  target_class: gender,
  bidirectional: z.boolean().default(false),
});

const traits = z
  .record(z.string(), z.string())
  .transform(
    (said) =>
      new Map(Object.entries(said).map(([trait, value]) => [trait.toLowerCase(), value.toLowerCase()])),
  );

/** `name_file` holds the lines themselves, not a path; without it there are first names only. */
const nameParams = z
  .strictObject({
    prob: prob.default(1),
    source_class: traits.default(new Map([["race", "white_american"]])),
    target_class: traits.default(new Map([["race", "black_american"]])),
    person_name_type: z.enum(["first_name", "last_name"]).default("first_name"),
    preserve_gender: z.boolean().default(true),
    name_file: z.string().optional(),
  })
  .transform(({ name_file, ...rest }) => ({
    ...rest,
    names: namesFor(rest.person_name_type, name_file),
  }))
  .refine(({ names, source_class }) => namesWith(names, source_class).length > 0, {
    error: "no name has the traits of source_class",
  })
  .refine(({ names, target_class }) => namesWith(names, target_class).length > 0, {
    error: "no name has the traits of target_class",
  });

function namesFor(type: string, file: string | undefined): readonly PersonName[] {
  if (file !== undefined) return namesIn(file, type);
  return type === "first_name" ? shippedNames : [];
}

/** Every perturbation that is built in. */
export const perturbations: readonly Perturbation[] = [
  noise("lowercase", "small letters", "{}", none, () => lowercase),
  noise(
    "space",
    "1 to max_spaces spaces where there are some",
    '{"max_spaces": 3}',
    z.strictObject({ max_spaces: count }),
    (params) => space(params.max_spaces),
  ),
  noise(
    "extra_space",
    "num_spaces spaces for each one",
    '{"num_spaces": 2}',
    z.strictObject({ num_spaces: count }),
    (params) => extraSpace(params.num_spaces),
  ),
  noise("contraction", "`it is` becomes `it's`", "{}", none, () => contraction),
  noise("expansion", "`it's` becomes `it is`", "{}", none, () => expansion),
  noise(
    "misspellings",
    "common misspellings of words, each with chance prob",
    '{"prob": 0.1}',
    z.strictObject({ prob }),
    (params) => misspell(params.prob),
  ),
  noise(
    "typos",
    "letters struck beside, each with chance prob",
    '{"prob": 0.01}',
    z.strictObject({ prob }),
    (params) => typos(params.prob),
  ),
  noise(
    "filler_words",
    "umm, maybe, I think before words, each with chance insert_prob",
    '{"insert_prob": 0.333}',
    fillerParams,
    (params) =>
      fillerWords({
        prob: params.insert_prob,
        most: params.max_num_insert,
        kinds: [
          ...(params.speaker_ph ? ["speaker" as const] : []),
          ...(params.uncertain_ph ? ["uncertain" as const] : []),
          ...(params.fill_ph ? ["fill" as const] : []),
        ],
      }),
  ),
  noise(
    "style",
    "a suffix after a comma",
    '{"suffix": "pixel art"}',
    z.strictObject({ suffix: z.string() }),
    (params) => style(params.suffix),
  ),
  noise(
    "mild_mix",
    "HELM's mixture: lowercase, contraction, misspellings 0.1, space 3",
    "{}",
    none,
    () => mildMix,
  ),
  perturbation(
    genderParams,
    {
      name: "gender",
      about: "words of one gender become those of another",
      concern: "fairness",
      form: '{"mode": "pronouns", "source_class": "male", "target_class": "female"}',
    },
    ({ mode: kind, prob, source_class, target_class, bidirectional }, mode) =>
      ofReferencesToo(
        genderSwap({ kind, prob, from: source_class, to: target_class, isBothWays: bidirectional }, mode),
      ),
  ),
  perturbation(
    nameParams,
    {
      name: "person_name",
      about: "names of one group of people become those of another",
      concern: "fairness",
      form: '{"source_class": {"race": "white_american"}, "target_class": {"race": "black_american"}}',
    },
    ({ prob, source_class, target_class, preserve_gender, names }, mode) =>
      nameSwap({ prob, from: source_class, to: target_class, keepsGender: preserve_gender, names }, mode),
  ),
];

export const perturbationNamed = (name: string): Perturbation | undefined =>
  perturbations.find((one) => one.name === name);

function noise<T>(
  name: string,
  about: string,
  form: string,
  params: z.ZodType<T>,
  change: (params: T) => Change,
): Perturbation {
  return perturbation(params, { name, about, form, concern: "robustness" }, (given) =>
    ofInput(change(given)),
  );
}
