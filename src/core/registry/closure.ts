import { canonical } from "../canonical.ts";
import type { Digest } from "../id.ts";

/**
 * Of the renderer of prompts. Raised when the same prompt with the same variables may render to something else. A version
 * keeps the one it was made with, so that its digest can be checked for ever.
 */
export const renderer = 1;

/** All that decides what a model is sent by a prompt: its closure. */
export interface PromptParts {
  /** What follows the front matter. Line ends of any kind are `\n`. */
  readonly template: string;
  /** The front matter as a value: schemas of input and output, model, parameters, and all else it says. */
  readonly settings: unknown;
  /** Templates it includes, by name. */
  readonly partials: Readonly<Record<string, string>>;
  /** Schemas of the tools it offers, by name. */
  readonly tools: Readonly<Record<string, unknown>>;
  readonly renderer: number;
}

/**
 * The digest of a closure. How it is written down (line ends, order of keys, comments and quotes of YAML) changes
 * nothing; every character of a template and every value of the rest does.
 * @throws TypeError for a value that JSON cannot say
 */
export const promptDigest = (sha256: (text: string) => Digest, parts: PromptParts): Digest =>
  sha256(
    canonical({
      closure: 1,
      kind: "prompt",
      renderer: parts.renderer,
      template: inLf(parts.template),
      settings: parts.settings ?? {},
      partials: Object.fromEntries(Object.entries(parts.partials).map(([name, text]) => [name, inLf(text)])),
      tools: parts.tools,
    }),
  );

/** Text as it is stored and compared: without byte order mark, each line ended by `\n`. */
export const inLf = (text: string): string => text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
