/** An event that the statuses do not allow here: a bug, or a journal that was tampered with. */
class IllegalEvent extends Error {
  override readonly name = "IllegalEvent";
}

/** @throws IllegalEvent unless `holds`. */
export function must(holds: boolean, why: string): asserts holds {
  if (!holds) throw new IllegalEvent(why);
}

/** The value, which must be there. @throws IllegalEvent when it is null or undefined. */
export function found<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new IllegalEvent(`there is no ${what}`);
  return value;
}
