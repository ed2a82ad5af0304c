import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tryCases } from "../../../src/cli/suites/try-cases.ts";
import { readSuiteCases } from "../../../src/cli/suites/suite-cases.ts";
import { readSuiteFile } from "../../../src/cli/suites/suite-file.ts";
import { caseFilesOf, ioAt } from "../evaluation/ground.ts";
import { folder } from "../ground.ts";

test("each case of a suite is tried, and what cannot be tried is told", async () => {
  const names = ["right", "control", "wrong", "broken"];
  const dir = await folder({
    "tasks/files/suite.yaml": "suite: files\nkind: agent\ntarget: prompt:worker\n",
    "tasks/files/cases.jsonl": names.map((id) => `${JSON.stringify({ id, folder: id })}\n`).join(""),
    ...Object.assign({}, ...names.map((name) => caseFilesOf(name, {}))),
    ...caseFilesOf("broken", {}, { checks: [{ id: "x", run: "no-such-program" }] }),
    "tasks/files/wrong/oracle/a.txt": "nearly\n",
    "tasks/files/bad/right/one/a.txt": "goo\n",
    "tasks/files/bad/control/one/a.txt": "goo\n",
    "tasks/files/bad/control/two/a.txt": "good, but\n",
  });
  const file = await readSuiteFile(dir, "files");
  const tried = await tryCases(ioAt(dir), file, await readSuiteCases(file));
  expect([...tried.keys()]).toEqual(names);
  expect(tried.get("right")).toEqual({ oracle: null, nothing: null });
  expect(tried.get("control")?.oracle).toBe("its control bad/control/two passes, and must not");
  expect(tried.get("wrong")?.oracle).toContain('check "good" does not hold');
  expect(tried.get("broken")?.oracle).toContain('the program "no-such-program" is not in the sandbox');
  expect(await readdir(join(dir, ".harness/evals"))).toEqual([]);
});
