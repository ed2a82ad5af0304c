const longest = 100;

/**
 * What a goal is called in lists: the Markdown heading it begins with, else its first heading of the first level,
 * else its first sentence. One line of at most 100 UTF-16 units, without control or direction characters;
 * empty only where the text has nothing to show.
 */
export function titleOf(text: string): string {
  const lines = text.replaceAll(/<!--[\s\S]*?-->/g, "").split("\n");
  for (const candidate of [heading(lines), sentence(lines)]) {
    const title = tidy(candidate);
    if (title !== "") return shorten(title);
  }
  return shorten(tidy(text));
}

function heading(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line.trim() !== "");
  let fenced = false;
  for (const [index, line] of lines.entries()) {
    if (isFence(line)) fenced = !fenced;
    if (fenced) continue;
    const [, hashes = "", words = ""] = /^ {0,3}(#{1,6})[ \t]+(.*)$/.exec(line) ?? [];
    if (hashes.length === 1 || (hashes !== "" && index === first))
      return words.replace(/[ \t]+#+[ \t]*$/, "");
    if (index === first && /^(?:={2,}|-{2,})[ \t]*$/.test(lines[index + 1] ?? "")) return line;
  }
  return "";
}

const isFence = (line: string): boolean => /^ {0,3}(?:```|~~~)/.test(line);
const marker = /^[ \t]*(?:[-*+>]|\d+[.)])[ \t]+/;

/** The first sentence of the first paragraph, as far as it can be told; without its full stop. */
function sentence(lines: readonly string[]): string {
  const start = lines.findIndex((line) => line.trim() !== "" && !isFence(line));
  if (start === -1) return "";
  const rest = lines.slice(start);
  const end = rest.findIndex(
    (line, i) => i > 0 && (line.trim() === "" || marker.test(line) || isFence(line)),
  );
  const paragraph = rest.slice(0, end === -1 ? rest.length : end).map((line) => line.trim());
  const text = paragraph.join(" ").replace(marker, "");
  const [first = text] = /^.+?[.!?](?=\s+[^\s\p{Ll}])/u.exec(text) ?? [];
  return first.replace(/[.:;,\s]+$/, "");
}

const tidy = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Z}\u{202A}-\u{202E}\u{2066}-\u{2069}]+/gu, " ").trim();

/** Cuts between words where one ends near enough. */
function shorten(title: string): string {
  if (title.length <= longest) return title;
  const cut = title.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, "");
  const space = cut.lastIndexOf(" ");
  return `${(space > longest / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}
