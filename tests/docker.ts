/**
 * For tests that need a Docker engine (the one of `DOCKER_HOST`, else of this machine):
 *
 * - `describeDocker(name, tests)`: a `describe` whose tests are skipped, with the reason, where no engine answers, and
 *   counted as tests that need Docker (`tests/reporter.ts`). The image is made before the first of them.
 * - `describeCampaign(name, tests)`: the same, for what takes many minutes: only with `HARNESS_LONG=1`.
 * - `sandboxImage()`: the id (`sha256:…`) of the image of `sandbox/Dockerfile`; made once, then at once.
 */
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import Docker from "dockerode";
import { beforeAll, describe } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Why a test that needs Docker cannot run here. */
    noEngine?: string;
  }
}

const tag = "harness-sandbox-test";
const answerMs = 30_000;
const imageMs = 15 * 60_000;

/** Why no engine can be used, or null where one answers. Asked once for each test file. */
const noEngine = await findEngine();

async function findEngine(): Promise<string | null> {
  try {
    await new Docker({ timeout: answerMs }).ping();
    return null;
  } catch (error) {
    return `no Docker engine answers (${error instanceof Error ? error.message : String(error)})`;
  }
}

export const describeDocker = (name: string, tests: () => void): void => register(name, tests, true);

const isLong = process.env["HARNESS_LONG"] === "1";

export const describeCampaign = (name: string, tests: () => void): void => register(name, tests, isLong);

function register(name: string, tests: () => void, isWanted: boolean): void {
  const missing = noEngine === null ? {} : { skip: true, meta: { noEngine } };
  const skip = isWanted ? missing : { skip: true };
  describe(`${name} (needs Docker)`, { tags: ["docker"], ...skip }, () => {
    beforeAll(async () => void (await sandboxImage()), imageMs);
    tests();
  });
}

let image: Promise<string> | undefined;

/** Throws what the engine said when it could not build. */
export const sandboxImage = (): Promise<string> => (image ??= makeImage());

/** One at a time on this machine: the engine shares what is built, but not what two are building at once. */
async function makeImage(): Promise<string> {
  const lock = await takeLock(join(tmpdir(), `${tag}-${userInfo().uid}.db`));
  try {
    return await build();
  } finally {
    lock.close();
  }
}

async function build(): Promise<string> {
  const docker = new Docker();
  const context = join(import.meta.dirname, "../sandbox");
  const options = { t: tag, forcerm: true };
  const progress = await docker.buildImage({ context, src: ["Dockerfile"] }, options);
  const told = await new Promise<readonly BuildLine[]>((resolve, reject) => {
    docker.modem.followProgress(progress, (error: Error | null, lines: readonly BuildLine[]) =>
      error === null ? resolve(lines) : reject(error),
    );
  });
  if (told.some((line) => line.error !== undefined)) {
    const text = told.map((line) => line.stream ?? line.error ?? "").join("");
    throw new Error(
      `sandbox/Dockerfile cannot be built; the end of what the engine said:\n${text.slice(-4000)}`,
    );
  }
  return (await docker.getImage(tag).inspect()).Id;
}

/** A failed build ends like any other, with an `error` among its lines. */
interface BuildLine {
  readonly stream?: string;
  readonly error?: string;
}

/** Held by the kernel for this process until it is closed, however the process ends. */
async function takeLock(path: string): Promise<{ close(): void }> {
  const lock = new Database(path, { timeout: 0 });
  for (;;) {
    try {
      lock.exec("BEGIN EXCLUSIVE");
      return lock;
    } catch (error) {
      if ((error as { code?: string }).code !== "SQLITE_BUSY") throw error;
      await delay(100);
    }
  }
}
