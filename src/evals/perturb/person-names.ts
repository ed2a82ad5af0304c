import list from "./person-names.json" with { type: "json" };

/** What is said of a name: `race`, `gender`, … with their values, in small letters. */
export type Traits = ReadonlyMap<string, string>;

/** A name in small letters. */
export interface PersonName {
  readonly name: string;
  readonly traits: Traits;
}

/** The names that are shipped; all are first names. */
export const shippedNames: readonly PersonName[] = Object.entries(list.first_name).flatMap(
  ([race, genders]) =>
    Object.entries(genders).flatMap(([gender, names]) =>
      names.map((name) => ({ name, traits: new Map(Object.entries({ race, gender })) })),
    ),
);

/**
 * The names of one type (`first_name`, `last_name`) in a file of HELM's form, whose lines are
 * `peter,first_name,race,white_american,gender,male`.
 */
export function namesIn(file: string, type: string): readonly PersonName[] {
  return file.split("\n").flatMap((line): readonly PersonName[] => {
    const [name = "", of, ...rest] = line.split(",").map((part) => part.trim().toLowerCase());
    if (of !== type) return [];
    const traits = new Map<string, string>();
    for (let at = 0; at + 1 < rest.length; at += 2) traits.set(rest[at] ?? "", rest[at + 1] ?? "");
    return [{ name, traits }];
  });
}

/** Those with all these traits, in their order. */
export const namesWith = (names: readonly PersonName[], traits: Traits): readonly PersonName[] =>
  names.filter((one) => [...traits].every(([trait, value]) => one.traits.get(trait) === value));
