import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { encodeJson, encodeText } from "../../src/core/canonical.ts";
import { digestsIn, lastinglyNamedBy, namedBy, namesIn } from "../../src/core/roots.ts";
import { encodeTree } from "../../src/core/tree.ts";
import { harness } from "../../src/core/event.ts";
import { sha256 } from "./audit/chain-builder.ts";
import { approvedRun, call, plainRun } from "./audit/honest-chains.ts";
import { argsOf } from "./audit/call-moves.ts";

const [a, b, c] = [sha256("a"), sha256("b"), sha256("c")];

/** As chunks of these lengths, the last as long as it takes. */
async function* chunks(bytes: Uint8Array, ...lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const length of lengths) yield bytes.subarray(at, (at += length));
  yield bytes.subarray(at);
}
const names = async (bytes: Uint8Array, ...lengths: readonly number[]): Promise<unknown> =>
  Array.fromAsync(namesIn(chunks(bytes, ...lengths)));
const deep = (...digests: readonly string[]): unknown => digests.map((digest) => ({ digest, leaf: false }));

describe("what could be a digest", () => {
  it.each([
    [`{"${a}":["${b}"]}`, [a, b]],
    [`sha256:${a}`, [a]],
    [`${a}0`, []],
    [`0${a}`, []],
    [a + b, []],
    [a.toUpperCase().replaceAll(/\d/g, "A"), []],
    [a.slice(1), []],
  ])("%s", (text, found) => {
    expect([...digestsIn(text)]).toEqual(found);
  });
});

describe("what an entry names", () => {
  it("is every digest in it, but not what it says to be dropped", () => {
    const chain = plainRun().add("blobs-dropped", { digests: [c], why: "gc", by: harness });
    const found = new Set(chain.entries().flatMap((entry) => [...namedBy(entry)]));
    expect([...chain.stored].filter((digest) => !found.has(digest))).toEqual([]);
    expect(found).not.toContain(c);
  });

  it("lasts but for what only turns, calls and raw output need", () => {
    const chain = plainRun();
    chain.change("call-ended", { output: chain.blob("all output"), tree: chain.blob("between calls") });
    const lasting = new Set(chain.entries().flatMap((entry) => [...lastinglyNamedBy(entry)]));
    const passed = [...chain.stored].filter((digest) => !lasting.has(digest));
    const { request } = chain.body("model-started");
    const { response } = chain.body("model-ended");
    const { result, output, tree } = chain.body("call-ended");
    for (const digest of [request, response, result, output, tree, argsOf(chain, call)])
      expect(passed).toContain(digest);
    const stays = [
      ...["base", "work"].map(sha256),
      ...Object.values(chain.body("run-created").pins.prompts),
      chain.body("run-created").config,
      chain.body("run-created").goal,
      chain.body("verdict-given").explanation,
      chain.body("task-accepted").handoff,
      chain.body("plan-proposed").plan,
      chain.body("call-judged").because,
    ];
    for (const digest of stays) expect(lasting).toContain(digest);
  });

  it("keeps what a person was shown and decided", () => {
    const chain = approvedRun(true);
    const lasting = new Set(chain.entries().flatMap((entry) => [...lastinglyNamedBy(entry)]));
    const { card, args } = chain.body("approval-requested");
    for (const digest of [card, args, sha256("edited args")]) expect(lasting).toContain(digest);
  });
});

describe("what a blob names", () => {
  it("is nothing for text, even if it holds digests", async () => {
    expect(await names(encodeText(`see ${a}`))).toEqual([]);
    expect(await names(encodeText(`see\n{"${a}":1}`), 4)).toEqual([]);
    expect(await Array.fromAsync(namesIn(Readable.from([])))).toEqual([]);
  });

  it("is every digest of a record, wherever the chunks are cut", async () => {
    const bytes = encodeJson({ list: [a, { key: b }], [c]: `${a}0`, text: "ä" });
    const whole = await names(bytes);
    expect(whole).toEqual(deep(c, a, b));
    for (let at = 1; at < bytes.length; at++) expect(await names(bytes, at)).toEqual(whole);
    expect(await names(bytes, 3, 70, 1)).toEqual(whole);
  });

  it("is, of a tree, its directories and its files, which name nothing themselves", async () => {
    const bytes = encodeTree({
      v: 1,
      entries: [
        { name: "dir", type: "dir", mode: 0o755, tree: a },
        { name: `file-${c}`, type: "file", mode: 0o644, size: 1, content: b },
        { name: "link", type: "symlink", target: c },
      ],
    });
    const found = [
      { digest: a, leaf: false },
      { digest: b, leaf: true },
    ];
    expect(await names(bytes)).toEqual(found);
    expect(await names(bytes, 20, 1)).toEqual(found);
  });

  it("is every digest of what only begins as a tree", async () => {
    expect(await names(encodeText(`{"entries":[{"x":"${a}`))).toEqual(deep(a));
    expect(await names(encodeJson({ entries: [], v: 2, next: b }))).toEqual(deep(b));
  });
});
