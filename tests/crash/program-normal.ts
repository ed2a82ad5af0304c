/**
 * `program.ts` with a journal that does not wait for the disk (`synchronous=NORMAL`, the default of the library): what a
 * power cut must be able to show. Its blobs are written as ever.
 */
import { loadChanged } from "../faults/changed-source.ts";

const file = "src/edges/sqlite/database.ts";
const unloaded = loadChanged([
  { file, from: `db.pragma("synchronous = FULL");`, to: `db.pragma("synchronous = NORMAL");` },
  { file, from: `demand(db, path, "synchronous", 2);`, to: `demand(db, path, "synchronous", 1);` },
]);
await import("./program.ts");
if (unloaded().length > 0) throw new Error(`not loaded after it was to be changed: ${unloaded().join(", ")}`);
