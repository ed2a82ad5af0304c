import { globSource } from "./ignore-glob.ts";

/** The pattern that leaves a path out, or null. `path` is relative, with `/`. */
export type Excludes = (path: string, isDirectory: boolean) => string | null;

/**
 * Patterns read as in a `.gitignore`: one without a slash fits a name in any directory, one with a slash fits a path
 * from the top; one that ends with a slash fits directories only; the last that fits decides, and `!` takes back.
 * Of a directory that is left out, nothing is looked at. Three things are not git's: `{a,b}` is one or the other, `./`
 * means the top, and a `/**` at the end fits the directory too.
 */
export function excludes(patterns: readonly string[]): Excludes {
  const rules = patterns.flatMap(readRule);
  const [names, paths] = [union(rules, false), union(rules, true)];
  return (path, isDirectory) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!names.test(name) && !paths.test(path)) return null;
    const rule = rules.findLast(
      (one) => (isDirectory || !one.directory) && one.fits.test(one.anchored ? path : name),
    );
    return rule === undefined || rule.takesBack ? null : rule.pattern;
  };
}

interface Rule {
  readonly pattern: string;
  readonly takesBack: boolean;
  /** Fits directories only. */
  readonly directory: boolean;
  /** Fits whole paths, not names. */
  readonly anchored: boolean;
  readonly source: string;
  readonly fits: RegExp;
}

/** None for a pattern that nothing fits. */
function readRule(pattern: string): Rule[] {
  const takesBack = pattern.startsWith("!");
  const glob = pattern.replace(/^!/, "").replace(/\/+$/, "");
  const sources = alternatives(glob.replace(/^\.?\/+/, "")).flatMap((one) => sourceWithSelf(one) ?? []);
  if (pattern.trim() === "" || sources.length === 0) return [];
  const source = sources.join("|");
  const [anchored, directory] = [glob.includes("/"), pattern.endsWith("/")];
  return [{ pattern, takesBack, directory, anchored, source, fits: whole(source) }];
}

/** With `/**` at the end it fits the directory too. */
const sourceWithSelf = (glob: string): string | null =>
  globSource(glob)?.replace(/\/\.\*$/, "(?:/.*)?") ?? null;

const whole = (source: string): RegExp => new RegExp(`^(?:${source})$`, "su");

/** What fits any of the rules: most paths fit none, and need no second look. */
const union = (rules: readonly Rule[], anchored: boolean): RegExp => {
  const sources = rules.filter((rule) => rule.anchored === anchored).map(({ source }) => source);
  return sources.length === 0 ? /(?!)/ : whole(sources.join("|"));
};

/** `a{b,c}` as `ab` and `ac`. A brace that is not closed, or has no comma in it, is a character like any other. */
function alternatives(glob: string): readonly string[] {
  const braces = firstBraces(glob);
  if (braces === null) return [glob];
  const [before, after] = [glob.slice(0, braces.start), glob.slice(braces.end + 1)];
  return braces.choices.flatMap((choice) => alternatives(before + choice + after));
}

interface Braces {
  readonly start: number;
  readonly end: number;
  readonly choices: readonly string[];
}

function firstBraces(glob: string): Braces | null {
  for (let start = glob.indexOf("{"); start !== -1; start = glob.indexOf("{", start + 1)) {
    const braces = isEscaped(glob, start) ? null : bracesAt(glob, start);
    if (braces !== null) return braces;
  }
  return null;
}

function bracesAt(glob: string, start: number): Braces | null {
  const choices: string[] = [];
  let [depth, from] = [0, start + 1];
  for (let at = start; at < glob.length; at += 1) {
    if (glob[at] === "\\") {
      at += 1;
      continue;
    }
    if (glob[at] === "{") depth += 1;
    else if (glob[at] === "}") depth -= 1;
    if (depth > 1 || (depth === 1 && glob[at] !== ",")) continue;
    choices.push(glob.slice(from, at));
    from = at + 1;
    if (depth === 0) return choices.length > 1 ? { start, end: at, choices } : null;
  }
  return null;
}

/** Whether a character stands after an odd number of backslashes. */
const isEscaped = (text: string, at: number): boolean =>
  (/\\*$/.exec(text.slice(0, at))?.[0].length ?? 0) % 2 === 1;

/** The pattern that leaves out a file or a directory above it, or null. */
export function excludedBy(excludes: Excludes, path: string): string | null {
  for (let end = path.indexOf("/"); end !== -1; end = path.indexOf("/", end + 1)) {
    const pattern = excludes(path.slice(0, end), true);
    if (pattern !== null) return pattern;
  }
  return excludes(path, false);
}

/** A pattern that fits this path and no other. */
export const patternFor = (path: string): string => `/${path.replaceAll(/[\\*?[\]{}!,]/g, String.raw`\$&`)}`;
