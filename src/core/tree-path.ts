/** A path in a tree is names with `/` between them; the root is "". */
export const joined = (path: string, name: string): string => (path === "" ? name : `${path}/${name}`);

/** One step of a path: whoever joins names stays below the directory they belong to. */
export const isStep = (name: string): boolean =>
  name !== "" && name !== "." && name !== ".." && !name.includes("/");

/** Whether a path that somebody wrote stays below the directory it is read from, as far as its text tells. */
export const staysInside = (path: string): boolean =>
  !path.startsWith("/") && !path.split("/").includes("..");
