import type { Json } from "../../../src/core/canonical.ts";
import type { Part } from "../../../src/core/model.ts";
import { again, args, block, call, calling, path, rawCall, type Row, saying, told } from "./fault-rows.ts";
import type { Block, Kit } from "./wire/kit.ts";

/** Whole answers whose calls are odd. */
export const callRows = (kit: Kit): readonly Row[] => [
  ...rawRows(kit),
  ...argumentRows(kit),
  ...nameRows(kit),
  ...idRows(kit),
];

/** Arguments that are no JSON object. */
function rawRows(kit: Kit): readonly Row[] {
  const raw = (fault: string, json: string, shown = json): Row => ({
    fault: `arguments: ${fault}`,
    does: told,
    reply: saying(kit, calling(json)),
    expect: { stop: "calls", parts: [rawCall(shown)] },
  });
  const nested = (levels: number): string => `{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  return [
    raw("malformed", '{"path": oops}'),
    raw("truncated", '{"path": "no'),
    raw("two objects", '{"path":"a"}{"path":"b"}'),
    raw("an object and more", '{"path":"a"} and more'),
    raw("fenced", '```json\n{"path":"a"}\n```'),
    raw("a string that spells them", '"{\\"path\\":\\"a\\"}"'),
    raw("a number", "7"),
    raw("a list", "[1]"),
    raw("null", "null"),
    raw("true", "true"),
    raw("10,000 deep, of which 20,000 letters are kept", nested(10_000), nested(10_000).slice(0, 20_000)),
    raw("65 deep", nested(64)),
    raw("1e999, which JSON cannot say again", '{"n":1e999}'),
    raw("-1e999", '{"n":[-1e999]}'),
    raw("NaN", '{"n":NaN}'),
    raw("a comment in them", '{"path":"a" /* here */}'),
    raw("NUL in what is malformed", '{"a\u0000":', '{"a":'),
    raw("half a surrogate pair in what is malformed", '{"a\ud800":', '{"a\ufffd":'),
  ];
}

/** Arguments that are a JSON object, and an odd one. */
function argumentRows(kit: Kit): readonly Row[] {
  const row = (fault: string, json: string, args: Json, does = "acted on, as it parses"): Row => ({
    fault: `arguments: ${fault}`,
    does,
    reply: saying(kit, calling(json)),
    expect: { stop: "calls", parts: [call(args)] },
  });
  const dropped = "acted on without it";
  const deep = `${"[".repeat(63)}${"]".repeat(63)}`;
  return [
    row("usual", args, path),
    kit.name === "openai"
      ? { ...row("none at all", "", {}), does: told, expect: { stop: "calls", parts: [rawCall("")] } }
      : row("none at all", "", {}, "acted on: the tool may want none"),
    row("white space around them", ` \n{"path":"a"}\t`, { path: "a" }),
    row("64 deep", `{"a":${deep}}`, { a: JSON.parse(deep) as Json }),
    row("__proto__", '{"__proto__":{"x":1},"path":"a"}', { path: "a" }, dropped),
    row("__proto__ further in", '{"a":[{"__proto__":null,"b":1}]}', { a: [{ b: 1 }] }, dropped),
    row("__proto__ with NUL in it", '{"__pro\\u0000to__":1}', {}, dropped),
    row(
      "constructor and prototype",
      '{"constructor":{"prototype":1},"path":"a"}',
      { constructor: { prototype: 1 }, path: "a" },
      "data like any other",
    ),
    row("a member twice", '{"path":"a","path":"b"}', { path: "b" }, "the last holds, everywhere alike"),
    row("a number too long to be kept", '{"n":12345678901234567890}', { n: 12345678901234567000 }),
    row("a number too small to be kept", '{"n":1e-999}', { n: 0 }),
    row(
      "NUL and half a surrogate pair",
      '{"a\\u0000b":"c\\ud800d\\u0000"}',
      { ab: "c\ufffdd" },
      "NUL is dropped, the half replaced",
    ),
    row("of 20,000 letters", `{"text":"${"x".repeat(2e4)}"}`, { text: "x".repeat(2e4) }),
  ];
}

function nameRows(kit: Kit): readonly Row[] {
  const row = (fault: string, name: string, tool = name): Row => ({
    fault: `a tool's name: ${fault}`,
    does: "the model is told that there is no such tool",
    reply: saying(kit, calling(args, name)),
    expect: { stop: "calls", parts: [call(path, "c1", tool)] },
  });
  const nameless = row("empty", "");
  return [
    row("unknown", "rm_everything"),
    row("with blanks and NUL", "rm everything\u0000", "rm everything"),
    row("half a surrogate pair", "a\ud800", "a\ufffd"),
    row("of 300 letters", "x".repeat(300)),
    row("__proto__", "__proto__"),
    kit.name === "openai-compatible"
      ? {
          ...nameless,
          does: `${again}: what names nothing may be the rest of another call`,
          expect: { failed: "protocol", says: "the answer makes no sense: a call began without a name" },
        }
      : nameless,
  ];
}

function idRows(kit: Kit): readonly Row[] {
  const row = (fault: string, blocks: readonly Block[], parts: readonly Part[]): Row => ({
    fault,
    does: "each call gets an id of its own, and its own result",
    reply: saying(kit, { blocks }),
    expect: { stop: "calls", parts },
  });
  const id = (fault: string, id: string, shown: string): Row =>
    row(`a call's id: ${fault}`, [block("{}", id)], [call({}, shown)]);
  const many = (count: number, idOf: (index: number) => string): readonly Block[] =>
    Array.from({ length: count }, (_, index) => block(`{"path":"${index}"}`, idOf(index)));
  return [
    row("two calls with one id", [block("{}"), block("{}")], [call({}), call({}, "c1-2")]),
    row(
      "three calls with one id, one of which has the number already",
      [block("{}"), block("{}", "c1-2"), block("{}")],
      [call({}), call({}, "c1-2"), call({}, "c1-3")],
    ),
    id("with what no provider takes back", "call:1/ü", "call_1__"),
    id("of 300 letters", "x".repeat(300), "x".repeat(56)),
    id("empty", "", kit.name === "openai" ? "fc_0" : "call"),
    row(
      "200 parallel calls",
      many(200, (index) => `c${index}`),
      Array.from({ length: 200 }, (_, index) => call({ path: String(index) }, `c${index}`)),
    ),
    row(
      "500 calls with one id",
      many(500, () => "c"),
      Array.from({ length: 500 }, (_, index) =>
        call({ path: String(index) }, index === 0 ? "c" : `c-${index + 1}`),
      ),
    ),
  ];
}
