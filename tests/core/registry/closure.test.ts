import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument, stringify } from "yaml";
import { promptDigest } from "../../../src/core/registry/closure.ts";
import type { PromptParts } from "../../../src/core/registry/closure.ts";
import { sha256 } from "./ground.ts";
import { reversed, variantsOf } from "./variants.ts";

const digest = (parts: PromptParts): string => promptDigest(sha256, parts);

const key = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
const template = fc.string({ unit: fc.constantFrom("a", "{{x}}", "\n", " ", "é", "𝄞"), maxLength: 20 });
const settings = fc.record({
  model: fc.string(),
  config: fc.dictionary(key, json),
  input: fc.record({ schema: fc.dictionary(key, fc.constantFrom("string", "integer, how many")) }),
  output: fc.record({ schema: fc.dictionary(key, json) }),
});
const parts: fc.Arbitrary<PromptParts> = fc.record({
  template,
  settings,
  partials: fc.dictionary(key, template),
  tools: fc.dictionary(key, json),
  renderer: fc.integer({ min: 1, max: 9 }),
});

test("what means the same has the same digest: line ends, byte order mark, order of keys", () => {
  fc.assert(
    fc.property(parts, fc.constantFrom("\r\n", "\r"), (one, end) => {
      const other = {
        ...one,
        template: `\uFEFF${one.template.replaceAll("\n", end)}`,
        settings: reversed(one.settings),
        partials: reversed(one.partials) as Record<string, string>,
        tools: reversed(one.tools) as Record<string, unknown>,
      };
      expect(digest(other)).toBe(digest(one));
    }),
    { numRuns: 60 },
  );
});

test("front matter written otherwise, with comments and other quotes, has the same digest", () => {
  fc.assert(
    fc.property(settings, (one) => {
      const plain = digestOfYaml(stringify(one));
      expect(digestOfYaml(`# a comment\n${stringify(one)}# another\n`)).toBe(plain);
      expect(
        digestOfYaml(stringify(one, { defaultStringType: "QUOTE_DOUBLE", collectionStyle: "flow" })),
      ).toBe(plain);
    }),
    { numRuns: 40 },
  );
});

const digestOfYaml = (yaml: string): string =>
  digest({ template: "", settings: parseDocument(yaml).toJS(), partials: {}, tools: {}, renderer: 1 });

const whole: PromptParts = {
  template: '{{role "user"}}\nHello {{who}}\n',
  settings: {
    model: "openai/m",
    config: { temperature: 0.5, stop: ["a"] },
    input: { schema: { who: "string" } },
    output: { schema: { type: "object" } },
  },
  partials: { head: "Be short.\n" },
  tools: { bash: { type: "object", required: ["command"] } },
  renderer: 1,
};

test("every character of every part counts: one more, one less, one other", () => {
  const seen = new Set([digest(whole)]);
  let variants = 0;
  for (const variant of variantsOf(whole)) {
    variants += 1;
    seen.add(digest(variant as PromptParts));
  }
  expect(variants).toBeGreaterThan(160);
  expect(seen.size).toBe(variants + 1);
});

test("white space at the ends of a template counts, as it may be sent", () => {
  const of = (template: string): string => digest({ ...whole, template });
  expect(new Set(["a", "a\n", "a\n\n", " a", "\na", "a "].map(of)).size).toBe(6);
});

test("a part moved from one place to another counts: nothing is joined", () => {
  const empty: PromptParts = { template: "", settings: {}, partials: {}, tools: {}, renderer: 1 };
  const all = [
    empty,
    { ...empty, template: "a" },
    { ...empty, partials: { a: "" } },
    { ...empty, partials: { "": "a" } },
    { ...empty, tools: { a: "" } },
    { ...empty, settings: { a: "" } },
    { ...empty, renderer: 2 },
  ];
  expect(new Set(all.map(digest)).size).toBe(all.length);
  expect(digest({ ...empty, settings: null })).toBe(digest(empty));
});
