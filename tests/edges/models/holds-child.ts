import { sharedHold } from "../../../src/edges/models/shared-holds.ts";

/**
 * Program: another run on this machine. Extends the hold of a key to all of these times at once, and prints what it
 * then hears. Arguments: the key; times in ms since 1970 with commas between them; the user to become, or nothing.
 */
const [key = "", times = "", uid = ""] = process.argv.slice(2);
if (uid !== "") {
  process.setgroups?.([]);
  process.setgid?.(Number(uid));
  process.setuid?.(Number(uid));
}
const hold = sharedHold(process.env, "anthropic", { apiKey: key, baseUrl: null });
await Promise.all(times.split(",").map(async (time) => hold.extend(Number(time))));
process.stdout.write(`${await hold.until()}\n`);
