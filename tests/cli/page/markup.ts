/** An element of a page as a browser would find it. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Names of what it is in, outermost first. */
  readonly inside: readonly string[];
}

export interface Parsed {
  readonly elements: readonly Element[];
  /** Everything between tags but styles. */
  readonly text: string;
  readonly styles: readonly string[];
}

const empty = new Set(["meta"]);
const token =
  /<style>([^<]*)<\/style>|<!--[^<>]*-->|<!doctype html>|<(\/?)([a-z0-9]+)((?:\s+[A-Za-z-]+="[^"<>]*")*)\s*\/?\s*>|([^<>]+)/gy;

/** Reads a page strictly: what a browser would have to guess at is thrown. Elements that stay open are closed by name. */
export function parse(page: string): Parsed {
  const elements: Element[] = [];
  const open: string[] = [];
  const styles: string[] = [];
  let [at, text] = [0, ""];
  token.lastIndex = 0;
  for (let found = token.exec(page); found !== null; found = token.exec(page)) {
    at = token.lastIndex;
    const [, style, closing, name, attributes = "", words] = found;
    if (style !== undefined) styles.push(style);
    if (words !== undefined) text += decoded(words);
    if (name === undefined) continue;
    if (closing === "/") {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> ends <${last ?? "nothing"}> at ${at}`);
      continue;
    }
    elements.push({ name, attributes: attributesIn(attributes), inside: [...open] });
    if (!empty.has(name)) open.push(name);
  }
  if (at !== page.length || open.length > 0)
    throw new Error(`no markup at ${at}: ${page.slice(at, at + 80)}`);
  return { elements, text, styles };
}

function attributesIn(text: string): ReadonlyMap<string, string> {
  const pairs = [...text.matchAll(/([A-Za-z-]+)="([^"]*)"/g)].map(
    ([, name = "", value = ""]) => [name, decoded(value)] as const,
  );
  const found = new Map(pairs);
  if (found.size < pairs.length) throw new Error(`an attribute comes twice: ${text}`);
  return found;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function decoded(text: string): string {
  return text.replaceAll(/&([^;\s]*);?/g, (whole, name: string) => {
    const character = entities[name];
    if (character === undefined) throw new Error(`${whole} is no entity of ours`);
    return character;
  });
}
