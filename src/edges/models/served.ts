import { oneLine } from "./safe-text.ts";

/**
 * Whether the model a provider says it served is the one it was asked for: the same name, a dated version of it
 * (`claude-x` → `claude-x-20250929`, `gpt-x` → `gpt-x-2025-04-14`, `gpt-4` → `gpt-4-0613`), or what an alias stands for
 * (`x-latest` → `x-20250219`, `claude-opus-4-0` → `claude-opus-4-20250514`). Upper and lower case are one.
 */
export function isServed(asked: string, served: string): boolean {
  const [wanted, given] = [asked.toLowerCase(), served.toLowerCase()];
  const meant = wanted.replace(/-(latest|0)$/, "");
  return given === wanted || given === meant || given.replace(date, "") === meant;
}

/** `-20250929`, `-2025-09-29`, `-0613` */
const date = /-(20\d{6}|20\d{2}-\d{2}-\d{2}|[01]\d[0-3]\d)$/;

/** What a person is told of an answer by another model. */
export function notServed(provider: string, asked: string, served: string): string {
  const name = oneLine(served, 60);
  return name === ""
    ? `asked for ${asked}, and the provider did not say which model it served; check the address of the provider`
    : `asked for ${asked}, the provider served ${name}; name ${provider}/${name} if you want that, else check the address of the provider`;
}
