/**
 * Lets a command write 1 GB and prints, as JSON, what came of it, how long it took, and by how many bytes this process
 * grew meanwhile. Arguments: image, project, directory, uid, gid.
 */
import { openEngine } from "../../../src/edges/docker/engine.ts";
import { dockerSandbox } from "../../../src/edges/docker/sandbox.ts";

const [image = "", project = "", dir = "", uid, gid] = process.argv.slice(2);
const engine = await openEngine(process.env);
const sandbox = dockerSandbox({
  engine,
  image,
  limits: { memory: 512 * 2 ** 20, cpus: 2 },
  users: { uid: Number(uid), gid: Number(gid) },
  project,
});
const slot = await sandbox.open("run/flood/1", dir);
if ("broken" in slot) throw new Error(slot.broken);
const run = async (command: string): ReturnType<typeof slot.exec> =>
  slot.exec({ command, timeoutMs: 120_000, maxOutputBytes: 4 * 2 ** 20 });
await run("head -c 1000000 /dev/zero");

const before = process.memoryUsage.rss();
let most = before;
const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
const began = performance.now();
const { outcome, output, dropped } = await run("head -c 1000000000 /dev/zero");
const ms = Math.round(performance.now() - began);
clearInterval(timer);
const after = await run("echo works");
await slot.close();
process.stdout.write(
  JSON.stringify({ outcome, kept: output.length, dropped, grew: most - before, ms, after: after.outcome }),
);
process.exit();
