/**
 * What stands for a character that is not shown as it is: a control character's picture (␛), else ‹U+202E›, for a letter
 * with its script and what it may be taken for: ‹U+0430 cyrillic a›.
 */
export function markOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  const hex = code.toString(16).toUpperCase().padStart(4, "0");
  const script = scriptOf(character);
  return script === null ? `‹U+${hex}›` : `‹U+${hex} ${script} ${latinOf(character) ?? character}›`;
}

/** The letter or digit of ASCII that looks the same, null where none does. */
export function latinOf(character: string): string | null {
  const known = alike.get(character);
  if (known !== undefined) return known;
  if (!/^[\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A\u{1D400}-\u{1D7FF}]$/u.test(character)) return null;
  const plain = character.normalize("NFKC");
  return alike.get(plain) ?? (/^[\x21-\x7e]$/.test(plain) ? plain : null);
}

/** The script of a letter or digit that is none of Latin's own, where some can be taken for Latin ones. */
export const scriptOf = (character: string): string | null =>
  /^[\p{L}\p{N}]$/u.test(character)
    ? (scripts.find(([pattern]) => pattern.test(character))?.[1] ?? null)
    : null;

const scripts: readonly (readonly [RegExp, string])[] = [
  [/^[\uFF01-\uFF5E]$/, "fullwidth"],
  [/^[\u{1D400}-\u{1D7FF}]$/u, "mathematical"],
  [/^\p{Script=Cyrillic}$/u, "cyrillic"],
  [/^\p{Script=Greek}$/u, "greek"],
  [/^\p{Script=Armenian}$/u, "armenian"],
  [/^\p{Script=Cherokee}$/u, "cherokee"],
  [/^\p{Script=Coptic}$/u, "coptic"],
  [/^\p{Script=Lisu}$/u, "lisu"],
  [/^\p{Script=Georgian}$/u, "georgian"],
  [/^\p{Script=Tifinagh}$/u, "tifinagh"],
  [/^\p{Script=Deseret}$/u, "deseret"],
  [/^\p{Script=Gothic}$/u, "gothic"],
];

/** Whether a text has a letter of one of these scripts. */
export const foreign = new RegExp(scripts.map(([{ source }]) => source.slice(1, -1)).join("|"), "u");

/** Each letter with the one of ASCII that it is taken for (after Unicode's list of confusables, the plain cases). */
const alike: ReadonlyMap<string, string> = new Map(
  `аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw ӏl АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS ԌG ԚQ ԜW ӀI
  αa οo νv ιi κk ρp υu τt γy χx ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϲc ϳj
  օo սu ոn հh ցg զq ՕO ՍU ՏS
  ᎪA ᏴB ᏟC ᎬE ᎻH ᎫJ ᏦK ᏞL ᎷM ᏢP ᏒR ᏚS ᎢT ᏙV ᎳW ᏃZ
  ⲟo ⲣp ⲥc ⲭx ꓐB ꓑP ꓓD ꓔT ꓗK ꓜZ ꓟM ꓠN ꓡL ꓢS ꓦV ꓧH ꓪW ꓫX ꓬY ꓮA ꓰE ꓲI ꓳO ꓴU`
    .split(/\s+/)
    .map((pair) => [pair.slice(0, -1), pair.slice(-1)]),
);
