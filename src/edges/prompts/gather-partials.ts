import { inLf } from "../../core/registry/closure.ts";
import { includesIn } from "./includes.ts";
import type { Include } from "./includes.ts";
import { missing } from "./inclusion.ts";
import { closing, joinPartials } from "./partials.ts";
import { inFile, PromptError } from "./prompt-error.ts";
import { isFence, readPrompt } from "./prompt-file.ts";

/** A file of a partial. */
export interface PartialFile {
  /** As errors name it. */
  readonly path: string;
  readonly text: string;
}

/** A prompt with all it includes. */
interface Gathered {
  /** It brings its partials along. */
  readonly source: string;
  /** Where those come from that it did not bring along itself, by name. */
  readonly paths: ReadonlyMap<string, string>;
}

/**
 * Reads every partial that a prompt and its partials include, unless the prompt itself brings it along.
 * @param file of the prompt, as errors name it @param read null: there is no such partial @throws PromptError
 */
export async function gatherPartials(
  source: string,
  file: string,
  read: (name: string) => Promise<PartialFile | null>,
): Promise<Gathered> {
  const brought = inFile(file, () => readPrompt(source).partials);
  const files = new Map<string, PartialFile>();
  const open = inFile(file, () => promptIncludes(source)).map((one) => ({ ...one, file }));
  for (const { name, line, file: by } of open) {
    if (brought.has(name) || files.has(name)) continue;
    const found = await read(name);
    if (found === null) throw new PromptError(line, missing(name), by);
    const text = inLf(found.text);
    files.set(name, { ...found, text });
    const more = inFile(found.path, () => partialIncludes(text));
    open.push(...more.map((one) => ({ ...one, file: found.path })));
  }
  if (files.size > 0 && brought.size === 0) inFile(file, () => refuseOpenEnd(source));
  return {
    source: joinPartials(source, new Map([...files].map(([name, { text }]) => [name, text]))),
    paths: new Map([...files].map(([name, { path }]) => [name, path])),
  };
}

function promptIncludes(source: string): readonly Include[] {
  const { template, templateLine, partials } = readPrompt(source);
  const brought = [...partials.values()].flatMap(({ text, firstLine }) => includesIn(text, firstLine));
  return [...includesIn(template, templateLine), ...brought];
}

function partialIncludes(text: string): readonly Include[] {
  refuseUnfit(text);
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "");
  if (isFence(lines[first])) throw new PromptError(first + 1, frontMatter);
  return includesIn(text, 1);
}

const frontMatter =
  "a partial has no front matter; declare its variables in the prompt that includes it, and write *** for a rule";

function refuseUnfit(text: string): void {
  refuseOpenEnd(text);
  const line = text.split("\n").findIndex((one) => one.includes(closing));
  if (line !== -1)
    throw new PromptError(line + 1, `${closing} ends a partial, so it cannot stand in one; take it out`);
}

/** A backslash takes from what follows it that it means anything. */
function refuseOpenEnd(text: string): void {
  if (text.endsWith("\\"))
    throw new PromptError(
      text.split("\n").length,
      "a backslash is the last character; write a line end after it",
    );
}
