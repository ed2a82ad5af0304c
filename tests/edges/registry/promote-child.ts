import { once } from "node:events";
import { addRecord, readRegistry } from "../../../src/edges/registry/registry.ts";
import { lockOf, stage, worker } from "./place.ts";

/** Looks, says so, waits for a line, and puts version N into production: `promote-child.ts DIR N`. */
const [, , dir = "", number = ""] = process.argv;
const seen = (await readRegistry(dir)).history(worker);
const made = seen.versions.get(Number(number))?.made;
if (made === undefined) throw new Error(`there is no version ${number}`);
process.stdout.write("ready\n");
await once(process.stdin, "data");
try {
  const record = stage(made, "production", null, { who: `child ${number}` });
  await addRecord({ projectDir: dir, lock: lockOf(dir), seen, record });
  process.stdout.write("done\n");
} catch (error) {
  process.stdout.write(`${(error as Error).name}: ${(error as Error).message}\n`);
}
process.exit();
