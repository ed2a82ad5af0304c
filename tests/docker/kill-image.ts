import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import Docker from "dockerode";
import { sandboxImage } from "../docker.ts";

/** An image of a test's own, the sandbox image with a label, that can go and come back as it was. */
export interface OwnImage {
  readonly id: string;
  readonly gone: () => Promise<void>;
  readonly back: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

const engine = new Docker();

export async function newOwnImage(): Promise<OwnImage> {
  const dir = await mkdtemp(join(tmpdir(), "harness-kill-"));
  const tag = `harness-kill-${randomUUID()}`;
  const base = `${tag}-base`;
  await engine.getImage(await sandboxImage()).tag({ repo: base });
  await writeFile(join(dir, "Dockerfile"), `FROM ${base}\nLABEL harness.kill="${tag}"\n`);
  const built = await engine.buildImage({ context: dir, src: ["Dockerfile"] }, { t: tag, forcerm: true });
  await followed(built);
  const { Id } = await engine.getImage(tag).inspect();
  const kept = join(dir, "image.tar");
  await pipeline(await engine.getImage(tag).get(), createWriteStream(kept));
  const gone = async (): Promise<void> => {
    try {
      await engine.getImage(tag).remove({ force: true });
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    }
  };
  return {
    id: Id,
    gone,
    back: async () => followed(await engine.loadImage(createReadStream(kept))),
    remove: async () => {
      await gone();
      await engine.getImage(base).remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function followed(progress: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(progress, (error: Error | null) =>
      error === null ? resolve() : reject(error),
    );
  });
}
