import type { CommandShape, Kind } from "./shape.ts";

/** What bash and zsh have in common: `case` arms that say what stands where, made from the program itself. */
export function shellCases(program: string, shapes: readonly CommandShape[]): string {
  const kinds = shapes.flatMap(({ name, places, options }) => [
    ...places.map((kind, index) => arm(`${name}/${index + 1}`, kindText(kind))),
    ...options.flatMap(({ flag, value }) => (value === null ? [] : arm(`${name}/${flag}`, kindText(value)))),
  ]);
  const flags = shapes.map(({ name, options }) => arm(name, options.map(({ flag }) => flag).join(" ")));
  return `_${program}_kind() {
  case $1 in
${kinds.join("\n")}
    (*) kind= ;;
  esac
}
_${program}_flags() {
  case $1 in
${flags.map((line) => line.replace("kind=", "flags=")).join("\n")}
    (*) flags=--help ;;
  esac
}`;
}

const arm = (pattern: string, text: string): string => `    (${pattern}) kind='${text}' ;;`;

/** `words docker embedded`, else the one word. Words come from patterns that know no quotes. */
const kindText = (kind: Kind): string =>
  kind.type === "words" ? `words ${kind.words.join(" ")}` : kind.type;

/** In single quotes of a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
