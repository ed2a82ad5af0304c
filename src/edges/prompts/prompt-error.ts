/** A prompt is written wrong, or was given the wrong variables. `message` is one line: `FILE:LINE: what`. */
export class PromptError extends Error {
  override readonly name = "PromptError";
  /** Of the prompt's source, counted from 1. */
  readonly line: number;
  readonly what: string;
  /** `file` as a person knows the source; those who find the fault know only the text. */
  constructor(line: number, what: string, file = "prompt") {
    super(`${file}:${line}: ${visible(what)}`);
    this.line = line;
    this.what = what;
  }
}

/** Names the file in what is wrong with it. */
export function inFile<T>(file: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PromptError && file !== undefined)
      throw new PromptError(error.line, error.what, file);
    throw error;
  }
}

/** Control characters, which could break the line or disguise it, as `\u{…}`; at most 300 characters. */
const visible = (text: string): string =>
  text
    .slice(0, 300)
    .toWellFormed()
    .replaceAll(
      /[\p{Cc}\p{Zl}\p{Zp}\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu,
      (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
    );
