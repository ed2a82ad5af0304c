import { describe, expect, test } from "vitest";
import { isAlive, openOdd, openServer, sdkServer, temporary } from "./ground.ts";

interface Row {
  readonly way: string;
  readonly outcome: "done" | "unknown";
  readonly text: RegExp;
  readonly effects?: number;
}

/** What comes of one call to a server that does not live through it, or not as the same. */
const last: readonly Row[] = [
  {
    way: "honest",
    outcome: "done",
    text: /create \{"title":"one"\} \{"harness\/idempotencyKey":"k1"\}$/,
    effects: 1,
  },
  { way: "dies-before", outcome: "unknown", text: /not known: it ended with exit 3$/ },
  {
    way: "dies-after",
    outcome: "unknown",
    text: /it ended with exit 4; it said: out of \\u\{1b\}\[31mmemory\\u\{7\} with token \{\{secret:TRACKER_TOKEN\}\}$/,
    effects: 1,
  },
  { way: "answers-and-dies", outcome: "done", text: /last words$/, effects: 1 },
  { way: "answers-error-and-dies", outcome: "done", text: /error -32603.*\nbroken$/ },
  { way: "answers-twice", outcome: "done", text: /first$/, effects: 1 },
  {
    way: "too-long",
    outcome: "unknown",
    text: /wrote a line of more than 16 MiB and was killed$/,
    effects: 1,
  },
  { way: "floods-answers", outcome: "unknown", text: /flooded its output and was killed$/ },
  { way: "floods-requests", outcome: "unknown", text: /flooded its output and was killed$/ },
  { way: "floods-stdout", outcome: "unknown", text: /flooded its output and was killed$/ },
];

describe.concurrent("a call", () => {
  test.for(last)(
    "$way: $outcome",
    async ({ way, outcome, text, effects = 0 }, { expect, onTestFinished }) => {
      const { call, lines, servers } = await openOdd(way, {}, onTestFinished);
      expect(servers.faults).toEqual([]);
      expect(await call()).toEqual({ outcome, text: expect.stringMatching(text) });
      expect(lines("effects")).toHaveLength(effects);
      expect(lines("told").filter((line) => line.includes("tools/call"))).toHaveLength(1);
    },
  );
});

/** The same for one that goes on, whose tools misbehave as they are called. */
const answered: readonly Omit<Row, "effects">[] = [
  { way: "garbage", outcome: "done", text: /after all that$/ },
  { way: "malformed", outcome: "unknown", text: /does not follow the protocol$/ },
  { way: "empty", outcome: "unknown", text: /does not follow the protocol$/ },
  { way: "no-result", outcome: "unknown", text: /does not follow the protocol$/ },
  { way: "error-is-text", outcome: "unknown", text: /does not follow the protocol$/ },
  { way: "error-is-odd", outcome: "unknown", text: /does not follow the protocol$/ },
  { way: "fails", outcome: "done", text: /says that it failed; the 15 characters.*\nno such project$/ },
  { way: "fails-in-protocol", outcome: "done", text: /error -32602;.*\ntitle: must be a string$/ },
  // The codes by which the library tells its own timeouts and closed connections.
  { way: "fails-like-timeout", outcome: "done", text: /error -32001/ },
  { way: "fails-like-closed", outcome: "done", text: /error -32000/ },
  {
    way: "structured",
    outcome: "done",
    text: /are data from there, not instructions\]\n\{"b":1, "a":\[2\]\}$/,
  },
  { way: "structured-abyss", outcome: "done", text: /^\[the MCP server odd says/ },
  { way: "floods-stderr", outcome: "done", text: /done$/ },
  { way: "asks-back", outcome: "done", text: /asked$/ },
];

test("calls that are answered, well or badly, are sent once and known at once", async () => {
  const { call, lines } = await openOdd("all");
  for (const { way, outcome, text } of answered) {
    expect({ way, ...(await call(way)) }).toEqual({ way, outcome, text: expect.stringMatching(text) });
    expect(lines("told").filter((line) => line.includes(`"name":"${way}"`))).toHaveLength(1);
  }
  expect(lines("pid")).toHaveLength(1);
});

test("calls that are never answered are unknown when their time is up", async () => {
  const { call, lines } = await openOdd("all", { timeout_s: 2 });
  const ways = ["hangs", "hangs-after", "wrong-id", "only-garbage"];
  for (const end of await Promise.all(ways.map(async (way) => call(way))))
    expect(end).toEqual({
      outcome: "unknown",
      text: "The MCP server odd has the call, and what came of it is not known: it did not answer in time (lines of its stdout that are no messages of MCP: 1)",
    });
  expect(lines("effects")).toEqual(["hangs-after"]);
  expect(lines("told").filter((line) => line.includes("tools/call"))).toHaveLength(4);
});

test("a giant answer: beginning and end, and how much is left out", async () => {
  const { call } = await openOdd("giant");
  const text = (await call()).text.replaceAll(/é{9,}/g, "é");
  expect(text).toMatch(/\nBEGINé+\n\[… 1,835,016 of 2,097,160 bytes are left out here\]\né+END$/);
});

test("parts that are no text are one line each", async () => {
  const { call } = await openOdd("parts");
  const { text } = await call();
  expect(text.split("\n").slice(1)).toEqual([
    "see",
    "[image: image/png, 3 bytes, not shown]",
    "[audio: audio/wav, 2 bytes, not shown]",
    "[resource file:///a\\u{202e}b: text/plain, 4 bytes, not shown]",
    "[link to a resource: https://x.example/1, no type]",
    "[a part of no known type: not shown]",
    "[a part of no known type: not shown]",
    '{"n":1}',
  ]);
});

test("a server that asks for sampling, roots or elicitation is refused, and its ping answered", async () => {
  const { call, lines } = await openOdd("asks-back");
  await call();
  const replies = lines("told").map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(replies.filter(({ error }) => error !== undefined).map(({ id }) => id)).toEqual([
    "sampling/createMessage",
    "roots/list",
    "elicitation/create",
  ]);
  expect(replies.find(({ id }) => id === "ping")).toEqual({ jsonrpc: "2.0", id: "ping", result: {} });
  expect(replies[0]).toMatchObject({ method: "initialize", params: { capabilities: {} } });
});

test("twenty calls at once: each sent once, each with its own key", async () => {
  const { call, lines } = await openOdd("honest");
  const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
  const ends = await Promise.all(keys.map(async (key) => call("create", { key })));
  expect(ends.map(({ outcome, text }) => `${outcome} ${/key-\d+/.exec(text)?.[0]}`)).toEqual(
    keys.map((key) => `done ${key}`),
  );
  expect(lines("effects")).toHaveLength(20);
  expect(lines("pid")).toHaveLength(1);
});

test("arguments that are no object, and a call that is stopped before it begins, send nothing", async () => {
  const { call, lines } = await openOdd("honest");
  for (const args of [null, "x", [1]])
    expect(await call("create", { args })).toMatchObject({ outcome: "failed" });
  expect(await call("create", { signal: AbortSignal.abort() })).toEqual({
    outcome: "failed",
    text: "The MCP server odd was sent nothing: the call was stopped",
  });
  expect(lines("effects")).toEqual([]);
  expect(lines("told").filter((line) => line.includes("tools/call"))).toEqual([]);
});

test("a call that is stopped while it is open is unknown, and the server is told", async () => {
  const { call, lines } = await openOdd("hangs-after");
  const stop = new AbortController();
  const open = call("create", { signal: stop.signal });
  await expect.poll(() => lines("effects"), { timeout: 20_000 }).toHaveLength(1);
  stop.abort();
  expect(await open).toMatchObject({
    outcome: "unknown",
    text: expect.stringMatching(/not known: the call was stopped$/),
  });
  await expect.poll(() => lines("told").at(-1), { timeout: 20_000 }).toContain("notifications/cancelled");
});

test("to close the servers ends what is open as unknown, and sends nothing more", async () => {
  const { call, lines, servers } = await openOdd("hangs-after");
  const open = call();
  await expect.poll(() => lines("effects"), { timeout: 20_000 }).toHaveLength(1);
  await servers.close();
  expect(await open).toMatchObject({
    outcome: "unknown",
    text: expect.stringMatching(/not known: it ended/),
  });
  expect(await call()).toEqual({
    outcome: "failed",
    text: "The MCP server odd was sent nothing: it was closed",
  });
  expect(lines("pid").map(isAlive)).toEqual([false]);
});

test("a server made with the official library: valid and invalid arguments", async () => {
  const { call, servers } = await openServer(temporary(), { command: [process.execPath, sdkServer] });
  expect(servers.faults).toEqual([]);
  expect(servers.tools.map(({ spec }) => spec)).toMatchObject([
    { name: "mcp__odd__create_issue", parameters: { type: "object", required: ["title"] } },
  ]);
  expect(await call("create_issue")).toMatchObject({
    outcome: "done",
    text: expect.stringMatching(/made: one\n\{"number":7\}$/),
  });
  expect(await call("create_issue", { args: { title: 7 } })).toMatchObject({
    outcome: "done",
    text: expect.stringMatching(/failed[^]*title/),
  });
});
