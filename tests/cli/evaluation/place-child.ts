import { openPlace } from "../../../src/cli/evaluation/place.ts";
import { readProject } from "../../../src/edges/project/project-file.ts";
import { quietIo } from "./quiet-io.ts";

/** Opens a place and stays in it until it is killed: `node place-child.ts PROJECT PLACE`, which says when it is open. */
const [dir = "", at = ""] = process.argv.slice(2);
const io = quietIo(dir, process.env);
await openPlace(io, await readProject(dir), at);
process.stdout.write("open\n");
setInterval(() => undefined, 60_000);
