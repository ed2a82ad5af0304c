import { openPlace } from "../../../src/cli/evaluation/place.ts";
import { readProject } from "../../../src/edges/project/project-file.ts";

/** Opens a place and stays in it until it is killed: `node place-child.ts PROJECT PLACE`, which says when it is open. */
const [dir = "", at = ""] = process.argv.slice(2);
const nothing = (): undefined => undefined;
const io = {
  cwd: dir,
  env: process.env,
  out: nothing,
  err: nothing,
  isTerminal: false,
  isOutTerminal: false,
  columns: 200,
  rows: 24,
  keyboard: null,
};
await openPlace(io, await readProject(dir), at);
process.stdout.write("open\n");
setInterval(nothing, 60_000);
