import { describe, expect, test } from "vitest";
import type { Card } from "../../src/core/card.ts";
import { proposeRule } from "../../src/core/rule-proposal.ts";

const now = Date.parse("2027-01-01T12:00:00Z");
const until = "2027-01-31";

const asked = (text: string, more: Partial<Card> = {}): Card => ({
  v: 1,
  tool: "bash",
  action: text,
  args: { command: text },
  cwd: "/workspace",
  tree: "0".repeat(64),
  image: "i",
  risk: "network",
  reach: "sandbox",
  parts: [{ text, risk: "network", because: "x" }],
  rule: null,
  askFrom: "network",
  hosts: [],
  touches: [],
  isUndone: true,
  grantMs: 900_000,
  says: "",
  ...more,
});
const of = (tool: string, args: Card["args"]): Card => asked("x", { tool, args });

describe("the narrowest rule", () => {
  test.each([
    ["npm uninstall moment", { bash: "npm uninstall moment" }],
    ["  rm   -rf  dist/a ", { bash: "rm -rf dist/a" }],
    ["git push origin HEAD:refs/heads/x", { bash: "git push origin HEAD:refs/heads/x" }],
  ])("of %j", (text, rule) => {
    expect(proposeRule(asked(text), now)).toEqual({ ...rule, then: "allow", until });
  });

  test("names the hosts it may reach, and only the sub-command that is asked about", () => {
    const hosts = ["packages.example:443"];
    const parts = [{ text: "npm ci", risk: "network" as const, because: "x" }];
    expect(proposeRule(asked("cd a && npm ci", { hosts, parts }), now)).toEqual({
      bash: "npm ci",
      hosts,
      then: "allow",
      until,
    });
  });

  test.each([
    [
      of("http_request", { method: "POST", url: "https://t.local/issues?a=1#x" }),
      { http: "POST https://t.local/issues" },
    ],
    [of("http_request", { method: "GET", url: "http://t.local:8080" }), { http: "GET http://t.local:8080/" }],
    [of("mcp__tracker__create", { title: "x" }), { tool: "mcp__tracker__create" }],
    [
      of("write_file", { path: ".vscode/a.json", content: "x" }),
      { tool: "write_file", path: ".vscode/a.json" },
    ],
  ])("of another tool", (card, rule) => {
    expect(proposeRule(card, now)).toEqual({ ...rule, then: "allow", until });
  });

  test.each([
    ...["npm i $X", "echo 'a b'", "rm *", "a > b", "FOO=1 npm i", "a; b", "x\ny", "сurl x", ""].map((text) =>
      asked(text),
    ),
    asked("a && b", {
      parts: [
        { text: "a", risk: "network", because: "x" },
        { text: "b", risk: "network", because: "x" },
      ],
    }),
    of("http_request", { method: "POST", url: "https://t.local/*" }),
    of("http_request", { method: "POST *", url: "https://t.local/" }),
    of("write_file", { path: "src/*", content: "x" }),
    of("other", {}),
    of("other", null),
  ])("there is none that says exactly this: $action $args", (card) => {
    expect(proposeRule(card, now)).toBeNull();
  });
});
