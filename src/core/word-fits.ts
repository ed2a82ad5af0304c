/** `*` in a pattern is any text. Without backtracking: patterns are people's, words are a model's. */
export function wordFits(pattern: string, word: string): boolean {
  const pieces = pattern.split("*");
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return pattern === word;
  if (word.length < first.length + last.length || !word.startsWith(first) || !word.endsWith(last))
    return false;
  let from = first.length;
  const end = word.length - last.length;
  for (const piece of rest) {
    const at = word.indexOf(piece, from);
    if (at === -1 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
