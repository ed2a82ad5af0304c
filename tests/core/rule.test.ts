import * as fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, test } from "vitest";
import { coversHost, harmless, openHost } from "../../src/core/host.ts";
import { fits, isOver, nameOf, ruleSpec } from "../../src/core/rule.ts";
import { wordFits } from "../../src/core/word-fits.ts";
import type { RuleSpec } from "../../src/core/rule.ts";
import type { Part } from "../../src/core/assessment.ts";
import { partOf } from "../memory/policy.ts";

const glob = (patterns: readonly string[]): ((path: string) => boolean) =>
  picomatch([...patterns], { dot: true });
const fit = (rule: RuleSpec, part: Partial<Part>, tool = "bash", now = 0): boolean =>
  fits(rule, { tool, part: partOf({ risk: "network", ...part }), now, glob });
const words = (text: string): Part["words"] => text.split(" ").map((word) => (word === "$X" ? null : word));

describe("a rule about a command", () => {
  test.each([
    ["git log", "git log", true],
    ["git log", "git log -1", false],
    ["git log *", "git log", true],
    ["git log *", "git log -1 --all", true],
    ["git * origin", "git push origin", true],
    ["git * origin", "git push upstream", false],
    ["git push agent/*", "git push agent/x", true],
    ["git push agent/*", "git push main", false],
    ["npm install *", "npm", false],
    ["npm *-y", "npm init-y", true],
    ["*", "anything at all", true],
  ])("%s, and the command %s: %s", (bash, command, isFit) => {
    expect(fit({ bash, then: "allow" }, { words: words(command) })).toBe(isFit);
  });

  test("what is not known before it runs fits what forbids, not what allows", () => {
    expect(fit({ bash: "git push *", then: "deny" }, { words: words("git $X") })).toBe(true);
    expect(fit({ bash: "git push *", then: "allow" }, { words: words("git $X") })).toBe(false);
    expect(fit({ bash: "git push *", then: "allow" }, { words: words("git push $X") })).toBe(true);
  });

  test.each([
    ["git push *", "git -C . push origin", true],
    ["git push *", "git --no-pager -c a=b push", true],
    ["git push *", "/usr/bin/git push origin", true],
    ["git push *", "git stash push", false],
    ["git push *", "git log --grep push x", false],
    ["git push", "git -C . push", true],
    ["git push", "git push origin", false],
    ["*", "anything at all", true],
  ])("what forbids %s fits another spelling, %s: %s", (bash, command, isFit) => {
    for (const then of ["deny", "ask"] as const)
      expect(fit({ bash, then }, { words: words(command) })).toBe(isFit);
    expect(fit({ bash: "git push *", then: "allow" }, { words: words("git -C . push") })).toBe(false);
  });

  test("what forbids fits all that is spelt with more options", () => {
    const option = fc.constantFrom("-v", "--no-pager", "-C .", "--git-dir=x");
    fc.assert(
      fc.property(fc.array(option, { maxLength: 4 }), fc.array(option, { maxLength: 4 }), (before, after) => {
        const command = ["git", ...before, "push", ...after, "origin"].join(" ");
        expect(fit({ bash: "git push origin", then: "deny" }, { words: words(command) })).toBe(true);
        expect(fit({ bash: "git pull origin", then: "deny" }, { words: words(command) })).toBe(false);
      }),
    );
  });

  test("is not about another tool, nor about a redirect", () => {
    expect(fit({ bash: "*", then: "allow" }, { words: words("ls") }, "http_request")).toBe(false);
    expect(fit({ bash: "ls *", then: "allow" }, { words: [] })).toBe(false);
  });

  test("a star in a word is any text of it, in time in proportion to it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[ab*]{0,4}$/), { maxLength: 4 }),
        fc.stringMatching(/^[ab]{0,12}$/),
        (pieces, word) => {
          const pattern = pieces.join("");
          const asRegExp = new RegExp(`^${pattern.replaceAll(/\*+/g, ".*")}$`);
          expect(wordFits(pattern, word)).toBe(asRegExp.test(word));
        },
      ),
    );
    expect(wordFits(`${"*a".repeat(2000)}*b`, "a".repeat(100_000))).toBe(false);
  });
});

describe("a rule about files", () => {
  const path = "out/**";

  test("forbids what writes one of them, and allows what writes no others", () => {
    const writes = (then: RuleSpec["then"], ...touches: string[]): boolean =>
      fit({ path, then }, { touches, hosts: [], risk: "write" });
    expect(writes("allow", "out/a", "out/b")).toBe(true);
    expect(writes("allow", "out/a", "src/b")).toBe(false);
    expect(writes("deny", "out/a", "src/b")).toBe(true);
    expect(writes("ask", "src/b")).toBe(false);
    expect(writes("allow")).toBe(false);
  });

  test("allows by itself nothing that reaches a host or has an effect beyond files", () => {
    const touches = ["out/x"];
    const allows = (part: Partial<Part>, more: Partial<RuleSpec> = {}): boolean =>
      fit({ path, then: "allow", ...more }, { touches, ...part });
    expect(allows({ risk: "destructive", hosts: [] })).toBe(true);
    expect(allows({ risk: "network", hosts: ["evil.example:443"] })).toBe(false);
    expect(allows({ risk: "network", hosts: null })).toBe(false);
    expect(allows({ risk: "privilege", hosts: [] })).toBe(false);
    const curl = {
      risk: "network",
      hosts: ["a.example:443"],
      words: words("curl -o out/x https://a.example"),
    } as const;
    expect(allows(curl, { bash: "curl *" })).toBe(true);
    expect(allows(curl, { hosts: ["a.example"] })).toBe(true);
  });
});

describe("what a rule cannot be about is refused", () => {
  test.each([
    [{ http: "POST a.example/x" }, "URL"],
    [{ http: "POST https://a.example/x?y" }, "query"],
    [{ http: "POST https://u:p@a.example/x" }, "login"],
    [{ tool: "http_reqest" }, "must be one of"],
    [{ tool: "bash", http: "GET https://a.example" }, "two tools at once"],
    [{ bash: "ls", http: "GET https://a.example" }, "two tools at once"],
    [{ bash: "git push | cat" }, "one command"],
    [{ bash: "FOO=1 npm test" }, "one command"],
    [{ bash: "cat a; ls" }, "one command"],
    [{ bash: "echo x > a" }, "one command"],
    [{ path: "/etc/**" }, "relative"],
    [{ path: "../**" }, "relative"],
    [{ path: "src/" }, "relative"],
  ])("%j", (rule, why) => {
    const read = ruleSpec.safeParse({ ...rule, then: "deny" });
    expect(read.error?.issues.map(({ message }) => message).join("; ")).toContain(why);
  });

  test.each([
    { bash: "git commit -m *" },
    { bash: "npm run test:unit -- --watch=false" },
    { tool: "mcp__tracker__*" },
    { tool: "*" },
    { tool: "*_file", path: "src/**" },
    { http: "* https://*.example/a/*" },
    { path: "**/*.md" },
    { path: ".github/**" },
  ])("%j is a rule", (rule) => {
    expect(ruleSpec.safeParse({ ...rule, then: "deny" }).success).toBe(true);
  });
});

describe("a rule about hosts", () => {
  test("without a port forbids every port; with one that one", () => {
    const forbids = (written: string, target: string): boolean =>
      fit({ hosts: [written], then: "deny" }, { hosts: [target] });
    expect(forbids("evil.example", "evil.example:8443")).toBe(true);
    expect(forbids("*.evil.example", "a.evil.example:8443")).toBe(true);
    expect(forbids("evil.example:443", "evil.example:8443")).toBe(false);
    expect(fit({ hosts: ["evil.example"], then: "allow" }, { hosts: ["evil.example:8443"] })).toBe(false);
  });

  test("that allows by hosts alone allows nothing of which it is not known where it goes", () => {
    const unknown = { hosts: null, words: words("npm install x") };
    expect(fit({ hosts: ["a.example"], then: "allow" }, unknown)).toBe(false);
    expect(fit({ hosts: ["a.example"], then: "deny" }, unknown)).toBe(true);
    expect(fit({ hosts: ["a.example"], bash: "npm install *", then: "allow" }, unknown)).toBe(true);
  });

  const hosts = ["packages.example", "*.mirror.example", "localhost:8080"];

  test("allows what reaches no others, and forbids what reaches one of them", () => {
    const reaches = (then: RuleSpec["then"], ...targets: string[]): boolean =>
      fit({ hosts, then }, { hosts: targets });
    expect(reaches("allow", "packages.example:443", "a.mirror.example:80")).toBe(true);
    expect(reaches("allow", "packages.example:443", "other.example:443")).toBe(false);
    expect(reaches("deny", "packages.example:443", "other.example:443")).toBe(true);
    expect(reaches("allow")).toBe(false);
  });

  test.each([
    ["packages.example", "packages.example:443", true],
    ["packages.example", "packages.example:80", true],
    ["packages.example", "packages.example:8443", false],
    ["packages.example:8443", "packages.example:8443", true],
    ["packages.example", "PACKAGES.example.:443", true],
    ["packages.example", "evil-packages.example:443", false],
    ["*.example", "a.b.example:443", true],
    ["*.example", "example:443", false],
    ["[::1]:80", "[::1]:80", true],
    ["[::1]", "[::2]:80", false],
  ])("%s covers %s: %s", (written, target, isCovered) => expect(coversHost(written, target)).toBe(isCovered));

  test("only mirrors of packages may be reached twice, unless the file says so", () => {
    const open = ["registry.npmjs.org", "api.example", { host: "reads.example", repeat: true }].map(openHost);
    expect(harmless(open)).toEqual(["registry.npmjs.org", "reads.example"]);
  });
});

describe("a rule", () => {
  test("about paths fits where all that is written is in it", () => {
    const rule: RuleSpec = { path: "docs/**", then: "allow" };
    expect(fit(rule, { touches: ["docs/a.md", "docs/b/c.md"] })).toBe(true);
    expect(fit(rule, { touches: ["docs/a.md", "src/b.ts"] })).toBe(false);
    expect(fit(rule, { touches: [] })).toBe(false);
  });

  test("about a tool and a request", () => {
    expect(fit({ tool: "mcp__tracker__*", then: "allow" }, {}, "mcp__tracker__create")).toBe(true);
    expect(fit({ tool: "mcp__tracker__*", then: "allow" }, {}, "mcp__other__create")).toBe(false);
    const rule: RuleSpec = { http: "POST https://tracker.example/issues/*", then: "allow" };
    const request = (method: string, url: string): boolean =>
      fit(rule, { words: [method, url] }, "http_request");
    expect(request("POST", "https://tracker.example/issues/7")).toBe(true);
    expect(request("POST", "https://tracker.example/admin")).toBe(false);
    expect(request("GET", "https://tracker.example/issues/7")).toBe(false);
  });

  test("holds through its last day", () => {
    expect(isOver({ until: "2027-01-31" }, Date.parse("2027-01-31T23:59:59Z"))).toBe(false);
    expect(isOver({ until: "2027-01-31" }, Date.parse("2027-02-01T00:00:00Z"))).toBe(true);
    expect(isOver({ until: "2027-01-31T12:00Z" }, Date.parse("2027-01-31T12:00:00Z"))).toBe(true);
  });

  test("is named by its place and what it is about", () => {
    expect(nameOf({ bash: "git push *", then: "deny" }, 1)).toBe("rule 2 (git push *)");
  });

  test.each([
    [{ then: "allow" }, "must say what it is about"],
    [{ bash: "x", then: "maybe" }, "Invalid"],
    [{ bash: "x", then: "deny", until: "2027-02-31" }, "exists"],
    [{ bash: "x", then: "deny", until: "tomorrow" }, "must be a day"],
    [{ bash: "x", then: "deny", wenn: "2027-01-01" }, "wenn"],
  ])("%j is none", (rule, why) => {
    expect(JSON.stringify(ruleSpec.safeParse(rule).error?.issues)).toContain(why);
  });
});
