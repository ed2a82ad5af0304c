import { argOf } from "./arg.ts";
import { destroys } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { judgePath } from "./path.ts";

/** Code without lines that are comments, unless a text over several lines could hold what looks like one. */
export function withoutComments(text: string): string {
  if (!text.includes("\n") || /"""|'''|`|<<[-~]?['"]?[A-Z]/.test(text)) return text;
  return text.replaceAll(/^[ \t]*(?:#[ !][^\n]*|\/\/[^\n]*|--[ ][^\n]*)$/gm, "");
}

/** Code that opens a file to write and writes nothing into it, or writes the empty text. */
export function emptyingCode(text: string, cwd: string | null): Finding[] {
  const opened = openings.flatMap((pattern) => [...text.matchAll(pattern)].map((found) => found[1] ?? ""));
  const isWritten = writing.test(text.replaceAll(/\.write\w*\s*\(\s*b?(?:""|'')\s*\)/g, ""));
  const emptied = [
    ...(isWritten ? [] : opened),
    ...[...text.matchAll(emptyText)].map((found) => found[2] ?? ""),
    ...[...text.matchAll(emptyPath)].map((found) => found[1] ?? ""),
  ];
  return emptied.map((path) => judgePath(argOf(path), "empty", cwd) ?? destroys("the code empties a file"));
}

const openings = [
  /\bopen\w*\s*\(\s*["']([^"'\n]+)["']\s*,\s*(?:mode\s*=\s*)?["']w[bt+]{0,2}["']/g,
  /\bopen\b[^;\n]{0,40},\s*["']\s*>\s*([^"'>\s,][^"'\n]*)["']/g,
  /\bopen\b[^;\n]{0,40},\s*["']\+?>["']\s*,\s*["']([^"'\n]+)["']/g,
  /\bfopen\s*\(\s*["']([^"'\n]+)["']\s*,\s*["']w/g,
  /\b(?:os\.Create|File::create|createWriteStream|FileOutputStream|FileWriter|PrintWriter)\s*\(\s*["']([^"'\n]+)["']/g,
  /\bPath\s*\(\s*["']([^"'\n]+)["']\s*\)\s*\.open\s*\(\s*["']w/g,
];

const writing =
  /\b(?:write\w*|print\w*|puts|dump\w*|say|save\w*|copyfileobj|to_\w+|fputs|fprintf|Fprint\w*|pipe|copy)\b|<<|\bfile\s*=/i;

const emptyPath = /\bPath\s*\(\s*["']([^"'\n]+)["']\s*\)\s*\.write_(?:text|bytes)\s*\(\s*b?(?:""|'')/g;

const emptyText =
  /\b(?:writeFile(?:Sync)?|writeTextFile(?:Sync)?|write_text|Bun\.write|file_put_contents|(?:File|IO)\.write!?|spit|write_file|write_bytes)\s*\(?\s*(["'`])([^"'`\n]+)\1\s*,\s*(?:b?""|b?''|``)/g;
