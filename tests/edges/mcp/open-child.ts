import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openMcp } from "../../../src/edges/mcp/servers.ts";

/** Opens odd servers of the ways that are named, each with a directory of its own in the first, says so, and stays. */
const [, , dir = "", ...ways] = process.argv;
const odd = fileURLToPath(new URL("odd-server.mjs", import.meta.url));
const spec = ways.map((way): [string, { command: string[] }] => {
  mkdirSync(join(dir, way));
  return [way, { command: [process.execPath, odd, way, join(dir, way)] }];
});
await openMcp(Object.fromEntries(spec), {
  projectDir: dir,
  env: process.env,
  secrets: [],
  redaction: { text: (text) => text },
  log: () => undefined,
});
process.stdout.write("open\n");
