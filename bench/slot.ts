import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import type { Slot } from "../src/core/sandbox.ts";
import { openEngine } from "../src/edges/docker/engine.ts";
import { openDocker } from "../src/edges/docker/open.ts";
import { median, timed } from "./figures.ts";
import type { Bench } from "./figures.ts";

const rounds = 10;
const request = { command: "true", timeoutMs: 60_000, maxOutputBytes: 1000 };

/** From nothing to the end of the first command in a new slot, and a command in one that is there. Needs an engine. */
export const slot: Bench = async (say) => {
  const dir = mkdtempSync(join(tmpdir(), "harness-bench-"));
  const engine = await openEngine(process.env);
  say("the image of sandbox/");
  const image = { dockerfile: join(import.meta.dirname, "../sandbox/Dockerfile") };
  const wanted = { image, memory: null, cpus: null, project: dir };
  const { sandbox, owner } = await openDocker(engine, wanted, () => undefined);
  if (owner !== null) chownSync(dir, owner.uid, owner.gid);
  const opened = async (): Promise<Slot> => {
    const made = await sandbox.open("bench/a", dir);
    if ("broken" in made) throw new Error(made.broken);
    return made;
  };
  try {
    await (await opened()).close();
    const [fresh, warm, floors, bare] = [[] as number[], [] as number[], [] as number[], [] as number[]];
    for (let round = 0; round < rounds; round += 1) {
      let made: Slot | null = null;
      fresh.push(
        await timed(async () => {
          made = await opened();
          await made.exec(request);
        }),
      );
      const open = made as unknown as Slot;
      warm.push(await timed(async () => void (await open.exec(request))));
      await open.close();
      const plain = await engine.docker.createContainer({
        Image: sandbox.image,
        Entrypoint: ["sleep"],
        Cmd: ["60"],
        HostConfig: { NetworkMode: "none" },
      });
      floors.push(
        await timed(async () => {
          await plain.start();
          await plainExec(plain);
        }),
      );
      bare.push(await timed(async () => plainExec(plain)));
      await plain.remove({ force: true });
    }
    return [
      {
        name: "fresh slot to the end of its first command",
        value: median(fresh),
        floor: median(floors),
        unit: "ms",
        aim: null,
      },
      {
        name: "a command in a slot that is there",
        value: median(warm),
        floor: median(bare),
        unit: "ms",
        aim: null,
      },
    ];
  } finally {
    await sandbox.reap("");
    rmSync(dir, { recursive: true, force: true });
  }
};

/** `true` in a container, as the engine runs it. */
async function plainExec(container: Docker.Container): Promise<void> {
  const exec = await container.exec({ Cmd: ["true"], AttachStdout: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  await new Promise<void>((resolve) => {
    stream.on("end", () => resolve()).resume();
  });
  await exec.inspect();
}
