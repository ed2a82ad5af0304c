import * as fc from "fast-check";
import Handlebars from "handlebars";
import { describe, expect, test } from "vitest";
import { gatherPartials } from "../../../src/edges/prompts/gather-partials.ts";
import { joinPartials } from "../../../src/edges/prompts/partials.ts";
import { partialAt, readPrompt } from "../../../src/edges/prompts/prompt-file.ts";
import { promptOf, refusal, rendered, textOf } from "./rendering.ts";
import type { Variables } from "./rendering.ts";

const schema =
  "name: string\non: boolean\ntags(array): string\npeople(array):\n  name: string\nnick?: string";
const given = { name: "Ann\nB", on: true, tags: ["x", "y\nz"], people: [{ name: "P" }, { name: "Q" }] };

const sourceOf = (template: string, partials: Readonly<Record<string, string>>): string =>
  joinPartials(promptOf(schema, template), new Map(Object.entries(partials)));
const said = (template: string, partials: Readonly<Record<string, string>>, variables: Variables = given) =>
  textOf(rendered(sourceOf(template, partials), variables));

describe("a partial", () => {
  test.each<[string, Record<string, string>, string]>([
    ["<{{> a}}>", { a: "hello" }, "<hello>"],
    ["one\n{{> a}}\nthree", { a: "two\n" }, "one\ntwo\nthree"],
    ["one\n  {{> a}}\nthree", { a: "two\nmore\n" }, "one\n  two\n  more\nthree"],
    ["{{> a}}", { a: "{{> b}}!", b: "{{name}}" }, "Ann\nB!"],
    ["{{#each people}}{{> a}}{{/each}}", { a: "{{name}}{{@index}};" }, "P0;Q1;"],
    ["{{#each people as |p|}}{{> a p}}{{/each}}", { a: "{{name}}{{@root.on}};" }, "Ptrue;Qtrue;"],
    [
      "{{#each tags}}{{> a who=this n=2 s='t' b=false}}{{/each}}",
      { a: "{{who}}{{n}}{{s}}{{b}};" },
      "x2tfalse;y\nz2tfalse;",
    ],
    ["{{> a name='other'}}{{name}}", { a: "{{name}}{{#if on}}on{{/if}}," }, "otheron,Ann\nB"],
    ["{{> a list=people}}", { a: "{{#each list}}{{name}}{{../on}}{{/each}}" }, "PtrueQtrue"],
    ['{{> "a"}}{{> a}}', { a: "x" }, "xx"],
    ["<{{> a}}>", { a: "" }, "<>"],
    ["a\\\n{{> a}}", { a: "\\{{name}} {{!-- {{> no}} --}}" }, "a\\\n{{name}} "],
  ])("%j", (template, partials, text) => {
    expect(said(template, partials)).toBe(text);
  });

  test.each<[string, Record<string, string>, string]>([
    ["{{> a}}", { a: "ok\n{{nmae}}" }, 'prompt:13: variable "nmae" is not declared'],
    ["{{#each people}}{{> a}}{{/each}}", { a: "{{../name}}" }, '"../name" leads out of the prompt'],
    [
      "{{#each people as |p|}}{{> a}}{{/each}}",
      { a: "{{p.name}}" },
      'variable "p.name" is not declared in input.schema; declared here are name',
    ],
    [
      "{{#each people}}{{> a}}{{/each}}",
      { a: "{{on}}" },
      'variable "on" is not declared in input.schema; declared here are name',
    ],
    ["{{> a}}", { a: "{{> a}}" }, "partials include each other in a circle: a > a; take one {{> }} out"],
    ["{{> a}}", { a: "{{> b}}", b: "{{> a}}" }, "in a circle: a > b > a"],
    ["{{#if on}}{{> a}}{{/if}}", { a: "{{#if on}}{{> a}}{{/if}}" }, "in a circle"],
    [
      "{{> a}}",
      { a: '{{role "system"}}' },
      "a role opens a message, so it stands outside of all blocks and partials",
    ],
    ["{{> a}}", { a: "{{#if on}}" }, "prompt:12: broken template: a block that is opened is not closed"],
    ["{{> a}}", { a: "{{/if}}" }, "prompt:12: broken template: a block is closed that is not open"],
    ["x", { a: "y" }, 'prompt:11: nothing includes the partial "a"; take it out'],
    ["{{> a name on}}", { a: "y" }, "{{> a}} takes one variable, and arguments as name=variable"],
    ["{{> a x=(y)}}", { a: "y" }, "only variables can stand here"],
    ["{{> a x=null}}", { a: "y" }, "only variables can stand here"],
    ["{{> (lookup . 'a')}}", { a: "y" }, "which partial is included must be written there, like {{> name}}"],
    ["{{> x/a}}", {}, '"x/a" cannot be the name of a partial'],
    ["{{> ../a}}", {}, '"../a" cannot be the name of a partial'],
    ["{{> __proto__}}", {}, '"__proto__" cannot be the name of a partial'],
    ["{{> constructor}}", {}, 'there is no partial "constructor"'],
    ['{{#*inline "a"}}y{{/inline}}{{> a}}', {}, "partials stand at the end of a prompt"],
    ['{{> a}}{{#*inline "a"}}\ny{{/inline}}{{> a}}', {}, "partials stand at the end of a prompt"],
    ['{{> a}}\n{{#*inline "a"}}\ny', {}, "prompt:12: partials stand at the end of a prompt"],
    ['{{> a}}{{#*inline "A b"}}\ny{{/inline}}', {}, '"A b" cannot be the name of a partial'],
    [
      '{{> a}}{{#*inline "a"}}\ny{{/inline}}\n{{#*inline "a"}}\ny{{/inline}}',
      {},
      'partial "a" is defined twice',
    ],
    ["{{#*inline name}}y{{/inline}}", {}, "decorators are not supported in prompts"],
    ["{{> a nick}}", { a: "{{x}}" }, 'variable "x" is not declared'],
  ])("%j with %j is refused", (template, partials, text) => {
    expect(refusal(sourceOf(template, partials), given)).toContain(text);
  });

  test("many that include many are refused before they fill the memory", () => {
    const names = Array.from({ length: 30 }, (_, index) => `p${index}`);
    const twice = names.map((name, index) => [
      name,
      index === 29 ? "x" : `{{> p${index + 1}}}{{> p${index + 1}}}`,
    ]);
    expect(
      refusal(sourceOf("{{> p0}}", Object.fromEntries(twice) as Record<string, string>), given),
    ).toContain("partials are included more than 1000 times; include fewer");
  });
});

const piece = fc.constantFrom(
  "a",
  "\n",
  " ",
  "  ",
  "{{name}}",
  "{{> p}}",
  "{{> q}}",
  "{{~> q}}",
  "{{> p~}}",
  "{{#if on}}",
  "{{/if}}",
);
const leaf = fc.string({
  unit: fc.constantFrom("b", "\n", " ", "{{name}}", "{{#each tags}}{{this}}{{/each}}", "{{! c }}"),
  maxLength: 6,
});

/** Open blocks closed, those that are closed too often left out. */
function balanced(pieces: readonly string[]): string {
  let open = 0;
  const kept = pieces.filter((one) => {
    if (one === "{{#if on}}") open += 1;
    if (one === "{{/if}}") open -= 1;
    if (open >= 0) return true;
    open = 0;
    return false;
  });
  return kept.join("") + "{{/if}}".repeat(open);
}

const template = fc.array(piece, { maxLength: 8 }).map(balanced);
const lf = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

test("renders as Handlebars does, white space included, and Handlebars renders what brings its partials along", () => {
  fc.assert(
    fc.property(template, leaf.map(lf), fc.array(piece, { maxLength: 4 }), (main, q, inP) => {
      const p = lf(balanced(inP.filter((one) => !one.includes("p}}") && !one.includes("p~"))));
      const whole = `[\n${main}\n]\n{{#if on}}{{else}}{{> p}}{{> q}}{{/if}}`;
      const ours = said(whole, { p, q });
      const handlebars = Handlebars.create();
      handlebars.registerPartial({ p, q });
      const theirs = handlebars.compile(whole, { noEscape: true })(given);
      expect(ours).toBe(theirs.trimEnd());
      const { template: own } = readPrompt(sourceOf(whole, {}));
      const joined = joinPartials(`${own}\n`, new Map(Object.entries({ p, q })));
      expect(Handlebars.compile(joined, { noEscape: true })(given).trimEnd()).toBe(theirs.trimEnd());
    }),
    { numRuns: 400 },
  );
});

test("what is brought along comes back as it was, whatever its line ends", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "\n", " ", "{{x}}", "{", "}", "\\", "---", "𝄞"),
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, text, text, fc.boolean(), (main, a, b, crlf) => {
      fc.pre([main, a, b].every((one) => !one.endsWith("\\")));
      const joined = joinPartials(
        `---\na: 1\n---\n${main}`,
        new Map([
          ["b", b],
          ["a", a],
        ]),
      );
      const read = readPrompt(crlf ? joined.replaceAll("\n", "\r\n") : joined);
      expect(read.template).toBe(main);
      expect([...read.partials].map(([name, { text: own }]) => [name, own])).toEqual([
        ["a", a],
        ["b", b],
      ]);
      const line = read.partials.get("b")?.firstLine ?? 0;
      expect(partialAt(joined, line)).toEqual({ name: "b", line: 1 });
      expect(partialAt(joined, line - 1)?.name).not.toBe("b");
    }),
    { numRuns: 300 },
  );
});

describe("partials in files", () => {
  const from = async (source: string, files: Readonly<Record<string, string>>) => {
    const read: string[] = [];
    const gathered = await gatherPartials(source, "prompts/x.prompt", async (name) => {
      read.push(name);
      const text = Object.hasOwn(files, name) ? files[name] : undefined;
      return text === undefined ? null : { path: `prompts/_${name}.prompt`, text };
    });
    return { ...gathered, read };
  };

  test("each is read once, those of partials too, those the prompt brings along not at all", async () => {
    const source = '{{> a}}{{> b}}{{#if x}}{{> c}}{{/if}}\n{{#*inline "c"}}\nown {{> d}}{{/inline}}';
    const {
      read,
      source: whole,
      paths,
    } = await from(source, { a: "{{> b}}\r\n{{> c}}", b: "b", c: "not this", d: "d" });
    expect(read.toSorted()).toEqual(["a", "b", "d"]);
    expect([...paths.keys()].toSorted()).toEqual(["a", "b", "d"]);
    const partials = [...readPrompt(whole).partials].map(([name, { text }]) => [name, text]);
    expect(Object.fromEntries(partials)).toEqual({ a: "{{> b}}\n{{> c}}", b: "b", c: "own {{> d}}", d: "d" });
    expect((await from("{{name}}", {})).source).toBe("{{name}}");
  });

  test.each<[string, Record<string, string>, string]>([
    ["x\n{{> a}}", {}, 'prompts/x.prompt:2: there is no partial "a"; write it to prompts/_a.prompt'],
    ["{{> a}}", { a: "\n{{> b}}" }, 'prompts/_a.prompt:2: there is no partial "b"'],
    [
      "{{> a}}",
      { a: "\n---\nmodel: x\n---\ny" },
      "prompts/_a.prompt:2: a partial has no front matter; declare its variables in the prompt",
    ],
    ["{{> a}}", { a: "x\n{{#if}" }, "prompts/_a.prompt:2: broken template"],
    ["{{> a}}", { a: "x\n{{! {{/inline}} " }, "prompts/_a.prompt:2: {{/inline}} ends a partial"],
    [
      "{{> a}}",
      { a: "x\n\\" },
      "prompts/_a.prompt:2: a backslash is the last character; write a line end after it",
    ],
    ["{{> a}}\n\\", { a: "x" }, "prompts/x.prompt:2: a backslash is the last character"],
    ["---\na: [\n---\n", {}, "prompts/x.prompt:2: broken YAML"],
  ])("%j with %j is refused", async (source, files, text) => {
    await expect(from(source, files)).rejects.toThrow(text);
  });

  test("those that include each other are read, and refused where they are rendered", async () => {
    const { source } = await from("{{> a}}", { a: "{{> b}}", b: "{{> a}}" });
    expect(refusal(source)).toContain("in a circle: a > b > a");
  });
});
