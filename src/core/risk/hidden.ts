/** Characters that do not show, or show as something else: control, format, private and unassigned ones. */
const invisible =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]|\u{34F}|\u{115F}|\u{1160}|\u{17B4}|\u{17B5}|\u{3164}|\u{FFA0}|\p{M}{4}/u;

/** Line ends, also those of Windows, and tabs. */
const usual = /\r?\n|\t|\r$/g;

const oddBlank = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/u;

/** Why a text may say something else than it shows; null where it does not. */
export function hiddenIn(text: string): string | null {
  if (invisible.test(text.replaceAll(usual, ""))) return "it holds characters that do not show";
  return oddBlank.test(text) ? "it holds blanks that are none to the shell" : null;
}
