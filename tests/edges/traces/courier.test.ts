import { describe, expect, test } from "vitest";
import { capture } from "./capture.ts";
import type { Arrival, Capture, Reply } from "./capture.ts";
import { sending } from "./ground.ts";
import type { Sending } from "./ground.ts";
import { idOf, langfuse, longRun, otlp, sourceOf } from "./items.ts";
import type { ExporterOptions } from "../../../src/edges/traces/exporter.ts";

const never = new AbortController().signal;
const events = 42;
const run = longRun("7k2m", events);
const ids = run.flat().flatMap((item) => (item.type === "span" ? [item.id] : []));
const scoreIds = run.flat().flatMap((item) => (item.type === "score" ? [item.id] : []));

interface Tried extends Sending {
  readonly server: Capture;
  readonly ended: Awaited<ReturnType<Sending["exporter"]["send"]>>;
  readonly sent: number;
}

/** Sends a run to a server that behaves so. */
async function tried(
  behave: (arrival: Arrival, number: number) => Reply | Promise<Reply>,
  more: Partial<ExporterOptions> = {},
): Promise<Tried> {
  const server = await capture();
  server.behave(behave);
  const target = langfuse(server.url);
  const made = await sending(target, sourceOf({ "7k2m": run }), more);
  const ended = await made.exporter.send("7k2m", never);
  return { ...made, server, ended, sent: made.cursors.sent(target.key, "7k2m") };
}

const all = ({ server }: Tried): void => {
  expect([...server.spans.keys()].toSorted()).toEqual(ids.toSorted());
  expect([...server.scores.keys()].toSorted()).toEqual(scoreIds.toSorted());
};

test("a run arrives whole, and the cursor is at its end", async () => {
  const made = await tried(() => ({}));
  all(made);
  expect(made).toMatchObject({ ended: { type: "done" }, sent: events, said: [], pauses: [] });
  expect(made.server.arrivals[0]?.headers).toMatchObject({
    "content-type": "application/json",
    "content-encoding": "gzip",
    authorization: expect.stringMatching(/^Basic \S+$/) as string,
  });
});

describe("what lasts a while", () => {
  test.each([408, 429, 500, 502, 503, 504])("HTTP %i is tried again, each time later", async (status) => {
    const made = await tried((_, number) => (number <= 5 ? { status } : {}));
    all(made);
    expect(made.pauses).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(made.said).toHaveLength(1);
    expect(made.cursors.trouble(langfuse(made.server.url).key)).toBeNull();
  });

  test("a connection that is reset, also after the server stored what came, is tried again", async () => {
    const made = await tried((_, number) => (number < 3 ? { instead: "reset", stores: number === 2 } : {}));
    all(made);
    expect(made.pauses).toEqual([1000, 2000]);
    expect(made.said).toEqual([]);
  });

  test("a server that does not answer is left after its time", async () => {
    const server = await capture();
    server.behave((_, number) => (number === 1 ? { instead: "hang" } : {}));
    const made = await sending({ ...langfuse(server.url), timeoutMs: 30 }, sourceOf({ "7k2m": run }));
    expect(await made.exporter.send("7k2m", never)).toEqual({ type: "done" });
    expect(server.spans.size).toBe(ids.length);
  });

  test.each([
    ["7", 7700],
    ["0", 1000],
    ["999999999", 330_000],
    ["soon", 1000],
    ["-5", 1000],
  ])("retry-after %s is heard as far as it is sane", async (value, ms) => {
    const made = await tried((_, number) =>
      number === 1 ? { status: 429, headers: { "retry-after": value } } : {},
    );
    expect(made.pauses.map(Math.round)).toEqual([ms]);
  });

  test("after so many failures it is given up, told once, and the cursor stays", async () => {
    const made = await tried(() => ({ status: 503, body: '{"message":"down for repair"}' }));
    expect(made).toMatchObject({ ended: { type: "given-up", why: "HTTP 503 (down for repair)" }, sent: 0 });
    expect(made.said).toEqual([
      `Langfuse at ${made.server.url} does not take them: HTTP 503 (down for repair); they wait and are sent later`,
    ]);
    expect(made.cursors.trouble(langfuse(made.server.url).key)?.why).toBe("HTTP 503 (down for repair)");
  });

  test("in haste nothing is waited for", async () => {
    const made = await tried(() => ({ status: 503 }), { haste: AbortSignal.abort() });
    expect(made).toMatchObject({ ended: { type: "given-up" }, pauses: [] });
    expect(made.server.arrivals).toHaveLength(1);
  });
});

const holds = ({ spans }: Arrival, id: string): boolean => spans.some(({ spanId }) => spanId === id);
const bad = idOf("7k2m/17");

describe("what a person must change", () => {
  test.each([401, 403, 404, 405, 301])(
    "HTTP %i ends it, told once, and nothing is given up",
    async (status) => {
      const made = await tried(() => ({
        status,
        headers: { location: "http://127.0.0.1:1/" },
        body: '{"error":"no"}',
      }));
      expect(made).toMatchObject({ ended: { type: "denied" }, sent: 0, pauses: [] });
      expect(made.server.arrivals).toHaveLength(1);
      expect(made.said).toHaveLength(1);
      expect(made.said[0]).toContain(`takes none: HTTP ${status} (no)`);
      expect(made.cursors.dead(langfuse(made.server.url).key)).toEqual([]);
    },
  );

  const nothingPasses: readonly [string, (arrival: Arrival) => Reply][] = [
    ["HTTP 400", () => ({ status: 400, body: "<html>" })],
    ["HTTP 400 for all but an empty request", ({ spans }) => (spans.length > 0 ? { status: 400 } : {})],
    ["HTTP 413", () => ({ status: 413 })],
    [
      "partial success",
      ({ spans }) => ({
        rejects: spans.map(({ spanId }) => spanId),
        body: JSON.stringify({ partialSuccess: { rejectedSpans: String(spans.length) } }),
      }),
    ],
  ];
  test.each(nothingPasses)("a server that refuses everything by %s is not believed", async (_, reply) => {
    const made = await tried(reply, { batch: { items: 8, bytes: 1_000_000 } });
    expect(made).toMatchObject({ ended: { type: "denied" }, sent: 0 });
    expect(made.cursors.dead(langfuse(made.server.url).key)).toEqual([]);
    made.server.behave(() => ({}));
    expect(await made.exporter.send("7k2m", never)).toEqual({ type: "done" });
    all(made);
  });

  test("what was refused and is accepted later is no dead letter any more", async () => {
    let isStrict = true;
    const made = await tried((arrival) => (isStrict && holds(arrival, bad) ? { status: 413 } : {}));
    const { key } = langfuse(made.server.url);
    expect(made.cursors.dead(key)).toMatchObject([{ id: bad }]);
    isStrict = false;
    made.cursors.restart(key, "7k2m");
    made.exporter.forget("7k2m");
    made.cursors.bury(key, [{ run: "7k2m", id: bad, why: "before", at: 1 }]);
    expect(await made.exporter.send("7k2m", never)).toEqual({ type: "done" });
    all(made);
    expect(made.cursors.dead(key)).toEqual([]);
  });
});

describe("a part that is refused", () => {
  test.each<[string, (arrival: Arrival) => Reply]>([
    ["HTTP 400", (arrival) => (holds(arrival, bad) ? { status: 400, body: '{"message":"bad span"}' } : {})],
    ["HTTP 413", (arrival) => (holds(arrival, bad) ? { status: 413 } : {})],
    ["HTTP 500, each time", (arrival) => (holds(arrival, bad) ? { status: 500 } : {})],
    [
      "partial success",
      (arrival) =>
        holds(arrival, bad)
          ? { rejects: [bad], body: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}' }
          : {},
    ],
    ["HTTP 413, the first of all", (arrival) => (holds(arrival, ids[0] ?? "") ? { status: 413 } : {})],
  ])("by %s is halved down to the one, which is a dead letter; the rest arrives", async (name, reply) => {
    const refused = name.endsWith("the first of all") ? ids[0] : bad;
    const made = await tried(reply, { patience: 100, batch: { items: 8, bytes: 1_000_000 } });
    expect([...made.server.spans.keys()].toSorted()).toEqual(ids.filter((id) => id !== refused).toSorted());
    const { key, name: server } = langfuse(made.server.url);
    expect(made.cursors.dead(key)).toMatchObject([{ run: "7k2m", id: refused }]);
    expect(made).toMatchObject({ ended: { type: "done" }, sent: events });
    expect(made.said.filter((line) => line.startsWith(`${server} refuses some for good: `))).toHaveLength(1);
    const before = made.server.arrivals.length;
    expect(await made.exporter.send("7k2m", never)).toEqual({ type: "done" });
    expect(made.server.arrivals).toHaveLength(before);
  });

  test.each<[string, Reply]>([
    ["says so", { status: 413 }],
    ["breaks off", { instead: "reset" }],
  ])("a batch that is too large for a server that %s is halved until it is taken", async (_, reply) => {
    const made = await tried(({ spans }) => (spans.length > 5 ? reply : {}));
    all(made);
    expect(made.said).toEqual([]);
  });

  test("a score is refused by itself", async () => {
    const [id = ""] = scoreIds;
    const made = await tried(({ score }) => (score?.id === id ? { status: 400 } : {}));
    expect([...made.server.scores.keys()].toSorted()).toEqual(scoreIds.slice(1).toSorted());
    expect(made.cursors.dead(langfuse(made.server.url).key)).toMatchObject([{ id }]);
  });

  test.each([415, 400])("a server that does not unpack (HTTP %i) gets it plain", async (status) => {
    const made = await tried(({ headers }) => (headers["content-encoding"] === "gzip" ? { status } : {}));
    all(made);
    expect(made.server.arrivals.filter(({ headers }) => headers["content-encoding"] === "gzip")).toHaveLength(
      1,
    );
  });
});

test("what the server says is told without secrets and controls, and not at length", async () => {
  const echo = `sk-lf-0123456789 ${Buffer.from("pk-lf-1:sk-lf-0123456789").toString("base64")} \u001b[31m\n${"x".repeat(999)}`;
  const made = await tried(() => ({ status: 401, body: echo }));
  const [line = ""] = made.said;
  expect(line).not.toMatch(/sk-lf-0|c2stbGYt|\p{Cc}/u);
  expect(line.length).toBeLessThan(400);
});

test("any endpoint of OTLP gets spans alone, as its variables say", async () => {
  const server = await capture();
  const made = await sending(otlp(server.url), sourceOf({ "7k2m": run }));
  expect(await made.exporter.send("7k2m", never)).toEqual({ type: "done" });
  expect(new Set(server.arrivals.map(({ path }) => path))).toEqual(new Set(["/v1/traces"]));
  expect(server.scores.size).toBe(0);
  const ended = run.flat().filter((item) => item.type === "score" || (item.type === "span" && !item.isOpen));
  expect(server.spans.size).toBe(ended.length);
});
