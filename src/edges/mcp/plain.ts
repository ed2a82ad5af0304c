const unseen = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** Text of a server with its control, invisible and broken characters written out. */
export const plain = (text: string): string =>
  text.replaceAll(unseen, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

export const hasUnseen = (text: string): boolean => text.search(unseen) >= 0;

/** One line of at most `limit` characters, of text that may hold anything. */
export function plainLine(text: string, limit: number): string {
  const line = plain(text.replaceAll(/\s+/g, " ").trim());
  return line.length > limit ? `${line.slice(0, limit - 1).toWellFormed()}…` : line;
}

/** 1234567 → 1,234,567 */
export const grouped = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",");
