import { expect, test } from "vitest";
import { isDotGit, isDotHarness, isReserved, isReservedAtTop } from "../../src/core/reserved-name.ts";

test.each([
  [".git", true],
  [".GIT", true],
  [".Git. . ", true],
  [".git:stream", true],
  [".git::$INDEX_ALLOCATION", true],
  [".git\\hooks", true],
  ["git~1", true],
  ["GIT~1", true],
  [".g\u200cit", true],
  ["\ufeff.git\u206f", true],
  [".gitignore", false],
  [".gitx", false],
  ["x.git", false],
  ["git", false],
  ["git~2", false],
  ["", false],
  // A name that is not UTF-8, as trees spell it.
  ["\x002e676974ff", false],
])("%j is .git to some file system: %s", (name, is) => {
  expect([isDotGit(name), isReservedAtTop(name)]).toEqual([is, is]);
});

test.each([
  [".harness", true],
  [".HARNESS", true],
  [".harne\u017f\u017f", true],
  [".harness.", true],
  [".har\u200dness", true],
  [".harness-x", false],
  ["harness", false],
])("%j is .harness to some file system: %s", (name, is) => {
  expect([isDotHarness(name), isReservedAtTop(name)]).toEqual([is, is]);
});

test.each([
  [".git", true],
  ["a/b/.git", true],
  ["a/.GIT/hooks/x", true],
  [".harness/runs", true],
  ["a/.harness/runs", false],
  ["a/.gitignore", false],
])("%j is kept from the user: %s", (path, is) => {
  expect(isReserved(path)).toBe(is);
});
