/** Characters that do not show, or show as something else: control, format, private and unassigned ones. */
const invisible =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]|\u{34F}|\u{115F}|\u{1160}|\u{17B4}|\u{17B5}|\u{3164}|\u{FFA0}|\p{M}{4}/u;

/** Line ends, also those of Windows, and tabs. */
const usual = /\r?\n|\t|\r$/g;

/** Full-width and other signs that look like those by which the shell divides, joins and quotes. */
const wide =
  /[\uFF1B\uFF5C\uFF06\uFF1C\uFF1E\uFF04\uFF40\uFF02\uFF07\uFF3C\uFF0F\uFF0D\uFF5B\uFF5D\uFF0A\u037E\u2044\u2215\u29F8\u2223\u01C0\u2758\uFE54\uFE60\uFE64\uFE65\u02CB\u1FEF\uFE68\u2010-\u2012\u2212\uFE63\u201C-\u201F\u2018-\u201B]|(?:^|\s)[\u2013-\u2015]\w/u;

/** Letters of another script among Latin ones, that look like Latin ones. */
const mixed = /[A-Za-z][\u0400-\u045F\u0391-\u03A7\u03BF]|[\u0400-\u045F\u0391-\u03A7\u03BF][A-Za-z]/;

/** The text without what stands in quotes and in here-documents, where such signs are only signs. */
const outside = (text: string): string =>
  text
    .replaceAll(/<<-?[ \t]*(['"]?)(\w+)\1[^\n]*\n[\s\S]*?\n[ \t]*\2(?=\s|$)/g, " ")
    .replaceAll(/"(?:[^"\\]|\\[\s\S])*"|'[^']*'/g, " ");

const oddBlank = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/u;

function looksElse(text: string): boolean {
  if (!wide.test(text) && !mixed.test(text)) return false;
  // Longer texts are not looked at twice.
  const bare = text.length > 20_000 ? text : outside(text);
  return wide.test(bare) || mixed.test(bare);
}

/** Why a text may say something else than it shows; null where it does not. */
export function hiddenIn(text: string): string | null {
  if (looksElse(text)) return "it holds signs that only look like those of the shell";
  if (invisible.test(text.replaceAll(usual, ""))) return "it holds characters that do not show";
  return oddBlank.test(text) ? "it holds blanks that are none to the shell" : null;
}
