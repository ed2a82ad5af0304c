import fillers from "./filler-words.json" with { type: "json" };
import keyboard from "./keyboard.json" with { type: "json" };
import type { Change } from "./perturbation.ts";

/** HELM: augmentations/lowercase_perturbation.py. */
export const lowercase: Change = (text) => text.toLowerCase();

/** Each run of spaces becomes 1 to `most` of them. HELM: augmentations/space_perturbation.py. */
export const space =
  (most: number): Change =>
  (text, random) =>
    text.replaceAll(/ +/g, () => " ".repeat(random.randint(1, most)));

/** Each space becomes `count`. HELM: augmentations/extra_space_perturbation.py. */
export const extraSpace =
  (count: number): Change =>
  (text) =>
    text.replaceAll(" ", " ".repeat(count));

const neighbours: ReadonlyMap<string, string> = new Map(Object.entries(keyboard.neighbours));

/** Each letter becomes one of its neighbours on a keyboard with chance `prob`. HELM: augmentations/typos_perturbation.py. */
export const typos =
  (prob: number): Change =>
  (text, random) =>
    Array.from(text, (letter) => {
      const small = letter.toLowerCase();
      const near = neighbours.get(small);
      const struck = near !== undefined && random.random() < prob ? random.choice(Array.from(near)) : small;
      return small === letter ? struck : struck.toUpperCase();
    }).join("");

export interface Filling {
  readonly prob: number;
  /** null: no bound. */
  readonly most: number | null;
  readonly kinds: readonly (keyof typeof fillers.phrases)[];
}

/** Before each word a filler with chance `prob`, `most` of them. HELM: augmentations/filler_words_perturbation.py. */
export const fillerWords =
  ({ prob, most, kinds }: Filling): Change =>
  (text, random) => {
    const phrases = kinds.flatMap((kind) => fillers.phrases[kind]);
    let inserted = 0;
    const words = text.split(" ").flatMap((word) => {
      if ((most !== null && inserted >= most) || random.random() > prob) return [word];
      inserted += 1;
      return [random.choice(phrases), word];
    });
    return words.join(" ");
  };

/** HELM: augmentations/style_perturbation.py. */
export const style =
  (suffix: string): Change =>
  (text) =>
    `${text}, ${suffix}`;
