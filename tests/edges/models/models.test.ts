import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { ProjectSpec } from "../../../src/core/goal.ts";
import type { Model } from "../../../src/core/model.ts";
import { openModels } from "../../../src/edges/models/models.ts";
import listed from "../../../src/edges/models/prices.json" with { type: "json" };
import { refusal, scriptFolder } from "./script-folder.ts";
import { asking } from "./wire/kit.ts";
import { serve, status } from "./wire/server.ts";

type Env = Readonly<Record<string, string>>;

const open = async (
  name: string,
  env: Env = {},
  project: ProjectSpec = {},
  projectDir = "/nowhere",
): Promise<Model> => openModels({ projectDir, env, project }).model(name);

describe("a name", () => {
  test.each([
    ["anthropic/m", { ANTHROPIC_API_KEY: "k" }],
    ["openai/m", { OPENAI_API_KEY: "k" }],
    ["openai-compatible/org/m:7b", { OPENAI_COMPATIBLE_BASE_URL: "http://127.0.0.1:1/v1" }],
  ])("%s is the model's own", async (name, env) => {
    expect((await open(name, env)).name).toBe(name);
  });

  test.each([
    [
      "claude",
      'no provider of models is called "claude"; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ],
    [
      "antropic/m",
      'no provider of models is called "antropic"; did you mean "anthropic"? write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ],
    [
      "",
      'no provider of models is called ""; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ],
    ["openai/", '"openai/" names no model; write openai/MODEL'],
    ["scripted", '"scripted" names no model; write scripted/FILE'],
  ])("%j is refused", async (name, said) => {
    expect(await refusal(open(name))).toBe(said);
  });

  test("is opened once, also by two at the same time", async () => {
    const models = openModels({ projectDir: await scriptFolder("plan/1: [x]\n"), env: {}, project: {} });
    const [one, two] = await Promise.all([
      models.model("scripted/script.yaml"),
      models.model("scripted/script.yaml"),
    ]);
    expect(two).toBe(one);
    expect(await models.model("scripted/script.yaml")).toBe(one);
    expect(await models.model("scripted/./script.yaml")).not.toBe(one);
  });

  test("that was refused can be opened when the script is mended", async () => {
    const dir = await scriptFolder("plan/1: x\n");
    const models = openModels({ projectDir: dir, env: {}, project: {} });
    expect(await refusal(models.model("scripted/script.yaml"))).toContain(
      "script.yaml:1: the turns of plan/1",
    );
    await writeFile(join(dir, "script.yaml"), "plan/1: [x]\n");
    expect((await models.model("scripted/script.yaml")).name).toBe("scripted/script.yaml");
  });
});

describe("how long a model is held", () => {
  test("a script never is; what cannot be opened is refused like its model", async () => {
    const projectDir = await scriptFolder("plan/1: [x]\n");
    const models = openModels({ projectDir, env: { HARNESS_HOLDS_DIR: projectDir }, project: {} });
    expect(await models.heldUntil("scripted/script.yaml")).toBeNull();
    expect(await refusal(models.heldUntil("anthropic/m"))).toBe(
      "anthropic/m needs a key: set ANTHROPIC_API_KEY, with: export ANTHROPIC_API_KEY=…; a model of openai/ needs OPENAI_API_KEY instead",
    );
  });
});

describe("a price", () => {
  const prices = {
    "scripted/script.yaml": { input: 7, output: 8 },
    "anthropic/m": { input: 3, output: 15, cache_read: 0.3 },
  };
  const project = { prices };

  test("is the script's, else the project's, else unknown", async () => {
    const priced = await scriptFolder("price: { input: 1, output: 5 }\nplan/1: [x]\n");
    const free = await scriptFolder("plan/1: [x]\n");
    const of = async (dir: string, from: ProjectSpec): Promise<unknown> =>
      (await open("scripted/script.yaml", {}, from, dir)).price;
    expect(await of(priced, project)).toEqual({ input: 1, output: 5, cacheRead: 1, cacheWrite: 1 });
    expect(await of(free, project)).toEqual({ input: 7, output: 8, cacheRead: 7, cacheWrite: 7 });
    expect(await of(free, {})).toBeNull();
  });

  test("of a provider's model is the project's, else the listed one, else unknown", async () => {
    const of = async (name: string, from: ProjectSpec): Promise<unknown> =>
      (await open(name, { ANTHROPIC_API_KEY: "k" }, from)).price;
    // What is left out of a project's price is never less than what may be charged.
    const anthropic = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
    expect(await of("anthropic/m", project)).toEqual(anthropic);
    expect(await of("anthropic/claude-sonnet-4-5", {})).toMatchObject({ input: 3, output: 15 });
    expect(await of("anthropic/m", {})).toBeNull();
  });

  test("of the project wins over the listed one, of a dated version too", async () => {
    const own = { "anthropic/claude-sonnet-4-5": { input: 1, output: 2, cache_read: 0, cache_write: 9 } };
    const of = async (name: string): Promise<unknown> =>
      (await open(name, { ANTHROPIC_API_KEY: "k" }, { prices: own })).price;
    const mine = { input: 1, output: 2, cacheRead: 0, cacheWrite: 9 };
    expect(await of("anthropic/claude-sonnet-4-5")).toEqual(mine);
    expect(await of("anthropic/claude-sonnet-4-5-20250929")).toEqual(mine);
    expect(await of("anthropic/claude-haiku-4-5")).toMatchObject({ input: 1, output: 5 });
  });

  test("is listed with its source, the month it was known and a unit, and no price is a slip of a point", () => {
    expect(listed.source).toMatch(/claude\.com\/pricing.*openai\.com\/api\/pricing/);
    expect(listed.known).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
    expect(listed.unit).toBe("US dollars per million tokens");
    for (const [name, { input, output, cacheRead, cacheWrite }] of Object.entries(listed.prices)) {
      expect(name).toMatch(/^(anthropic\/claude|openai\/gpt)-[a-z0-9.-]+$/);
      expect(input).toBeGreaterThan(0);
      expect(output / input).toSatisfy((times: number) => times >= 4 && times <= 8);
      expect(cacheRead / input).toSatisfy((share: number) => share > 0.09 && share < 0.26);
      expect(cacheWrite / input).toBeCloseTo(name.startsWith("anthropic/") ? 1.25 : 1, 6);
    }
  });
});

const gateway = "https://gateway.example/v1";
const secret = "sk-secret-1";

describe("what is missing or would send a key elsewhere is refused", () => {
  test.each<[string, string, Env, ProjectSpec["base_urls"], string]>([
    [
      "no key",
      "anthropic/m",
      { OPENAI_API_KEY: secret },
      {},
      "anthropic/m needs a key: set ANTHROPIC_API_KEY, with: export ANTHROPIC_API_KEY=…; a model of openai/ needs OPENAI_API_KEY instead",
    ],
    [
      "no key",
      "openai/m",
      { OPENAI_COMPATIBLE_API_KEY: secret },
      {},
      "openai/m needs a key: set OPENAI_API_KEY, with: export OPENAI_API_KEY=…; a model of anthropic/ needs ANTHROPIC_API_KEY instead",
    ],
    [
      "an empty key",
      "openai/m",
      { OPENAI_API_KEY: " " },
      {},
      "openai/m needs a key: set OPENAI_API_KEY, with: export OPENAI_API_KEY=…; a model of anthropic/ needs ANTHROPIC_API_KEY instead",
    ],
    [
      "a broken key",
      "openai/m",
      { OPENAI_API_KEY: `${secret}\nx` },
      {},
      "OPENAI_API_KEY holds blanks or characters that no key has; set it to the key alone",
    ],
    [
      "no server",
      "openai-compatible/m",
      { OPENAI_API_KEY: secret },
      { openai: gateway },
      "openai-compatible/m needs the address of its server: set OPENAI_COMPATIBLE_BASE_URL, or base_urls: { openai-compatible: http://… } in harness.yaml",
    ],
    [
      "a project's gateway",
      "anthropic/m",
      { ANTHROPIC_API_KEY: secret },
      { anthropic: gateway },
      `ANTHROPIC_API_KEY is meant for anthropic.com, and harness.yaml would send it to gateway.example; if you want that, set ANTHROPIC_BASE_URL=${gateway}`,
    ],
    [
      "a host that looks like home",
      "openai/m",
      { OPENAI_API_KEY: secret },
      { openai: "https://notopenai.com/v1" },
      "OPENAI_API_KEY is meant for openai.com, and harness.yaml would send it to notopenai.com; if you want that, set OPENAI_BASE_URL=https://notopenai.com/v1",
    ],
    [
      "home without TLS",
      "openai/m",
      { OPENAI_API_KEY: secret },
      { openai: "http://api.openai.com/v1" },
      "OPENAI_API_KEY is meant for openai.com, and harness.yaml would send it to api.openai.com; if you want that, set OPENAI_BASE_URL=http://api.openai.com/v1",
    ],
    [
      "no address",
      "openai/m",
      { OPENAI_API_KEY: secret, OPENAI_BASE_URL: "gateway" },
      {},
      "OPENAI_BASE_URL is no address; write it like https://host/path",
    ],
    [
      "a file for an address",
      "openai-compatible/m",
      {},
      { "openai-compatible": "file:///etc/passwd" },
      "base_urls.openai-compatible of harness.yaml is no address; write it like https://host/path",
    ],
    [
      "a login",
      "openai-compatible/m",
      { OPENAI_COMPATIBLE_BASE_URL: `https://me:${secret}@host/` },
      {},
      "OPENAI_COMPATIBLE_BASE_URL holds a login; take it out, keys have variables of their own",
    ],
  ])("%s: %s", async (_what, name, env, base_urls, said) => {
    const line = await refusal(open(name, env, base_urls === undefined ? {} : { base_urls }));
    expect(line).toBe(said);
    expect(line).not.toContain(secret);
  });
});

/** `HERE` stands for the server; what it hears of keys is the outcome. */
async function heard(name: string, env: Env, baseUrls: Env): Promise<readonly (string | undefined)[]> {
  await using server = await serve(status(400, "{}"));
  const here = (all: Env): Env =>
    Object.fromEntries(Object.entries(all).map(([key, text]) => [key, text.replace("HERE", server.url)]));
  const model = await open(name, here(env), { base_urls: here(baseUrls) });
  await model.respond(asking(), new AbortController().signal);
  return server.requests.map(({ headers }) => {
    expect(JSON.stringify(headers)).not.toContain("other-key");
    return headers.authorization ?? headers["x-api-key"]?.toString();
  });
}

describe("a key is sent", () => {
  const other = "other-key";
  const dead = "http://127.0.0.1:1";
  test.each<[string, string, Env, Env, string | undefined]>([
    [
      "to where its own variable says",
      "anthropic/m",
      { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: "HERE", OPENAI_API_KEY: other },
      {},
      "Bearer k",
    ],
    [
      "to where its own variable says",
      "openai/m",
      { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "HERE/v1", ANTHROPIC_API_KEY: other },
      {},
      "Bearer k",
    ],
    [
      "to this machine, if harness.yaml says so",
      "anthropic/m",
      { ANTHROPIC_API_KEY: "k" },
      { anthropic: "HERE" },
      "Bearer k",
    ],
    [
      "as the environment says, not harness.yaml",
      "openai/m",
      { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "HERE/v1" },
      { openai: dead },
      "Bearer k",
    ],
    [
      "without what stands around it",
      "openai/m",
      { OPENAI_API_KEY: " k\n", OPENAI_BASE_URL: "HERE/v1" },
      {},
      "Bearer k",
    ],
    [
      "to a compatible server of harness.yaml: its own",
      "openai-compatible/m",
      { OPENAI_COMPATIBLE_API_KEY: "k", OPENAI_API_KEY: other },
      { "openai-compatible": "HERE/v1" },
      "Bearer k",
    ],
    [
      "to a compatible server of harness.yaml: never OpenAI's",
      "openai-compatible/m",
      { OPENAI_API_KEY: other },
      { "openai-compatible": "HERE/v1" },
      undefined,
    ],
    [
      "even with OPENAI_BASE_URL elsewhere: never OpenAI's",
      "openai-compatible/m",
      { OPENAI_API_KEY: other, OPENAI_BASE_URL: dead },
      { "openai-compatible": "HERE/v1" },
      undefined,
    ],
    [
      "to OPENAI_COMPATIBLE_BASE_URL: never OpenAI's",
      "openai-compatible/m",
      { OPENAI_API_KEY: other, OPENAI_COMPATIBLE_BASE_URL: "HERE/v1" },
      { "openai-compatible": dead },
      undefined,
    ],
    [
      "to OPENAI_BASE_URL: OpenAI's, its companion",
      "openai-compatible/m",
      { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "HERE/v1" },
      {},
      "Bearer k",
    ],
    [
      "to OPENAI_BASE_URL: the compatible one first",
      "openai-compatible/m",
      { OPENAI_COMPATIBLE_API_KEY: "k", OPENAI_API_KEY: other, OPENAI_BASE_URL: "HERE/v1" },
      {},
      "Bearer k",
    ],
  ])("%s (%s)", async (_what, name, env, baseUrls, key) => {
    expect(await heard(name, env, baseUrls)).toEqual([key]);
  });

  test.each([
    "https://api.anthropic.com",
    "https://eu.anthropic.com",
    "http://localhost:9",
    "http://[::1]:9",
  ])("harness.yaml may name %s", async (anthropic) => {
    const model = await open("anthropic/m", { ANTHROPIC_API_KEY: "k" }, { base_urls: { anthropic } });
    expect(model.name).toBe("anthropic/m");
  });
});
