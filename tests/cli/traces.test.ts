import { readFile } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { capture } from "../edges/traces/capture.ts";
import type { Capture } from "../edges/traces/capture.ts";
import { spansIn } from "../edges/traces/mapper.ts";
import type { OtlpRequest } from "../edges/traces/mapper.ts";
import { example, fill, harness, ranOnce, runId } from "./ground.ts";

const keys = { LANGFUSE_PUBLIC_KEY: "pk-lf-1", LANGFUSE_SECRET_KEY: "sk-lf-0123456789" };
const envOf = ({ url }: Capture): Record<string, string> => ({ ...keys, LANGFUSE_BASE_URL: url });

/** Lines about traces alone. */
const linesOf = (err: string): readonly string[] =>
  err.split("\n").flatMap((line) => /^ traces {5}(.*)$/.exec(line)?.[1] ?? []);

const kindsOf = ({ spans }: Capture): ReadonlySet<string> =>
  new Set(
    [...spans.values()].flatMap(({ attributes }) =>
      attributes.flatMap(({ key, value }) =>
        key === "langfuse.observation.type" ? [value.stringValue ?? ""] : [],
      ),
    ),
  );

/** From now on nothing in this thread may open a connection. */
function noConnections(): void {
  const refuse = (): never => {
    throw new Error("this thread opened a connection");
  };
  const spies = [
    vi.spyOn(Socket.prototype, "connect").mockImplementation(refuse),
    vi.spyOn(globalThis, "fetch").mockImplementation(refuse),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
}

test("a run is sent while it goes on, from another thread, and nobody is told", async () => {
  const server = await capture();
  const dir = await example("hello");
  noConnections();
  const done = await harness(dir, ["run", "goal.md"], { env: envOf(server) });
  expect({ code: done.code, lines: linesOf(done.err) }).toEqual({ code: 0, lines: [] });
  expect([...kindsOf(server)].toSorted()).toEqual(["agent", "evaluator", "generation", "span", "tool"]);
  expect([...server.scores.values()].map(({ name }) => name).toSorted()).toEqual([
    "check:c1",
    "check:greets",
    "outcome",
    "verdict",
    "verdict",
  ]);
  const { out } = await harness(dir, ["traces"], { env: envOf(server) });
  expect(out).toBe(` target     Langfuse at ${server.url}\n sent       1 of 1 run in full\n`);
});

describe("a server that cannot be had", () => {
  test("for a whole run changes nothing of it; what waits is told, and goes with the next one", async () => {
    const server = await capture();
    await server.close();
    const dir = await example("hello");
    const done = await harness(dir, ["run", "goal.md"], { env: envOf(server) });
    expect(done.code).toBe(0);
    // It is told at once only where it lasts.
    expect(linesOf(done.err).at(-1)).toMatch(/^\d\d spans wait \(ECONNREFUSED\): harness traces push$/);

    await server.open();
    const next = await harness(dir, ["run", "goal.md"], { env: envOf(server) });
    expect({ code: next.code, lines: linesOf(next.err) }).toEqual({ code: 0, lines: [] });
    const sessions = [...server.spans.values()].flatMap(({ attributes }) =>
      attributes.flatMap(({ key, value }) => (key === "session.id" ? [value.stringValue] : [])),
    );
    expect(new Set(sessions)).toEqual(new Set([runId(done.err), runId(next.err)]));
  });

  test("since it never answers does not hold up the end", async () => {
    const server = await capture();
    server.behave(() => ({ instead: "hang" }));
    const done = await harness(await example("hello"), ["run", "goal.md"], { env: envOf(server) });
    expect(done.code).toBe(0);
    expect(linesOf(done.err)).toEqual([
      expect.stringMatching(/wait \(no answer so far\): harness traces push$/),
    ]);
    expect(server.arrivals.length).toBeGreaterThan(0);
  });

  test("since it does not take the keys is told once", async () => {
    const server = await capture();
    server.behave(() => ({ status: 401, body: '{"message":"Invalid credentials"}' }));
    const dir = await example("hello");
    const done = await harness(dir, ["run", "goal.md"], { env: envOf(server) });
    expect(done.code).toBe(0);
    const why = "HTTP 401 (Invalid credentials): the keys are not taken";
    expect(linesOf(done.err)).toEqual([
      `Langfuse at ${server.url} takes none: ${why}; they wait for harness traces push`,
    ]);
    const { out } = await harness(dir, ["traces"], { env: envOf(server) });
    expect(out).toContain(`trouble    ${why}`);
    expect(out).toContain("send them  harness traces push");
  });
});

test.each(["none", "metadata"] as const)("with content %s no text of the run arrives", async (content) => {
  const server = await capture();
  const dir = await example("hello");
  await fill(dir, { "harness.yaml": `traces: { content: ${content} }\n` });
  expect((await harness(dir, ["run", "goal.md"], { env: envOf(server) })).code).toBe(0);
  expect([...kindsOf(server)]).toContain("generation");
  const everything = JSON.stringify(server.arrivals).toLowerCase();
  const told = [
    "hello, and",
    "welcome",
    "you plan work",
    "you do one task",
    "grep",
    "greeting.txt",
    "submitted.",
  ].filter((text) => everything.includes(text));
  expect(told).toEqual([]);
});

describe("with a run that was not sent", () => {
  const ran = ranOnce(async () => example("hello", false));

  test("push sends it, with what it did, and has nothing to do then", async () => {
    const [server, { dir, id }] = [await capture(), await ran()];
    const env = envOf(server);
    const json = await harness(dir, ["traces", "status", "--json"], { env });
    const [target] = (JSON.parse(json.out) as { targets: { runs: { waiting: number }[] }[] }).targets;
    expect(target?.runs).toEqual([
      { run: id, events: expect.any(Number) as number, sent: 0, waiting: expect.any(Number) as number },
    ]);
    const done = await harness(dir, ["traces", "push"], { env });
    expect(done).toMatchObject({
      code: 0,
      err: expect.stringMatching(new RegExp(`^ sent {7}run ${id}: \\d\\d spans\n$`)) as string,
    });
    expect(server.spans.size + server.scores.size).toBe(target?.runs[0]?.waiting);
    expect((await harness(dir, ["traces", "push"], { env })).err).toBe(
      ` traces     Langfuse at ${server.url} has all\n`,
    );
  });

  test("push says what is wrong, and ends with the code for that", async () => {
    const [server, { dir }] = [await capture(), await ran()];
    server.behave(() => ({ status: 403 }));
    const done = await harness(dir, ["traces", "push"], { env: envOf(server) });
    expect(done.code).toBe(5);
    expect(done.err).toContain(
      "not sent   HTTP 403: the keys are not taken; try again: harness traces push\n",
    );
  });

  test("what was refused for good is listed", async () => {
    const [server, { dir, id }] = [await capture(), await ran()];
    server.behave(({ score }) =>
      score?.name === "outcome" ? { status: 400, body: '{"message":"no such outcome"}' } : {},
    );
    await harness(dir, ["traces", "push"], { env: envOf(server) });
    const { out } = await harness(dir, ["traces"], { env: envOf(server) });
    expect(out).toMatch(
      new RegExp(`^ refused {4}[0-9a-f]+ of run ${id}: HTTP 400 \\(no such outcome\\)$`, "m"),
    );
  });

  test("any endpoint of OTLP takes it", async () => {
    const [server, { dir }] = [await capture(), await ran()];
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: server.url, OTEL_EXPORTER_OTLP_HEADERS: "api-key=abc" };
    expect((await harness(dir, ["traces", "push"], { env })).code).toBe(0);
    const names = [...server.spans.values()].map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["chat script.yaml", "execute_tool write_file", "invoke_agent task greet"]),
    );
    expect(server.arrivals[0]?.headers["api-key"]).toBe("abc");
  });

  test("--since and --run leave others out", async () => {
    const [server, { dir, id }] = [await capture(), await ran()];
    const env = envOf(server);
    await harness(dir, ["traces", "push", "--since", "2199-01-01"], { env });
    expect(server.arrivals).toHaveLength(0);
    await harness(dir, ["traces", "push", "--since", "2026-01-01", "--run", id.slice(0, 3)], { env });
    expect(server.arrivals.length).toBeGreaterThan(0);
  });

  test("export writes requests of OTLP, to a new file or to stdout", async () => {
    const { dir } = await ran();
    expect(await harness(dir, ["traces", "export", "--otlp", "t.jsonl"])).toMatchObject({
      code: 0,
      out: "",
      err: " written    1 run to t.jsonl\n",
    });
    const file = await readFile(join(dir, "t.jsonl"), "utf8");
    expect((await harness(dir, ["traces", "export", "--otlp", "-"])).out).toBe(file);
    const spans = file
      .trimEnd()
      .split("\n")
      .flatMap((line) => spansIn(JSON.parse(line) as OtlpRequest));
    expect(spans.length).toBeGreaterThan(15);
    expect(await harness(dir, ["traces", "export", "--otlp", "t.jsonl"])).toMatchObject({
      code: 2,
      err: "harness: t.jsonl is there already; name a new file\n",
    });
  });

  test("without keys it is said which to set, and a run says nothing", async () => {
    const { dir, done } = await ran();
    expect(linesOf(done.err)).toEqual([]);
    const which = /set LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY and LANGFUSE_BASE_URL/;
    expect(await harness(dir, ["traces"])).toMatchObject({
      code: 0,
      err: expect.stringMatching(which) as string,
    });
    expect(await harness(dir, ["traces", "push"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(which) as string,
    });
    const half = await harness(dir, ["traces"], { env: { LANGFUSE_PUBLIC_KEY: "pk" } });
    expect(half.err).toContain("LANGFUSE_SECRET_KEY is missing");
  });

  test.each([
    [
      ["traces", "pusch"],
      'harness: harness traces pusch: there is no such thing; did you mean "push"? there are status, push, export',
    ],
    [["traces", "export"], "harness: harness traces export --otlp FILE: say where to, - for stdout"],
    [
      ["traces", "push", "--since", "2026-13-45"],
      "harness: --since 2026-13-45 is not a day; give one like 2026-11-28",
    ],
    [
      ["traces", "export", "--otlp", "no/where"],
      /^harness: no\/where cannot be made: .* is not a directory; make it first$/,
    ],
  ])("%j is told in one line", async (argv, line) => {
    const { dir } = await ran();
    const done = await harness(dir, argv);
    expect(done).toMatchObject({ code: 2, out: "" });
    expect(done.err.trimEnd()).toEqual(typeof line === "string" ? line : expect.stringMatching(line));
  });
});
