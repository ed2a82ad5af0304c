import { readFile } from "node:fs/promises";
import { ownerOf, readRules } from "./rules.js";

/** What each option makes of paths with their teams: lines to print, and an exit code. */
const views = {
  "--list": (owned) => ({ lines: owned.map(({ path, team }) => `${path}\t${team ?? "-"}`), code: 0 }),
};

/** @returns the exit code; 2 for an option that is not there */
export async function main(args, say) {
  const [option, ...paths] = args[0]?.startsWith("--") ? args : ["--list", ...args];
  const view = views[option];
  if (view === undefined) {
    say(`owners: there is no ${option}; there are ${Object.keys(views).join(", ")}`);
    return 2;
  }
  const rules = readRules(await readFile("owners.yaml", "utf8"));
  const { lines, code } = view(paths.map((path) => ({ path, team: ownerOf(rules, path) })));
  for (const line of lines) say(line);
  return code;
}
