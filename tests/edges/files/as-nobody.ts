import { join } from "node:path";
import { isAnyones, kinds } from "./kinds.ts";
import { roundTrip } from "./round-trip.ts";

/** Program: makes each kind of tree as a user whom modes bind, and prints what came of it as lines of JSON. */
const [root = "", uid = ""] = process.argv.slice(2);
process.setgroups?.([]);
process.setgid?.(Number(uid));
process.setuid?.(Number(uid));
process.umask(0o022);

for (const [n, kind] of kinds.filter(isAnyones).entries()) {
  const trip = await roundTrip(join(root, `${n}`), kind);
  process.stdout.write(`${JSON.stringify({ name: kind.name, uid: process.getuid?.(), ...trip })}\n`);
}
