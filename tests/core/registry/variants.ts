/** The same value with the keys of every mapping the other way round. */
export function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, inner]) => [name, reversed(inner)]),
  );
}

/** The value with one character of one text, or one number, changed; the same for names. */
export function* variantsOf(value: unknown): Generator {
  if (typeof value === "string") {
    for (let at = 0; at <= value.length; at++) yield `${value.slice(0, at)}\u0001${value.slice(at)}`;
    for (let at = 0; at < value.length; at++) yield `${value.slice(0, at)}\u0002${value.slice(at + 1)}`;
    if (value.length > 1) yield value.slice(1);
    return;
  }
  if (typeof value === "number") return yield value + 1;
  if (typeof value === "boolean") return yield !value;
  if (value === null) return yield "a";
  const entries = Object.entries(value as object);
  const made = (changed: (readonly [string, unknown])[]): unknown =>
    Array.isArray(value) ? changed.map(([, one]) => one) : Object.fromEntries(changed);
  for (const [index, [name, inner]] of entries.entries())
    for (const variant of variantsOf(inner)) yield made(entries.with(index, [name, variant] as never));
}

/** The value with small numbers instead of those that are not safe as integers. */
export const withoutLarge = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_key, one: unknown) =>
    typeof one === "number" && Math.abs(one) > Number.MAX_SAFE_INTEGER ? 0.5 : one,
  ) as T;
