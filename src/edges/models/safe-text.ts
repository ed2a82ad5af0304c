/** Text that every store and provider takes: no NUL, no half of a surrogate pair. */
export const safeText = (text: string): string => text.replaceAll("\0", "").toWellFormed();

/** A value that should be text, from someone who may have sent anything. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** One line of at most `limit` characters, without control characters. */
export function oneLine(text: string, limit: number): string {
  const line = safeText(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length > limit ? `${line.slice(0, limit - 1).toWellFormed()}…` : line;
}
