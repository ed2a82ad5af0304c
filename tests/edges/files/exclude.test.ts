import { describe, expect, it } from "vitest";
import { excludedBy, excludes } from "../../../src/edges/files/exclude.ts";

describe("excludes", () => {
  it.each<[string, string, boolean]>([
    [".env*", ".env", true],
    [".env*", "a/b/.env.local", true],
    [".env*", "environment", false],
    [".env*", "a/.environment/x", true],
    ["*.pem", ".pem", true],
    ["*.pem", "a\n.pem", true],
    ["*.pem", "x.pem.txt", false],
    ["secrets/", "secrets/a/b", true],
    ["secrets/", "a/secrets/b", true],
    ["secrets/", "secrets", false],
    ["secrets/", "a/secrets.txt", false],
    ["a/b", "a/b", true],
    ["a/b", "a/b/c", true],
    ["a/b", "x/a/b", false],
    ["/a", "a", true],
    ["/a", "x/a", false],
    ["./a", "a", true],
    ["a/**", "a/.b/c", true],
    ["**/.git/config", "n/.git/config", true],
    ["**/.git/config", "line\nfeed/.git/config", true],
    ["**/.git/hooks/", ".hidden/n/.git/hooks/x", true],
    ["a/**", "a", true],
    ["a/**", "ab", false],
    ["{a,b}.txt", "x/b.txt", true],
    ["{a,b}.txt", "{a,b}.txt", false],
    ["{a,{b,c/d}}/x", "c/d/x", true],
    ["{a}", "{a}", true],
    ["{a,b", "{a,b", true],
    ["\\{a,b}", "{a,b}", true],
    ["{a\\,b,c}", "a,b", true],
    ["[ab].txt", "a.txt", true],
    ["[ab].txt", "[ab].txt", false],
    ["a[", "a[", false],
    ["A", "a", false],
  ])("%j leaves out %j: %s", (pattern, path, isOut) => {
    expect(excludedBy(excludes([pattern]), path)).toBe(isOut ? pattern : null);
  });

  it("takes back with !, and the last pattern that fits decides", () => {
    const some = excludes([".env*", "!.env.example", "", " "]);
    expect(excludedBy(some, "a/.env.example")).toBe(null);
    expect(excludedBy(some, "a/.env")).toBe(".env*");
    expect(excludedBy(excludes(["!.env", ".env*"]), ".env")).toBe(".env*");
  });

  it("takes nothing back below a directory that is left out", () => {
    expect(excludedBy(excludes(["secrets/", "!x"]), "secrets/x")).toBe("secrets/");
  });
});
