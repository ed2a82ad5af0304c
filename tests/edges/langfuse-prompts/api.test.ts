import { describe, expect, test } from "vitest";
import {
  addLabel,
  createVersion,
  listPrompts,
  readVersions,
} from "../../../src/edges/langfuse-prompts/api.ts";
import { LangfuseRefused } from "../../../src/edges/langfuse-prompts/refused.ts";
import type { Server } from "../../../src/edges/langfuse-prompts/request.ts";
import { fakeLangfuse } from "./server.ts";
import type { FakeLangfuse } from "./server.ts";

const serverOf = ({ url, env }: FakeLangfuse, timeoutMs = 5000): Server => ({
  base: url,
  authorization: `Basic ${btoa(`pk-lf-x:${env["LANGFUSE_SECRET_KEY"]}`)}`,
  timeoutMs,
  secretless: (text) => text.replaceAll(env["LANGFUSE_SECRET_KEY"] ?? "", "…").replaceAll(/Basic \S+/g, "…"),
});
const greet = { name: "greet", type: "text", prompt: "Hi {{who}}", config: { a: 1 } } as const;

async function refusal(work: Promise<unknown>): Promise<LangfuseRefused> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LangfuseRefused)) throw new Error("nothing was refused", { cause: error });
  expect(error.message).toMatch(/^Langfuse at http:\/\/127\.0\.0\.1:\d+[^\n]*: [^\n]+$/);
  expect(error.message).not.toMatch(/sk-lf|Basic/);
  return error;
}

test("names and versions come whole, over pages; a name that is not there has none", async () => {
  const fake = await fakeLangfuse();
  const server = serverOf(fake);
  for (let index = 0; index < 101; index++) await createVersion(server, { ...greet, name: `p${index}` });
  expect(await createVersion(server, { ...greet, name: "p7", commitMessage: "why" })).toBe(2);
  expect(await listPrompts(server)).toHaveLength(101);
  const versions = await readVersions(server, "p7");
  expect(versions.map(({ version, labels, commitMessage }) => [version, labels, commitMessage])).toEqual([
    [1, [], null],
    [2, ["latest"], "why"],
  ]);
  expect(await readVersions(server, "p")).toEqual([]);
});

describe("what is busy or away", () => {
  test.each([
    [{ status: 429, headers: { "retry-after": "0" } }],
    [{ status: 503, headers: { "retry-after": "0" } }],
  ])("is asked again, but for what makes something: %j", async (fault) => {
    const fake = await fakeLangfuse();
    const server = serverOf(fake);
    fake.faults.push(
      { method: "GET", ...fault },
      { method: "PATCH", ...fault },
      { method: "POST", ...fault },
    );
    const lost = await refusal(createVersion(server, greet));
    expect([lost.isUncertain, fake.kept.length]).toEqual([true, 0]);
    await createVersion(server, greet);
    await addLabel(server, "greet", 1, "production");
    const [version] = await readVersions(server, "greet");
    expect(version?.labels).toEqual(["latest", "production"]);
    expect(fake.faults).toEqual([]);
  });

  test("for ever is said at last, without a key", async () => {
    const fake = await fakeLangfuse();
    for (let tries = 0; tries < 4; tries++)
      fake.faults.push({ method: "GET", status: 500, headers: { "retry-after": "0" } });
    expect((await refusal(listPrompts(serverOf(fake)))).message).toContain(
      "HTTP 500 (sad …); try again later",
    );
    expect(fake.asked).toHaveLength(4);
  });

  test("does not answer, or breaks off: nobody knows whether it was done", async () => {
    const fake = await fakeLangfuse();
    fake.faults.push({ method: "POST", instead: "hang", isDone: true }, { method: "POST", instead: "reset" });
    const late = await refusal(createVersion(serverOf(fake, 100), greet));
    expect([late.isUncertain, late.message.includes("no answer in time")]).toEqual([true, true]);
    expect((await refusal(createVersion(serverOf(fake), greet))).isUncertain).toBe(true);
    expect(fake.asked).toHaveLength(2);
  });
});

test.each([
  [
    { status: 401, body: '{"message":"no"}' },
    "HTTP 401 (no): the keys are not taken; check LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY",
  ],
  [{ status: 302, headers: { location: "http://127.0.0.1:1/" } }, "HTTP 302"],
  [{ status: 404, body: "<html>" }, "HTTP 404: nothing there takes prompts; check LANGFUSE_BASE_URL"],
  [{ status: 200, body: "<html>" }, "no JSON came back; check LANGFUSE_BASE_URL"],
  [
    { status: 200, body: '{"data":[{}]}' },
    "it answers otherwise than Langfuse does (data.0.name); check LANGFUSE_BASE_URL",
  ],
  [{ status: 422, body: '{"message":"bad\\nname"}' }, "HTTP 422 (bad name): it does not take what was sent"],
])("what cannot help to be asked again is not: %j", async (fault, said) => {
  const fake = await fakeLangfuse();
  fake.faults.push({ method: "GET", ...fault });
  const error = await refusal(listPrompts(serverOf(fake)));
  expect(error.message).toContain(said);
  expect([error.isUncertain, fake.asked.length]).toEqual([false, 1]);
});

test("a version or an address that is not there is said", async () => {
  const fake = await fakeLangfuse();
  const server = serverOf(fake);
  expect((await refusal(addLabel(server, "greet", 3, "production"))).message).toContain(
    "version 3 of greet is gone; push again",
  );
  const { message } = await refusal(createVersion({ ...server, base: `${fake.url}/other` }, greet));
  expect(message).toContain("check LANGFUSE_BASE_URL");
  expect(
    (await refusal(createVersion({ ...server, authorization: "Basic wrong" }, greet))).message,
  ).toContain("HTTP 401");
});
