import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { openModels } from "../../../src/edges/models/models.ts";
import { type Hold, sharedHold } from "../../../src/edges/models/shared-holds.ts";
import { asking, key } from "./wire/kit.ts";
import { type Reply, serve, status } from "./wire/server.ts";

const never = new AbortController().signal;

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-holds-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  return dir;
}

const now = 1_800_000_000_000;
const most = 600_000;
const at = (dir: string, { apiKey = key, provider = "anthropic", clock = now } = {}): Hold =>
  sharedHold({ HARNESS_HOLDS_DIR: dir }, provider, { apiKey, baseUrl: null }, () => clock);

/** What another process hears after it extended a hold to these times. */
async function otherRun(dir: string, times: string, ...uid: string[]): Promise<string> {
  const program = new URL("holds-child.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [program, key, times, ...uid], {
    env: { HARNESS_HOLDS_DIR: dir },
  });
  return stdout.trim();
}

describe("a hold", () => {
  test("is heard by every other run of the key until its time, and then forgotten", async () => {
    const dir = await folder();
    expect(await at(dir).until()).toBeNull();
    await at(dir).extend(now + 5000);
    expect(await at(dir).until()).toBe(now + 5000);
    expect(await at(dir, { clock: now + 4999 }).until()).toBe(now + 5000);
    expect(await at(dir, { clock: now + 5000 }).until()).toBeNull();
    await at(dir, { clock: now + 6000 }).extend(now + 7000);
    expect(await readdir(dir)).toHaveLength(1);
  });

  test("is of one provider, address and key", async () => {
    const dir = await folder();
    const env = { HARNESS_HOLDS_DIR: dir };
    const of = (provider: string, baseUrl: string | null, apiKey: string | null): Hold =>
      sharedHold(env, provider, { apiKey, baseUrl }, () => now);
    await of("openai", "http://host/v1", "k").extend(now + 1);
    expect(await of("openai", "http://HOST:80/v1/", "k").until()).toBe(now + 1);
    for (const other of [
      of("openai-compatible", "http://host/v1", "k"),
      of("openai", "http://host/v2", "k"),
      of("openai", null, "k"),
      of("openai", "http://host/v1", "l"),
      of("openai", "http://host/v1", null),
    ])
      expect(await other.until()).toBeNull();
  });

  test("the later of several counts, and none is longer than a provider may ask for", async () => {
    const wish = fc.oneof(fc.integer({ min: -1000, max: 2 * most }), fc.constantFrom(Infinity, 1e300, 0.5));
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { maxLength: 6 }), async (wishes) => {
        const dir = await mkdtemp(join(tmpdir(), "harness-holds-"));
        await Promise.all(wishes.map(async (wish) => at(dir).extend(now + wish)));
        const until = await at(dir).until();
        await rm(dir, { recursive: true });
        const longest = Math.min(most, Math.ceil(now + Math.max(0, ...wishes)) - now);
        expect(until).toBe(longest > 0 ? now + longest : null);
      }),
      { numRuns: 50 },
    );
  });

  test("between two processes that write at the same time, none is lost", async () => {
    const dir = await folder();
    const begun = Date.now();
    const times = (offset: number): string =>
      Array.from({ length: 40 }, (_, index) => begun + 60_000 + index * 100 + offset).join(",");
    await Promise.all([otherRun(dir, times(1)), otherRun(dir, times(0))]);
    const own = sharedHold({ HARNESS_HOLDS_DIR: dir }, "anthropic", { apiKey: key, baseUrl: null });
    expect(await own.until()).toBe(begun + 60_000 + 3901);
  });

  test("is kept where only its owner reads, without the key", async () => {
    const dir = join(await folder(), "deep", "holds");
    await at(dir).extend(now + 5000);
    const [name = ""] = await readdir(dir);
    expect(name).toMatch(/^[0-9a-f]{64}\.1800000005000$/);
    expect([(await stat(dir)).mode & 0o777, (await stat(join(dir, name))).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    expect((await stat(join(dir, name))).size).toBe(0);
  });
});

describe("where holds are kept", () => {
  test("as the environment says; nowhere without a home", async () => {
    const home = await folder();
    const keeps = async (env: Record<string, string>, below: string): Promise<void> => {
      const hold = sharedHold(env, "anthropic", { apiKey: key, baseUrl: null }, () => now);
      await hold.extend(now + 5000);
      expect(await hold.until()).toBe(now + 5000);
      expect(await readdir(join(home, below))).toHaveLength(1);
    };
    await keeps({ HARNESS_HOLDS_DIR: join(home, "a"), XDG_STATE_HOME: join(home, "b"), HOME: home }, "a");
    await keeps({ HARNESS_HOLDS_DIR: "", XDG_STATE_HOME: join(home, "b"), HOME: home }, "b/harness/holds");
    await keeps({ XDG_STATE_HOME: "not/absolute", HOME: home }, ".local/state/harness/holds");
    for (const env of [{}, { HOME: "" }, { HOME: "not/absolute" }]) {
      const hold = sharedHold(env, "anthropic", { apiKey: key, baseUrl: null }, () => now);
      await hold.extend(now + 5000);
      expect(await hold.until()).toBeNull();
    }
  });
});

describe("a directory of holds that is damaged, hostile or missing stops nobody", () => {
  const named = async (dir: string): Promise<string> => {
    await at(dir).extend(now + 5000);
    const [name = ""] = await readdir(dir);
    await rm(join(dir, name));
    return name.slice(0, 64);
  };

  test.each([
    ["far in the future", String(now + 10 * most)],
    ["a moment beyond the longest wait", String(now + most + 1)],
    ["past", String(now - 1)],
    ["now", String(now)],
    ["zero", "0"],
    ["below zero", "-1"],
    ["no number", "soon"],
    ["nothing", ""],
    ["a number too long", "9".repeat(17)],
    ["a number in another script", "١٨٠٠٠٠٠٠٠٥٠٠٠"],
    ["a fraction", `${now + 5000}.5`],
  ])("a time that is %s", async (_, time) => {
    const dir = await folder();
    await writeFile(join(dir, `${await named(dir)}.${time}`), '{"until":1e99}');
    expect(await at(dir).until()).toBeNull();
    await at(dir).extend(now + 7);
    expect(await at(dir).until()).toBe(now + 7);
  });

  test("a clock that was set back: never longer than the longest wait", async () => {
    const dir = await folder();
    await at(dir).extend(now + most);
    expect(await at(dir, { clock: now - 3_600_000 }).until()).toBeNull();
    expect(await at(dir, { clock: now - 1 }).until()).toBeNull();
    expect(await at(dir, { clock: now + 1 }).until()).toBe(now + most);
  });

  test("what stands where a hold would be written", async () => {
    const dir = await folder();
    const digest = await named(dir);
    await mkdir(join(dir, `${digest}.${now + 1}`));
    await symlink("/dev/full", join(dir, `${digest}.${now + 2}`));
    await symlink(join(dir, "elsewhere"), join(dir, `${digest}.${now + 3}`));
    await at(dir).extend(now + 1);
    await at(dir).extend(now + 3);
    expect(await readdir(dir)).not.toContain("elsewhere");
    expect(await at(dir).until()).toBe(now + 3);
    // What is over is cleared, as far as it can be; what is not ours stays.
    await writeFile(join(dir, "mine.txt"), "");
    await at(dir, { clock: now + 10 }).extend(now + 20);
    expect((await readdir(dir)).toSorted()).toEqual(
      [`${digest}.${now + 1}`, `${digest}.${now + 20}`, "mine.txt"].toSorted(),
    );
  });

  test.each<[string, (dir: string) => Promise<string>]>([
    ["missing, below a file", async (dir) => (await writeFile(join(dir, "f"), ""), join(dir, "f", "holds"))],
    ["a file", async (dir) => (await writeFile(join(dir, "f"), ""), join(dir, "f"))],
    ["a link to nowhere", async (dir) => (await symlink("nowhere/at/all", join(dir, "l")), join(dir, "l"))],
    ["a link to itself", async (dir) => (await symlink("l", join(dir, "l")), join(dir, "l"))],
    ["of a name too long", (dir) => Promise.resolve(join(dir, "x".repeat(300)))],
    ["no directory on any disk", () => Promise.resolve("/proc/self/harness-holds")],
  ])("a directory that is %s", async (_, prepare) => {
    const dir = await prepare(await folder());
    const hold = at(dir);
    await expect(hold.extend(now + 5000)).resolves.toBeUndefined();
    expect(await hold.until()).toBeNull();
  });
});

test.each([0o500, 0o000])("a directory of mode %o, for a user whom modes bind", async (mode) => {
  const dir = await folder();
  await chmod(dir, mode);
  const nobody = process.getuid?.() === 0 ? ["65534"] : [];
  expect(await otherRun(dir, String(Date.now() + 60_000), ...nobody)).toBe("null");
});

describe("a model", () => {
  const limited = (headers: Record<string, string> = {}, code = 429): Reply => status(code, "{}", headers);

  /** What two projects hear of a hold after one of them was answered so. */
  async function heard(reply: Reply, name = "anthropic/m"): Promise<readonly (number | null)[]> {
    await using server = await serve(reply);
    const dir = await folder();
    const env = {
      HARNESS_HOLDS_DIR: dir,
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_BASE_URL: server.url,
      OPENAI_API_KEY: key,
      OPENAI_BASE_URL: `${server.url}/v1`,
    };
    const [one, two] = ["/one", "/two"].map((projectDir) => openModels({ projectDir, env, project: {} }));
    const begun = Date.now();
    await (await one?.model(name))?.respond(asking(), never);
    const untils = await Promise.all([one?.heldUntil(name), two?.heldUntil(name)]);
    return untils.map((until) => (until == null ? null : Math.round((until - begun) / 10_000) * 10));
  }

  test.each<[string, Reply, number | null]>([
    ["429 with retry-after", limited({ "retry-after": "60" }), 60],
    ["529 with retry-after", limited({ "retry-after": "60" }, 529), 60],
    ["429 with an absurd retry-after", limited({ "retry-after": "315360000" }), 600],
    ["429 without", limited(), null],
    ["429 with retry-after: 0", limited({ "retry-after": "0" }), null],
    ["503 with retry-after, which is no limit of a key", limited({ "retry-after": "60" }, 503), null],
    ["401", limited({ "retry-after": "60" }, 401), null],
  ])("that was answered %s holds every run of its key", async (_, reply, seconds) => {
    expect(await heard(reply)).toEqual([seconds, seconds]);
  });

  test.each(["openai/m", "openai-compatible/m"])("of another provider does so too: %s", async (name) => {
    expect(await heard(limited({ "retry-after": "60" }), name)).toEqual([60, 60]);
  });

  test("whose holds cannot be kept answers as it would have", async () => {
    await using server = await serve(limited({ "retry-after": "60" }));
    const env = {
      HARNESS_HOLDS_DIR: "/proc/self/harness-holds",
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_BASE_URL: server.url,
    };
    const models = openModels({ projectDir: "/nowhere", env, project: {} });
    const response = await (await models.model("anthropic/m")).respond(asking(), never);
    expect(response).toMatchObject({ error: { class: "rate-limit", retryAfterMs: 60_000 } });
    expect(await models.heldUntil("anthropic/m")).toBeNull();
  });
});
