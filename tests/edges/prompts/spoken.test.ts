import { expect, test } from "vitest";
import { spokenIn } from "../../../src/edges/prompts/spoken.ts";
import { promptOf } from "./rendering.ts";

const said = (template: string): unknown =>
  spokenIn(promptOf("name: string", template)).map(({ role, text, isPlain }) => [role, text, isPlain]);

test.each<[string, unknown]>([
  ["Hi {{name}}\n", [["user", "Hi {{name}}", true]]],
  [
    '{{role "system"}}\n\n  Be {{name}}.\n\n{{role "user"}}Do\n{{#if name}}it{{/if}}\n{{role "model"}} ok ',
    [
      ["system", "  Be {{name}}.", true],
      ["user", "Do\n{{#if name}}it{{/if}}", false],
      ["assistant", " ok", true],
    ],
  ],
  [
    '{{role "user"}}\n \n{{role "model"}}é𝄞 {{role "user"}}x',
    [
      ["assistant", "é𝄞", true],
      ["user", "x", true],
    ],
  ],
  ["{{{name}}}", [["user", "{{{name}}}", false]]],
  ["{{a.b}}", [["user", "{{a.b}}", false]]],
  ["{{~name}}", [["user", "{{~name}}", false]]],
  ["\\{{name}}", [["user", "\\{{name}}", false]]],
  ["{{! c }}x", [["user", "{{! c }}x", false]]],
  ['{{> a}}{{#*inline "a"}}\nx{{/inline}}', [["user", "{{> a}}", false]]],
  ["\n", []],
])("%j", (template, parts) => {
  expect(said(template)).toEqual(parts);
});
