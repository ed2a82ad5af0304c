import type { Field } from "./fields.ts";

/** One field in which two runs differ; null: one of them has no such field. */
export interface Difference {
  readonly key: string;
  readonly group: Field["group"];
  readonly before: Field | null;
  readonly after: Field | null;
}

/** Fields that may follow from others: where one of those differs, they are no cause by themselves. */
const follows: readonly (readonly [of: RegExp, from: RegExp])[] = [
  [/^workspace\.(commit|dirty)$/, /^workspace$/],
  [/^lockfile\./, /^workspace$/],
  [/^(scratch|left_out|setup|notes)$/, /^(workspace|workspace\.commit|image)$/],
  [/^notes$/, /^(setup|scratch|sandbox\.kind)$/],
  [/^limit\.outputTokens$/, /^model\./],
  [/^unproven$/, /^prompt\./],
  [/^(capabilities|profile)$/, /^(image|sandbox\.kind)$/],
  [/^image$/, /^sandbox\.kind$/],
  [/^protect$/, /^check\./],
  // Its definition names the secrets it may send.
  [/^tool\.http_request$/, /^secrets$/],
];

/**
 * The fields in which two runs differ, each once, and none that only follows from another: the causes, as far as what was
 * recorded can tell them.
 */
export function differences(before: readonly Field[], after: readonly Field[]): readonly Difference[] {
  const all = allDifferences(before, after);
  return all.filter((one) => !isConsequence(one, all) && !mayFollow(one, all));
}

/** What differs too, and may do so because another field does: nobody can tell. */
export function consequences(before: readonly Field[], after: readonly Field[]): readonly Difference[] {
  const all = allDifferences(before, after);
  return all.filter((one) => !isConsequence(one, all) && mayFollow(one, all));
}

function allDifferences(before: readonly Field[], after: readonly Field[]): readonly Difference[] {
  const there = new Map(after.map((field) => [field.key, field]));
  const known = new Set(before.map(({ key }) => key));
  const pairs: readonly (readonly [Field | null, Field | null])[] = [
    ...before.map((field) => [field, there.get(field.key) ?? null] as const),
    ...after.filter(({ key }) => !known.has(key)).map((field) => [null, field] as const),
  ];
  return pairs.flatMap(([a, b]) => (a?.exact === b?.exact ? [] : [differenceOf(a, b)]));
}

function differenceOf(before: Field | null, after: Field | null): Difference {
  const { key, group } = (before ?? after) as Field;
  return { key, group, before, after };
}

function isConsequence({ key, before, after }: Difference, all: readonly Difference[]): boolean {
  const differs = (from: RegExp): boolean => all.some((one) => from.test(one.key));
  const role = /^served\.(.+)$/.exec(key)?.[1];
  if (role !== undefined) return all.some((one) => one.key === `model.${role}`) || isUnserved(before, after);
  // A model that only one of them used has a price in that one alone.
  return key.startsWith("price.") && (before === null || after === null) && differs(/^model\./);
}

const mayFollow = ({ key }: Difference, all: readonly Difference[]): boolean =>
  follows.some(([of, from]) => of.test(key) && all.some((one) => from.test(one.key)));

/** A run in which a role was never asked does not contradict one in which it was. */
const isUnserved = (before: Field | null, after: Field | null): boolean =>
  before?.value === "none" || after?.value === "none";
