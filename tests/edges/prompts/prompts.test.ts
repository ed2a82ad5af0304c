import { describe, expect, test } from "vitest";
import { prompts } from "../../../src/edges/prompts/prompts.ts";
import { promptOf, refusal, rendered, textOf } from "./rendering.ts";

const schema = [
  "name: string, who is meant",
  "nick?: string",
  "age: integer",
  "on: boolean",
  "level(enum): [low, high]",
  "tags(array, words): string",
  "people(array):",
  "  name: string",
  "  skills(array): string",
  "home:",
  "  city: string",
  "  zip?: string",
  "counts(object):",
  "  (*): integer",
].join("\n");
const given = {
  name: "Ada",
  age: 0,
  on: false,
  level: "low",
  tags: ["a", "b"],
  people: [
    { name: "Bo", skills: ["x", "y"] },
    { name: "Cy", skills: [] },
  ],
  home: { city: "Rom" },
  counts: { one: 1, two: 2 },
};

describe("a template", () => {
  test.each([
    ["{{name}} {{{name}}} {{& name}}", "Ada Ada Ada"],
    ["{{age}} {{on}} {{level}}", "0 false low"],
    ["<{{nick}}>", "<>"],
    ["{{home.city}} {{home/city}} {{this.home.city}} {{./name}} {{@root.name}}", "Rom Rom Rom Ada Ada"],
    ["{{tags.length}}", "2"],
    ["{{#if name}}yes{{else}}no{{/if}}", "yes"],
    ["{{#if nick}}yes{{else}}no{{/if}}", "no"],
    ["{{#if age}}yes{{else if on}}on{{else}}no{{/if}}", "no"],
    ["{{#if tags}}yes{{/if}}{{#unless on}} off{{else}} on{{/unless}}", "yes off"],
    [
      "{{#each tags}}{{#unless @first}}, {{/unless}}{{@index}}{{@key}}{{this}}{{#if @last}}.{{/if}}{{/each}}",
      "00a, 11b.",
    ],
    [
      "{{#each people}}{{name}}:{{#each skills}}{{this}}{{../name}}{{../../name}} {{else}}none{{/each}};{{/each}}",
      "Bo:xBoAda yBoAda ;Cy:none;",
    ],
    [
      "{{#each people as |p i|}}{{#each p.skills as |s|}}{{i}}{{p.name}}{{s}} {{/each}}{{/each}}",
      "0Box 0Boy ",
    ],
    ["{{#each counts}}{{@key}}={{this}} {{/each}}{{counts.one}}", "one=1 two=2 1"],
    [
      "{{#with home}}{{city}} of {{../name}}{{/with}}{{#with nick}}never{{else}} none{{/with}}",
      "Rom of Ada none",
    ],
    ["{{#with age}}{{this}}{{/with}}{{#with home as |h|}}{{h.city}}{{/with}}", "0Rom"],
    ["{{#each tags}}{{#if ../name}}{{#with ../home}}{{city}}{{@index}}{{/with}}{{/if}}{{/each}}", "Rom0Rom1"],
    ["a{{! no }}b{{!-- {{neither}} --}}c", "abc"],
    ["x\n{{#if name}}\ny\n{{/if}}\nz", "x\ny\nz"],
    ["x  {{~name~}}  y", "xAday"],
    ["\\{{name}}", "{{name}}"],
    ["\n \n  indented\nand\n\n \n", "  indented\nand"],
  ])("%j", (template, text) => {
    expect(textOf(rendered(promptOf(schema, template), given))).toBe(text);
  });

  test("with Windows line ends, a byte order mark and no front matter is read too", () => {
    expect(
      textOf(
        rendered(`\uFEFF${promptOf("a: string", "x\n{{a}}\n").replaceAll("\n", "\r\n")}`, { a: "1\r\n2" }),
      ),
    ).toBe("x\n1\r\n2");
    expect(textOf(rendered("only text\n--- \nno front matter"))).toBe("only text\n--- \nno front matter");
  });
});

describe("roles", () => {
  const say = (role: string, text: string): unknown => ({ role, parts: [{ type: "text", text }] });

  test("open messages in order; blank ends go, and so do empty messages", () => {
    const source =
      '\n\n{{role "system"}}\n\n  Be brief.\n\n{{role "user"}}\nHi.{{role "model"}}Yes?\n{{role "assistant"}} \n{{role "user"}}\nBye.\n';
    expect(rendered(source)).toEqual({
      system: "  Be brief.",
      messages: [say("user", "Hi."), say("assistant", "Yes?"), say("user", "Bye.")],
    });
  });

  test("text before the first is the user's; several systems are joined", () => {
    expect(rendered('Hi.\n{{role "system"}}One.\n{{role "system"}}Two.')).toEqual({
      system: "One.\n\nTwo.",
      messages: [say("user", "Hi.")],
    });
  });

  test("a variable called role is a variable", () => {
    expect(textOf(rendered(promptOf("role: string", "{{role}}"), { role: "cook" }))).toBe("cook");
  });

  test("nothing at all is no message", () => {
    expect(rendered("")).toEqual({ system: "", messages: [] });
    expect(rendered(promptOf("a: string", "{{a}}"), { a: " \n" })).toEqual({ system: "", messages: [] });
  });
});

describe("what a template may not say", () => {
  test.each([
    [
      "x\n{{nmae}}",
      '{2}: variable "nmae" is not declared in input.schema; declared are name, nick, age, on, level, tags, people, home, counts',
    ],
    ["{{#if nmae}}{{/if}}", '{1}: variable "nmae" is not declared in input.schema'],
    ["{{#if on}}{{#unless nmae}}{{/unless}}{{/if}}", '{1}: variable "nmae" is not declared'],
    ["{{#if on}}x{{else}}\n{{nmae}}{{/if}}", '{2}: variable "nmae" is not declared'],
    ["{{#each nmae}}{{/each}}", '{1}: variable "nmae" is not declared'],
    [
      "{{#each people}}\n{{age}}{{/each}}",
      '{2}: variable "age" is not declared here; did you mean "../age"?',
    ],
    ["{{#each people}}{{#each skills}}{{age}}{{/each}}{{/each}}", 'did you mean "../../age"?'],
    [
      "{{#each people}}{{nmae}}{{/each}}",
      '{1}: variable "nmae" is not declared in input.schema; declared here are name, skills',
    ],
    ["{{#each people}}{{../nmae}}{{/each}}", '{1}: variable "../nmae" is not declared'],
    ["{{#each tags}}{{name}}{{/each}}", 'did you mean "../name"?'],
    ["{{#each tags}}{{other}}{{/each}}", '{1}: variable "other" is not declared: string has no "other"'],
    ["{{home.street}}", '{1}: variable "home.street" is not declared'],
    ["{{name.length}}", '{1}: variable "name.length" is not declared: string has no "length"'],
    ["{{constructor}}", '{1}: variable "constructor" is not declared'],
    ["{{__proto__}}", '{1}: variable "__proto__" is not declared'],
    ["{{home.constructor.name}}", '{1}: variable "home.constructor.name" is not declared'],
    ["{{tags.map}}", '{1}: variable "tags.map" is not declared: a list has no "map"'],
    ["{{counts.toString}}", '{1}: variable "counts.toString" was not given: there is no "toString"'],
    ["{{../name}}", '{1}: "../name" leads out of the prompt: too many ../'],
    ["{{#if on}}{{../name}}{{/if}}", '{1}: "../name" leads out of the prompt'],
    ["{{@first}}", '{1}: "@first" is not known here; inside each there are @first, @last, @index, @key'],
    [
      "{{#each people}}{{#each skills}}{{@../index}}{{/each}}{{/each}}",
      '{1}: "@../index" is not supported; name it with as |item index|',
    ],
    ["{{#each people as |p|}}{{this.p}}{{/each}}", '{1}: variable "this.p" is not declared'],
    ["{{#each people as |p|}}{{/each}}{{p.name}}", '{1}: variable "p.name" is not declared'],
    ["{{tags}}", '{1}: variable "tags" is a list; go through it with {{#each}}'],
    ["{{home}}", '{1}: variable "home" is a mapping; insert its members'],
    ["{{#each name}}{{/each}}", '{1}: variable "name" is no list, so {{#each}} cannot go through it'],
    ["{{#each home}}{{/each}}", '{1}: variable "home" is no list'],
    ["{{upper name}}", '{1}: there is no helper "upper"; prompts have if, unless, each, with and role'],
    ["{{lookup home name}}", '{1}: there is no helper "lookup"'],
    ["{{#if (not on)}}{{/if}}", "{1}: only variables can stand here"],
    ["{{#if true}}{{/if}}", "{1}: only variables can stand here"],
    ['{{"name"}}', "{1}: only variables can stand here"],
    ["{{#if age includeZero=true}}{{/if}}", "{1}: {{#if}} takes one variable and nothing else"],
    ["{{#if}}{{/if}}", "{1}: {{#if}} takes one variable and nothing else"],
    ["{{#tags}}{{/tags}}", '{1}: there is no block "tags"; write {{#if tags}} or {{#each tags}}'],
    ["{{^tags}}{{/tags}}", '{1}: there is no block "tags"'],
    ["{{> other}}", '{1}: there is no partial "other"; write it to prompts/_other.prompt'],
    ["{{#> other}}{{/other}}", "{1}: {{#> name}} is not supported; write {{> name}}"],
    ["{{* other}}", "{1}: decorators are not supported in prompts"],
    ["{{media url=name}}", '{1}: there is no helper "media"'],
    [
      'x\n\n{{role "wizard"}}',
      '{3}: unknown role; write {{role "system"}}, {{role "user"}} or {{role "model"}}',
    ],
    ["{{role name}}", "{1}: unknown role"],
    ['{{#if on}}{{role "system"}}{{/if}}', "{1}: a role opens a message, so it stands outside of all blocks"],
    ["x\n{{#if on}}", "{2}: broken template: a block that is opened is not closed"],
    ["x\n{{/if}}", "{2}: broken template: a block is closed that is not open"],
    ["x\n{{#if on}}{{/each}}", "{2}: broken template: if doesn't match each"],
    ["x\n{{else}}", "{2}: broken template: {{else}} stands outside of a block"],
    ["x\n{{ name", "{2}: broken template: {{ is not followed by what a template can say"],
    ["{{home/../name}}", "{1}: broken template: Invalid path: home/.."],
  ])("%j", (template, said) => {
    const first = schema.split("\n").length + 4;
    const line = said.replace(/^\{(\d)\}/, (_, number) => `prompt:${first + Number(number)}`);
    expect(refusal(promptOf(schema, template), given)).toContain(line);
  });
});

describe("a prompt that was read", () => {
  test("keeps nothing of a render", () => {
    const own = prompts();
    const source = promptOf(
      "a: string\nb?: string\nc(array): string",
      "{{a}}{{b}}{{#each c as |x|}}{{x}}{{/each}}",
    );
    const first = own.render(source, { a: "1", b: "2", c: ["3"] });
    expect(own.render(source, { a: "4", c: [] }).messages).toEqual([
      { role: "user", parts: [{ type: "text", text: "4" }] },
    ]);
    expect(own.render(source, { a: "1", b: "2", c: ["3"] })).toEqual(first);
    expect(() => own.render(source, { b: "2", c: [] })).toThrow(
      'variable "a" is declared here and was not given',
    );
  });

  test("is one of many", () => {
    const own = prompts();
    const numbers = Array.from({ length: 100 }, (_, i) => `${i}`);
    for (const number of [...numbers, ...numbers]) expect(textOf(own.render(number, {}))).toBe(number);
  });

  test("is wrong each time it is asked for", () => {
    const own = prompts();
    for (const _ of [1, 2])
      expect(() => own.render("{{x}}", { x: 1 })).toThrow('prompt:1: variable "x" is not declared');
  });
});
