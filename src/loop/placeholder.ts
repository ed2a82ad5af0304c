import { grouped } from "./excerpt.ts";

/**
 * Notes that stand in a conversation for long texts of old turns. A model may copy one from its own past as if it were
 * the text: `isPlaceholder` knows them again.
 */
export const writtenNote = (text: string, path: string, isFailed: boolean): string =>
  `[${grouped(text.length)} characters, ${isFailed ? "not written" : "as written"} to ${path}]`;

export const leftOutNote = (text: string, file: string): string =>
  `[${grouped(text.length)} characters left out to save room; all of it is in ${file}]`;

export const isPlaceholder = (text: string): boolean =>
  /^\[[\d,]+ characters(, (not|as) written to | left out to save room)[^\n]*\]$/.test(text.trim());
