import picomatch from "picomatch";

/** The pattern that leaves a path out, or null. `path` is relative, with `/`. */
export type Excludes = (path: string, isDirectory: boolean) => string | null;

/**
 * Patterns read as in a `.gitignore`: one without a slash fits a name in any directory, one with a slash fits a path
 * from the top; one that ends with a slash fits directories only; the last that fits decides, and `!` takes back.
 * Of a directory that is left out, nothing is looked at.
 */
export function excludes(patterns: readonly string[]): Excludes {
  const rules = patterns.filter((pattern) => pattern.trim() !== "").map(readRule);
  return (path, isDirectory) => {
    const rule = rules.findLast((one) => (isDirectory || !one.directory) && one.fits(path));
    return rule === undefined || rule.takesBack ? null : rule.pattern;
  };
}

interface Rule {
  readonly pattern: string;
  readonly takesBack: boolean;
  /** Fits directories only. */
  readonly directory: boolean;
  readonly fits: (path: string) => boolean;
}

function readRule(pattern: string): Rule {
  const takesBack = pattern.startsWith("!");
  const glob = pattern.replace(/^!/, "").replace(/\/+$/, "");
  const anchored = glob.includes("/");
  // A name may hold line feeds, which `.` must then fit.
  const match = picomatch(glob.replace(/^\.?\/+/, ""), { dot: true, nonegate: true, flags: "s" });
  return {
    pattern,
    takesBack,
    directory: pattern.endsWith("/"),
    fits: (path) => match(anchored ? path : path.slice(path.lastIndexOf("/") + 1)),
  };
}

/** The pattern that leaves out a file or a directory above it, or null. */
export function excludedBy(excludes: Excludes, path: string): string | null {
  for (let end = path.indexOf("/"); end !== -1; end = path.indexOf("/", end + 1)) {
    const pattern = excludes(path.slice(0, end), true);
    if (pattern !== null) return pattern;
  }
  return excludes(path, false);
}
