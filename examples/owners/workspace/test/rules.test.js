import assert from "node:assert/strict";
import { test } from "node:test";
import { ownerOf, readRules } from "../src/rules.js";

const rules = readRules('"**": core\n"docs/**": writers\n"docs/api/**": core-api\n');

test("a path is owned by the team of a rule that fits", () => {
  assert.equal(ownerOf(rules, "src/a.js"), "core");
});

test("of several rules that fit, the last decides", () => {
  assert.equal(ownerOf(rules, "docs/a.md"), "writers");
  assert.equal(ownerOf(rules, "docs/api/a.md"), "core-api");
});

test("hidden files are files", () => {
  assert.equal(ownerOf(rules, "docs/.order"), "writers");
});

test("where no rule fits, nobody owns the path", () => {
  assert.equal(ownerOf(readRules('"docs/**": writers\n'), "src/a.js"), null);
});
