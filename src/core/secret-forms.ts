import { encodeText } from "./canonical.ts";

/** How a value is spelt by programs that pass it on: in an address, in JSON, in HTML, as base64, as hex. */
export function formsOf(value: string): readonly string[] {
  const text = value.toWellFormed();
  const bytes = encodeText(text);
  const forms = [
    text,
    ...uriForms(text),
    ...jsonForms(text),
    html(text),
    ...base64Forms(bytes),
    ...hexForms(bytes),
    ...longLines(text),
  ];
  return [...new Set(forms)];
}

/** Encoders differ in which of `!'()*~` they encode, in blanks, and in the letters of hex. */
function uriForms(text: string): readonly string[] {
  const usual = encodeURIComponent(text);
  const coded = ["!'()*", "!'()~"].map((more) =>
    usual.replaceAll(/[!'()*~]/g, (one) =>
      more.includes(one) ? `%${hexOf(one.charCodeAt(0)).toUpperCase()}` : one,
    ),
  );
  const upper = [usual, ...coded].flatMap((one) => [one, one.replaceAll("%20", "+")]);
  return upper.flatMap((one) => [one, one.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** As a string of JSON, also of JSON inside JSON, and as those write it who escape slashes or all but ASCII. */
function jsonForms(text: string): readonly string[] {
  const once = inJson(text);
  const ascii = once.replaceAll(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [once, once.replaceAll("/", "\\/"), ascii, inJson(once), inJson(ascii)];
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const html = (text: string): string => text.replaceAll(/[&<>"']/g, (one) => entities[one] ?? one);

/**
 * Whole, and as a part of something longer (`user:VALUE`): of each of the three places it can have there, the
 * characters that depend on it alone.
 */
function base64Forms(bytes: Uint8Array): readonly string[] {
  const whole = base64(bytes);
  const parts = [0, 1, 2].map((before) => {
    const longer = new Uint8Array(before + bytes.length);
    longer.set(bytes, before);
    return base64(longer).slice(Math.ceil((before * 8) / 6), Math.floor((longer.length * 8) / 6));
  });
  const usual = [whole, whole.replace(/=+$/, ""), ...parts];
  return usual.flatMap((one) => [one, one.replaceAll("+", "-").replaceAll("/", "_")]);
}

const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

function hexForms(bytes: Uint8Array): readonly string[] {
  const hex = Array.from(bytes, hexOf).join("");
  return [hex, hex.toUpperCase()];
}

const hexOf = (byte: number): string => byte.toString(16).padStart(2, "0");

/** The lines of a key in several lines: whoever prints it may indent or mark each. */
const longLines = (text: string): readonly string[] =>
  text.split(/\r?\n/).filter((line) => line !== text && /^[A-Za-z0-9+/=_-]{40,}$/.test(line));
