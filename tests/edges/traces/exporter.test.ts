import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunRow } from "../../../src/core/ports.ts";
import { DamagedJournal } from "../../../src/core/ports.ts";
import type { TraceItem } from "../../../src/core/trace/item.ts";
import type { TraceSource } from "../../../src/edges/traces/exporter.ts";
import { follow, inOrder, since } from "../../../src/edges/traces/follow.ts";
import { otlpLines } from "../../../src/edges/traces/otlp-lines.ts";
import { capture } from "./capture.ts";
import { cursorsAt, never, place, sending } from "./ground.ts";
import { head, idOf, langfuse, longRun, score, sourceOf, span, start, Texts } from "./items.ts";
import { spansIn } from "./mapper.ts";
import type { OtlpRequest } from "./mapper.ts";

const idsOf = (run: readonly (readonly TraceItem[])[]): readonly string[] =>
  run.flat().flatMap((item) => (item.type === "trace" ? [] : [item.id]));

test("what could not be sent in a whole run goes with the next one, and nothing twice", async () => {
  const server = await capture();
  const source = sourceOf({ aaaa: longRun("aaaa", 30), bbbb: longRun("bbbb", 20) });
  const target = langfuse(server.url);
  const cursors = cursorsAt(join(await place(), "traces.db"));
  await server.close();
  const first = await sending(target, source, { cursors });
  expect(await first.exporter.send("aaaa", never)).toMatchObject({ type: "given-up", why: "ECONNREFUSED" });
  expect(first.said).toHaveLength(1);
  expect([await first.exporter.waiting("aaaa"), await first.exporter.waiting("bbbb")]).toEqual([35, 23]);

  await server.open();
  const next = await sending(target, source, { cursors });
  for (const run of ["bbbb", "aaaa"]) expect(await next.exporter.send(run, never)).toEqual({ type: "done" });
  expect([...server.spans.keys(), ...server.scores.keys()].toSorted()).toEqual(
    [...idsOf(longRun("aaaa", 30)), ...idsOf(longRun("bbbb", 20))].toSorted(),
  );
  const { length } = server.arrivals;
  expect([next.exporter.isBehind("aaaa", 30), next.exporter.isBehind("aaaa", 31)]).toEqual([false, true]);
  expect([await next.exporter.waiting("aaaa"), await next.exporter.waiting("bbbb")]).toEqual([0, 0]);
  await (await sending(target, source, { cursors })).exporter.send("aaaa", never);
  expect(server.arrivals).toHaveLength(length);
});

test("two exporters at once leave at the server what one would", async () => {
  const run = longRun("aaaa", 60);
  const server = await capture();
  const target = langfuse(server.url);
  const path = join(await place(), "traces.db");
  const both = await Promise.all(
    [0, 1].map(async () =>
      sending(target, sourceOf({ aaaa: run }), { cursors: cursorsAt(path), batch: { items: 7, bytes: 1e6 } }),
    ),
  );
  const ended = await Promise.all(both.map(async ({ exporter }) => exporter.send("aaaa", never)));
  expect(ended).toEqual([{ type: "done" }, { type: "done" }]);
  expect([...server.spans.keys(), ...server.scores.keys()].toSorted()).toEqual(
    [...new Set(idsOf(run))].toSorted(),
  );
  expect(cursorsAt(path).sent(target.key, "aaaa")).toBe(60);
  for (const { spans } of server.arrivals)
    for (const one of spans) expect(one).toEqual(server.spans.get(one.spanId));
});

test("a run that grows is sent as it grows, an open span again when it ends", async () => {
  const root = span("root", { kind: "agent", parent: null, isOpen: true });
  const events: (readonly TraceItem[])[] = [[head(), root]];
  const server = await capture();
  const { exporter } = await sending(langfuse(server.url), sourceOf({ aaaa: events }));
  await exporter.send("aaaa", never);
  expect([...server.spans.keys()]).toEqual([root.id]);
  events.push([span("tool")], [{ ...root, isOpen: false, end: start + 9000 }, score("verdict")]);
  await exporter.send("aaaa", never);
  expect(server.spans.get(root.id)?.endTimeUnixNano).toBe(`${start + 9000}000000`);
  expect([server.spans.size, server.scores.size]).toEqual([2, 1]);
});

test("an event of more items than a request takes is sent whole before the cursor passes it", async () => {
  const many = Array.from({ length: 10 }, (_, at) => span(`many ${at}`));
  const server = await capture();
  const moved: number[] = [];
  const { exporter, cursors } = await sending(
    langfuse(server.url),
    sourceOf({ aaaa: [[head(), span("first")], many, [span("last")]] }),
    {
      batch: { items: 4, bytes: 1e6 },
      failpoint: (at) => {
        if (at === "moved") moved.push(cursors.sent(langfuse(server.url).key, "aaaa"));
      },
    },
  );
  await exporter.send("aaaa", never);
  expect(moved).toEqual([1, 1, 3]);
  expect(server.arrivals.map(({ spans }) => spans.length)).toEqual([4, 4, 4]);
});

test("large texts make more requests, none above its bytes", async () => {
  const texts = new Texts();
  const run = Array.from({ length: 12 }, (_, at) => [
    span(`large ${at}`, { input: texts.put(`${at} `.repeat(110_000)) }),
  ]);
  const server = await capture();
  const { exporter } = await sending(langfuse(server.url), sourceOf({ aaaa: run }, texts));
  await exporter.send("aaaa", never);
  expect([server.spans.size, server.arrivals.length]).toEqual([12, 2]);
  expect(Math.max(...server.arrivals.map(({ text }) => text.length))).toBeLessThan(2.2 * 1024 * 1024);
});

test("a damaged run is told once and left out, others are sent", async () => {
  const good = sourceOf({ bbbb: longRun("bbbb", 5) });
  const source: TraceSource = {
    ...good,
    journal: {
      runs: good.journal.runs,
      read: (run, after) => {
        if (run === "aaaa") throw new DamagedJournal("run aaaa is damaged: entry 3 is missing");
        return good.journal.read(run, after);
      },
    },
  };
  const server = await capture();
  const { exporter, said } = await sending(langfuse(server.url), source);
  for (let round = 0; round < 2; round += 1)
    expect(await exporter.send("aaaa", never)).toEqual({ type: "done" });
  await exporter.send("bbbb", never);
  expect(said[0]).toBe("run aaaa cannot be read and is left out: run aaaa is damaged: entry 3 is missing");
  expect([exporter.isBehind("aaaa", 9), server.spans.size]).toEqual([false, 5]);
});

test("no secret arrives, in texts, names, metadata, headers and addresses", async () => {
  const values = Array.from({ length: 20 }, (_, at) => `canary-${at}-${"q7/+=".repeat(3)}`);
  const texts = new Texts();
  const run = values.map((value, at) => [
    head({
      name: value,
      tags: [value],
      metadata: { [value]: value },
      input: texts.put(value),
      output: { plain: value },
    }),
    span(`${value} ${at}`, {
      kind: at % 2 === 0 ? "tool" : "generation",
      parent: at === 0 ? null : idOf("root"),
      status: value,
      level: "ERROR",
      input: texts.put(
        JSON.stringify({ messages: [{ role: "user", parts: [{ type: "text", text: value }] }] }),
        "json",
      ),
      output: texts.put(`${"x".repeat(at === 3 ? 262_000 : 990)}${value}`),
      metadata: { value, [value]: [{ value }] },
      generation: {
        model: value,
        servedModel: value,
        parameters: { value },
        usage: null,
        micros: null,
        firstToken: null,
        prompt: null,
      },
    }),
    score(value, { value, dataType: "CATEGORICAL", comment: texts.put(value) }),
  ]);
  for (const target of [
    langfuse,
    (url: string) => ({ ...langfuse(url), kind: "otlp" as const, scoresUrl: null }),
  ]) {
    const server = await capture();
    const secrets = values.map((value, at) => ({ name: `CANARY_${at}`, value }));
    const { exporter } = await sending(target(server.url), sourceOf({ aaaa: run }, texts), { secrets });
    expect(await exporter.send("aaaa", never)).toEqual({ type: "done" });
    const everything = JSON.stringify(server.arrivals);
    expect(server.spans.size).toBeGreaterThanOrEqual(20);
    expect(everything).toContain("{{secret:CANARY_7}}");
    const forms = values.flatMap((value) => [
      value,
      encodeURIComponent(value),
      Buffer.from(value).toString("base64"),
    ]);
    expect(forms.filter((form) => everything.includes(form))).toEqual([]);
  }
});

test("runs as requests in a file, a line each", async () => {
  const options = {
    source: sourceOf({ aaaa: longRun("aaaa", 600) }),
    secrets: [],
    level: "full",
    version: "9.9.9",
  } as const;
  const lines = await Array.fromAsync(otlpLines(["aaaa"], options));
  expect(lines).toHaveLength(3);
  const spans = lines.flatMap((line) => spansIn(JSON.parse(line) as OtlpRequest));
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(599 + 119);
});

test("the run at work goes first, then the newest", () => {
  const row = (id: string, createdAt: number): RunRow => ({
    id,
    createdAt,
    epoch: 1,
    headSeq: 1,
    headHash: "",
  });
  const rows = [row("aaaa", 1), row("bbbb", 2), row("cccc", 3)];
  expect(inOrder(rows, "aaaa").map(({ id }) => id)).toEqual(["aaaa", "cccc", "bbbb"]);
  expect(since(rows, 2).map(({ id }) => id)).toEqual(["bbbb", "cccc"]);
});

test("it follows a run until the last round, leaves those of other processes to them, and then sends what waits", async () => {
  const server = await capture();
  const events = { aaaa: [...longRun("aaaa", 5)], bbbb: longRun("bbbb", 5), cccc: longRun("cccc", 5) };
  const source = sourceOf(events);
  const { exporter, cursors } = await sending(langfuse(server.url), source);
  const [haste, halt] = [new AbortController(), new AbortController()];
  let rounds = 0;
  const ended = await follow({
    journal: source.journal,
    exporter,
    first: "aaaa",
    isElsewhere: (run) => run === "bbbb",
    haste: haste.signal,
    halt: halt.signal,
    pause: async () => {
      rounds += 1;
      events.aaaa.push([span(`aaaa/more ${rounds}`)]);
      if (rounds === 3) haste.abort();
    },
  });
  expect(ended).toEqual({ type: "done" });
  const { key } = langfuse(server.url);
  expect(["aaaa", "bbbb", "cccc"].map((run) => cursors.sent(key, run))).toEqual([8, 0, 5]);
});
