import { describe, expect, test } from "vitest";
import { promptOf, refusal, rendered, textOf } from "./rendering.ts";
import type { Variables } from "./rendering.ts";

describe("a variable that is given wrong", () => {
  const schema = [
    "text: string, some words",
    "whole?: integer",
    "real?: number",
    "flag?: boolean",
    "level?(enum, how much): [low, 2, null]",
    "list?(array):",
    "  id: string",
    "  tags?(array): string",
    "map?(object):",
    "  (*): number",
    "free?: any",
  ].join("\n");

  test.each<[Variables, string]>([
    [{}, 'prompt:4: variable "text" is declared here and was not given'],
    [{ text: undefined }, 'prompt:4: variable "text" is declared here and was not given'],
    [
      Object.create({ text: "inherited" }) as Variables,
      'prompt:4: variable "text" is declared here and was not given',
    ],
    [{ text: null }, 'prompt:4: variable "text" must be string, not null'],
    [{ text: 5 }, 'prompt:4: variable "text" must be string, not 5'],
    [{ text: { toString: () => "x" } }, 'prompt:4: variable "text" must be string, not a mapping'],
    [{ text: () => "x" }, 'prompt:4: variable "text" must be string, not a function'],
    [{ text: "x", whole: 1.5 }, 'prompt:5: variable "whole" must be integer, not 1.5'],
    [{ text: "x", whole: "1" }, 'prompt:5: variable "whole" must be integer, not the text "1"'],
    [{ text: "x", real: Number.NaN }, 'prompt:6: variable "real" must be number, not NaN'],
    [{ text: "x", flag: "yes\nno" }, 'prompt:7: variable "flag" must be boolean, not the text "yes\\nno"'],
    [
      { text: "x", level: "mid" },
      'prompt:8: variable "level" must be one of "low", 2, null, not the text "mid"',
    ],
    [{ text: "x", list: {} }, 'prompt:9: variable "list" must be a list, not a mapping'],
    [{ text: "x", list: [{ id: "a" }, { id: 1 }] }, 'prompt:10: variable "list[1].id" must be string, not 1'],
    [{ text: "x", list: [{}] }, 'prompt:10: variable "list[0].id" is declared here and was not given'],
    [
      { text: "x", list: [{ id: "a", tags: ["a", null] }] },
      'prompt:11: variable "list[0].tags[1]" must be string, not null',
    ],
    [{ text: "x", list: ["a"] }, 'prompt:9: variable "list[0]" must be a mapping, not the text "a"'],
    [{ text: "x", map: { a: 1, b: "2" } }, 'variable "map.b" must be number, not the text "2"'],
    [
      { text: "x", free: { a: [1, { b: Symbol("s") }] } },
      'prompt:14: variable "free.a[1].b" must be what JSON can say, not a symbol',
    ],
    [{ text: "x", free: circle() }, 'prompt:14: nested too deeply: variable "free.again.again'],
  ])("%#", (variables, said) => {
    expect(refusal(promptOf(schema, "x"), variables)).toContain(said);
  });

  function circle(): unknown {
    const round: Record<string, unknown> = {};
    round["again"] = round;
    return round;
  }

  test("right ones pass, and what may be left out is left out", () => {
    const source = promptOf(
      schema,
      "{{text}}<{{whole}}{{real}}{{flag}}{{level}}>{{#each list}}{{id}}{{/each}}{{#if free}}free{{/if}}",
    );
    expect(textOf(rendered(source, { text: "x" }))).toBe("x<>");
    const all = {
      whole: 3,
      real: -0.5,
      flag: true,
      level: 2,
      list: [{ id: "a" }],
      map: { a: 1 },
      free: { deep: [1] },
    };
    expect(textOf(rendered(source, { text: "x", ...all }))).toBe("x<3-0.5true2>afree");
    expect(textOf(rendered(source, { text: "x", level: null, list: null, free: null }))).toBe("x<>");
  });

  test("what is not declared is let pass and never inserted", () => {
    const source = promptOf("list(array):\n  id: string", "{{#each list}}{{id}}{{/each}}");
    expect(textOf(rendered(source, { list: [{ id: "a", other: 5 }], more: "x" }))).toBe("a");
  });

  test("of any kind can be asked and gone through, not inserted", () => {
    const source = promptOf("free: any", "{{#each free.list}}{{#if this.on}}{{@index}}{{/if}}{{/each}}");
    expect(textOf(rendered(source, { free: { list: [{ on: true }, { on: false }, { on: 1 }] } }))).toBe("02");
    expect(refusal(source, { free: {} })).toBe(
      'prompt:6: variable "free.list" was not given: there is no "list"',
    );
    expect(refusal(promptOf("free: any", "{{free}}"), { free: "x" })).toBe(
      'prompt:6: variable "free" is declared as any and may be no text; declare its type',
    );
  });
});

describe("JSON Schema", () => {
  const schema = [
    "type: object",
    "required: [name, list]",
    "properties:",
    "  name: { type: string, description: who }",
    '  nick: { type: [string, "null"] }',
    "  kind: { enum: [a, b] }",
    "  list: { type: array, items: { type: object, properties: { id: { type: integer } }, required: [id] } }",
    "  map: { type: object, additionalProperties: { type: string } }",
  ].join("\n");

  test("declares as Picoschema does", () => {
    const source = promptOf(
      schema,
      "{{name}}{{nick}}{{kind}}{{#each list}}{{id}}{{/each}}{{#each map}}{{@key}}{{this}}{{/each}}",
    );
    expect(
      textOf(rendered(source, { name: "n", list: [{ id: 1 }, { id: 2 }], kind: "a", map: { k: "v" } })),
    ).toBe("na12kv");
    expect(refusal(source, { name: "n" })).toBe(
      'prompt:10: variable "list" is declared here and was not given',
    );
    expect(refusal(source, { name: "n", list: [{}] })).toBe(
      'prompt:10: variable "list[0].id" is declared here and was not given',
    );
    expect(refusal(source, { name: "n", list: [], kind: "c" })).toContain('must be one of "a", "b"');
    expect(refusal(promptOf(schema, "{{other}}"), {})).toContain('variable "other" is not declared');
  });
});

describe("front matter that declares nothing sensible", () => {
  test.each([
    ["---\ninput: [\n---\nx", "prompt:2: broken YAML: Flow sequence"],
    ["---\na: 1\na: 2\n---\nx", "prompt:3: broken YAML: Map keys must be unique"],
    ["---\na: *b\n---\nx", "prompt:2: broken YAML: Unresolved alias"],
    ["---\na: !x b\n---\nx", "prompt:2: broken YAML: Unresolved tag"],
    ["\n---\na: 1\nx", "prompt:2: the front matter is not closed; write a line --- after it"],
    ["---\n- a\n---\nx", "prompt:2: the front matter is no mapping; write lines of key: value"],
    ["---\ninput: 5\n---\nx", "prompt:2: input is no mapping; write input: { schema: … }"],
    [
      "---\ninput:\n  default: { a: 1 }\n---\nx",
      "prompt:3: input.default is not supported; declare all in input.schema",
    ],
    ["---\ninput:\n  schema: string\n---\nx", "prompt:3: input.schema is no mapping; write NAME: TYPE lines"],
    [
      promptOf("a: strnig, words", "x"),
      'prompt:4: unknown type "strnig"; known are string, number, integer, boolean, null, any',
    ],
    [promptOf("a: 5", "x"), "prompt:4: a type must be text like string, or a mapping of members"],
    [
      promptOf("a: string\nb(list): string", "x"),
      'prompt:5: unknown kind in "b(list)"; known are array, object, enum and *',
    ],
    [
      promptOf("a b: string", "x"),
      'prompt:4: "a b" declares no variable; write NAME: TYPE or NAME(array): TYPE',
    ],
    [promptOf("a: string\na?: string", "x"), 'prompt:5: variable "a" is declared twice'],
    [promptOf("a(enum): low", "x"), "prompt:4: an enum is a list of values like [low, high]"],
    [promptOf("a(object): string", "x"), "prompt:4: (object) must be followed by its members"],
    [promptOf("a(array):\n  b:\n    c: nothing", "x"), 'prompt:6: unknown type "nothing"'],
    [
      promptOf("type: object\nproperties:\n  a: { type: string, minLength: 3 }", "x"),
      'prompt:6: "minLength" of JSON Schema is not enforced here',
    ],
    [promptOf("type: object\nproperties:\n  a: { type: text }", "x"), 'prompt:6: unknown type "text"'],
    [
      promptOf("type: object\nproperties:\n  a: { type: [string, integer] }", "x"),
      "prompt:6: type must be one type, or one type and null",
    ],
    [
      promptOf("type: object\nrequired: [b]\nproperties:\n  a: {}", "x"),
      'prompt:5: "b" is required and not among the properties',
    ],
  ])("%j", (source, said) => {
    const line = refusal(source);
    expect(line).toContain(said);
    expect(line).not.toMatch(/[\n\r]/);
  });
});
