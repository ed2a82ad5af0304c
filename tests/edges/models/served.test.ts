import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isServed, notServed } from "../../../src/edges/models/served.ts";

describe("a provider served", () => {
  test.each([
    ["claude-x", "claude-x"],
    ["claude-x", "Claude-X"],
    ["claude-x", "claude-x-20250929"],
    ["claude-x-20250929", "claude-x-20250929"],
    ["claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"],
    ["x-latest", "x-latest"],
    ["x-latest", "x"],
    ["claude-opus-4-0", "claude-opus-4-20250514"],
    ["gpt-4.1", "gpt-4.1-2025-04-14"],
    ["gpt-4", "gpt-4-0613"],
    ["ft:gpt-4.1:org::id", "ft:gpt-4.1:org::id"],
  ])("%s as %s", (asked, served) => {
    expect(isServed(asked, served)).toBe(true);
  });

  test.each([
    ["claude-opus-4", "claude-opus-4-1-20250805"],
    ["claude-opus-4", "claude-opus-4-1"],
    ["claude-x", "claude-y-20250929"],
    ["claude-x-20250929", "claude-x-20241022"],
    ["claude-x-20250929", "claude-x"],
    ["claude-x", "claude-x-99999999"],
    ["gpt-5", "gpt-5-mini"],
    ["gpt-5", "gpt-5-mini-2025-08-07"],
    ["gpt-5-mini", "gpt-5"],
    ["gpt-4", "gpt-4-1106-preview"],
    ["gpt-4", "gpt-4-9999"],
    ["x-latest", "y-20250219"],
    ["x", "x-latest"],
    ["x", ""],
    ["x", "-20250219"],
  ])("%s, not %s", (asked, served) => {
    expect(isServed(asked, served)).toBe(false);
  });

  test("whatever was asked for, in any version of that day, and nothing else with a name of its own", () => {
    const name = fc
      .stringMatching(/^[a-z]{1,8}(-[a-z0-9.]{1,3})?$/)
      .filter((name) => !/-(latest|0)$/.test(name));
    const day = fc.constantFrom("", "-20250929", "-2025-09-29");
    fc.assert(
      fc.property(name, name, day, (asked, other, date) => {
        expect(isServed(asked, asked + date)).toBe(true);
        if (other !== asked) expect(isServed(asked, other + date)).toBe(false);
      }),
    );
  });
});

test("what a person is told names both models and what to do, in one short line", () => {
  expect(notServed("openai", "gpt-x", "gpt-y")).toBe(
    "asked for gpt-x, the provider served gpt-y; name openai/gpt-y if you want that, else check the address of the provider",
  );
  expect(notServed("openai", "gpt-x", "y\n".repeat(500)).length).toBeLessThan(260);
});
