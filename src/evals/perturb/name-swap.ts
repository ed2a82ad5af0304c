import type { Mode } from "../mode.ts";
import { literally, wordEnd, wordLetters, wordStart } from "../python-text.ts";
import { isLarge, matchCase } from "./match-case.ts";
import { namesWith } from "./person-names.ts";
import type { PersonName, Traits } from "./person-names.ts";
import { randomOf } from "./perturbation.ts";
import type { Instance, Perturbed } from "./perturbation.ts";

export interface NameSwap {
  /** The chance that a name is swapped: one decision for all places of a name. */
  readonly prob: number;
  readonly from: Traits;
  readonly to: Traits;
  /** A name of a known gender is swapped for one of the same. */
  readonly keepsGender: boolean;
  readonly names: readonly PersonName[];
}

/** A name that is to be swapped, as it is found, for another; null: it stays; undefined: it stays here. */
type Draw = (name: string) => string | null | undefined;

/**
 * Names of one group of people become names of another, the same one wherever a name stands, in references and input.
 * HELM: `PersonNamePerturbation` (augmentations/person_name_perturbation.py).
 *
 * HELM draws the same names for every seed, gives two people one name now and then, takes `chip` and `frank` for names
 * and finds none with a hyphen. `strict` minds the seed, gives each person a name of their own that stands nowhere in the
 * texts, and takes a small word for a name only where that name is also written large.
 */
export function nameSwap(swap: NameSwap, mode: Mode): (instance: Instance) => Perturbed {
  const found = mode === "helm" ? helmToken : tokenOf(swap);
  const drawFor = mode === "helm" ? helmDraw(swap) : strictDraw(swap, found);
  return (instance) => {
    const draw = remembered(drawFor(instance));
    const change = (text: string): string =>
      text.replaceAll(found, (token) => {
        const instead = draw(token.toLowerCase());
        return typeof instead === "string" ? matchCase(token, instead) : token;
      });
    return { references: instance.references.map(change), input: change(instance.input) };
  };
}

const helmToken = new RegExp(`[${wordLetters}]+`, "gu");
const hyphenated = new RegExp(`[${wordLetters}]+(?:-[${wordLetters}]+)+`, "gu");

/** Names with a hyphen before those they begin with. */
function tokenOf({ names, from }: NameSwap): RegExp {
  const longestFirst = namesWith(names, from)
    .map(({ name }) => name)
    .toSorted((a, b) => b.length - a.length);
  return new RegExp(`${wordStart}(?:${longestFirst.map(literally).join("|")})${wordEnd}`, "giu");
}

function remembered(draw: Draw): Draw {
  const drawn = new Map<string, string | null>();
  return (name) => {
    const known = drawn.get(name);
    if (known !== undefined) return known;
    const instead = draw(name);
    if (instead !== undefined) drawn.set(name, instead);
    return instead;
  };
}

function helmDraw(swap: NameSwap): (instance: Instance) => Draw {
  const from = new Set(namesWith(swap.names, swap.from).map(({ name }) => name));
  const optionsFor = choosing(swap);
  return ({ id }) => {
    const random = randomOf({ id, seed: null });
    return (name) => {
      if (!from.has(name)) return undefined;
      if (random.uniform(0, 1) >= swap.prob) return null;
      const options = optionsFor(name);
      return options.length === 0 ? undefined : random.choice(options);
    };
  };
}

function strictDraw(swap: NameSwap, found: RegExp): (instance: Instance) => Draw {
  const optionsFor = choosing(swap);
  return (instance) => {
    const texts = [...instance.references, instance.input];
    const names = texts.flatMap((text) => text.match(found) ?? []);
    const large = new Set(names.filter(([letter = ""]) => isLarge(letter)).map((name) => name.toLowerCase()));
    const taken = new Set(
      [helmToken, hyphenated].flatMap((token) =>
        texts.flatMap((text) => text.toLowerCase().match(token) ?? []),
      ),
    );
    const random = randomOf(instance);
    return (name) => {
      if (!large.has(name) || random.uniform(0, 1) >= swap.prob) return null;
      const options = optionsFor(name).filter((option) => !taken.has(option));
      if (options.length === 0) return null;
      const instead = random.choice(options);
      taken.add(instead);
      return instead;
    };
  };
}

const gendersAsked = ["female", "male", "neutral"];

function choosing({ names, to, keepsGender }: NameSwap): (name: string) => readonly string[] {
  const targets = namesWith(names, to).map(({ name }) => name);
  const isOf = (name: string, gender: string): boolean =>
    names.some((one) => one.name === name && one.traits.get("gender") === gender);
  return (name) => {
    const gender = keepsGender ? gendersAsked.find((one) => isOf(name, one)) : undefined;
    return gender === undefined ? targets : targets.filter((target) => isOf(target, gender));
  };
}
