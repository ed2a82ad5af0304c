/** Opens slots, says so, and stays. Arguments: image, project, uid, gid, then name and directory of each. */
import { openEngine } from "../../../src/edges/docker/engine.ts";
import { dockerSandbox } from "../../../src/edges/docker/sandbox.ts";

const [image = "", project = "", uid, gid, ...slots] = process.argv.slice(2);
const sandbox = dockerSandbox({
  engine: await openEngine(process.env),
  image,
  limits: { memory: 512 * 2 ** 20, cpus: 2 },
  users: { uid: Number(uid), gid: Number(gid) },
  project,
});
for (let n = 0; n < slots.length; n += 2) {
  const slot = await sandbox.open(slots[n] ?? "", slots[n + 1] ?? "", ["packages.example"]);
  if ("broken" in slot) throw new Error(slot.broken);
}
process.stdout.write("opened\n");
setInterval(() => undefined, 1000);
