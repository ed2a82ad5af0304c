import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { oracleOf, resultFault } from "../../../src/cli/evaluation/check-agent-case.ts";
import type { TriedFiles } from "../../../src/cli/evaluation/check-agent-case.ts";
import type { AgentCase } from "../../../src/evals/suite/case.ts";
import type { Turn } from "../errands.ts";
import { fill, folder } from "../ground.ts";
import type { Files } from "../ground.ts";
import { agentCaseOf, caseFilesOf, placeIn } from "./ground.ts";

const one = agentCaseOf("one") as AgentCase;

/** What the case comes to with this front matter and these files; no model is there. */
async function tried(front: Turn, files: Files = {}): Promise<TriedFiles> {
  const dir = await folder({
    ...caseFilesOf("one", {}, { model: "anthropic/nobody-has-a-key", ...front }),
    ...files,
  });
  const place = await placeIn(dir);
  return oracleOf(place, join(dir, "tasks/files"), one);
}

const at = (path: string): string => `tasks/files/one/${path}`;

test("a right result passes and nothing done fails, without any model", async () => {
  expect(await tried({})).toEqual({ oracle: null, nothing: null });
});

test("an oracle that is not right is told by the check that fails", async () => {
  const found = await tried({}, { [at("oracle/a.txt")]: "better\n" });
  expect(found.nothing).toBe(null);
  expect(found.oracle).toContain('check "good" does not hold: exit 1');
});

test("checks that hold before any work prove nothing", async () => {
  expect(await tried({}, { [at("workspace/a.txt")]: "good\n" })).toEqual({
    oracle: null,
    nothing: "its checks hold before any work; write one that does not",
  });
});

test("guards hold for both, and only what is no guard tells them apart", async () => {
  const guard = { id: "kept", run: "test -f b.txt", guard: true };
  const good = { id: "good", run: "grep -q good a.txt" };
  const files = { [at("workspace/b.txt")]: "b\n" };
  expect(await tried({ checks: [guard, good] }, files)).toEqual({ oracle: null, nothing: null });
  expect((await tried({ checks: [guard] }, files)).nothing).toContain("hold before any work");
  expect((await tried({ checks: [guard, good] })).oracle).toContain('check "kept"');
});

test("an oracle may take files away, whole folders too", async () => {
  const checks = [{ id: "gone", run: "test ! -e old && test ! -e dir/b.txt && test -f dir/c.txt" }];
  const files = {
    [at("workspace/old/deep/a.txt")]: "a\n",
    [at("workspace/dir/b.txt")]: "b\n",
    [at("workspace/dir/c.txt")]: "c\n",
  };
  expect((await tried({ checks }, files)).oracle).toContain('check "gone"');
  expect(await tried({ checks }, { ...files, [at("removed.txt")]: "old\r\ndir/b.txt\nnever/was\n" })).toEqual(
    {
      oracle: null,
      nothing: null,
    },
  );
});

test("what cannot be tried is told", async () => {
  expect((await tried({ checks: [{ rubric: "Is it good?" }] })).oracle).toContain(
    "can be tried without a model",
  );
  await expect(tried({ checks: [{ id: "x", run: "no-such-program a" }] })).rejects.toThrow(
    'the program "no-such-program" is not in the sandbox',
  );
  const dir = await folder(caseFilesOf("one", {}));
  await rm(join(dir, at("oracle")), { recursive: true });
  const found = await oracleOf(await placeIn(dir), join(dir, "tasks/files"), one);
  expect(found.oracle).toBe("files/one has no oracle/; put the files of a right result there");
});

test("a known bad result must fail", async () => {
  const dir = await folder(caseFilesOf("one", {}));
  await fill(dir, { "tasks/files/bad/one/a.txt": "goo\n", "tasks/files/bad/two/a.txt": "good\n" });
  const place = await placeIn(dir);
  const suite = join(dir, "tasks/files");
  expect(await resultFault(place, suite, one, join(suite, "bad/one"))).toContain('check "good"');
  expect(await resultFault(place, suite, one, join(suite, "bad/two"))).toBe(null);
});
