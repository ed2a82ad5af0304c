import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { redaction } from "../../../src/core/redaction.ts";
import { answerStore } from "../../../src/cli/evaluation/answer-store.ts";
import { openEvaluations } from "../../../src/edges/sqlite/evaluations.ts";
import { answersContract } from "../../contracts/answer-store.contract.ts";
import { kept, keyOf } from "../../contracts/kept-answer.ts";

const nothingKept = { redaction: redaction([]) };

const place = async (): Promise<string> => mkdtemp(join(tmpdir(), "harness-answers-"));

answersContract("sqlite", async () => {
  const dir = await place();
  return {
    open: async (failpoint) => {
      const evaluations = await openEvaluations(join(dir, ".harness"), failpoint);
      return { store: answerStore(evaluations, nothingKept), end: async () => evaluations.close() };
    },
    remove: async () => rm(dir, { recursive: true, force: true }),
  };
});

test.each([
  ["answers/before", 1, 0],
  ["answers/after", 1, 3],
  ["answers/before", 2, 3],
  ["answers/after", 2, 6],
])("of a process killed at %s of commit %i, %i answers are there", async (at, commit, there) => {
  const dir = await place();
  const stateDir = join(dir, ".harness");
  const file = fileURLToPath(new URL("answers-child.ts", import.meta.url));
  const child = spawn(process.execPath, [file, stateDir, at, String(commit)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect([code, signal]).toEqual([null, "SIGKILL"]);
  const evaluations = await openEvaluations(stateDir);
  const keys = Array.from({ length: 9 }, (_, n) => keyOf(`k${n}`));
  expect((await answerStore(evaluations, nothingKept).find(keys)).size).toBe(there);
  expect(await evaluations.own("abcd0123")).toHaveProperty("owned");
  evaluations.close();
  await rm(dir, { recursive: true });
});

test("what is put in the tick in which it is closed is kept", async () => {
  const dir = await place();
  const evaluations = await openEvaluations(join(dir, ".harness"));
  const putting = answerStore(evaluations, nothingKept).put(kept("last", "eval1", 1));
  evaluations.close();
  await putting;
  const later = await openEvaluations(join(dir, ".harness"));
  expect((await answerStore(later, nothingKept).find([keyOf("last")])).size).toBe(1);
  later.close();
  await rm(dir, { recursive: true });
});

test("an answer in a form of another version is asked again, not believed", async () => {
  const dir = await place();
  const evaluations = await openEvaluations(join(dir, ".harness"));
  const { answered, ...rest } = kept("odd", "eval1", 1);
  await evaluations.put({ ...rest, value: { ...answered, outcome: "perhaps" } });
  await evaluations.put({ ...rest, evaluation: "eval2", value: answered });
  const found = await answerStore(evaluations, nothingKept).find([keyOf("odd")]);
  expect(found.get(keyOf("odd"))?.map(({ evaluation }) => evaluation)).toEqual(["eval2"]);
  evaluations.close();
  await rm(dir, { recursive: true });
});

test("reports and evaluations are kept: newest first, the later in place of the earlier", async () => {
  const dir = await place();
  const stateDir = join(dir, ".harness");
  const evaluations = await openEvaluations(stateDir);
  const row = { suite: "core", candidate: keyOf("c"), isGated: true };
  evaluations.begin({ id: "b", at: 2, ...row });
  evaluations.begin({ id: "a", at: 1, ...row, isGated: false });
  evaluations.begin({ id: "b", at: 9, ...row });
  await evaluations.putReport({ id: "r1", at: 1, suite: "core", head: { n: 1 } }, { body: "é".repeat(5000) });
  await evaluations.putReport({ id: "r2", at: 2, suite: "core", head: { n: 2 } }, { body: null });
  await evaluations.putReport({ id: "r1", at: 3, suite: "core", head: { n: 3 } }, { body: "new" });
  evaluations.close();
  const later = await openEvaluations(stateDir);
  expect(later.begun().map(({ id, at, isGated }) => [id, at, isGated])).toEqual([
    ["a", 1, false],
    ["b", 2, true],
  ]);
  expect(later.reports().map(({ id, head }) => [id, head])).toEqual([
    ["r1", { n: 3 }],
    ["r2", { n: 2 }],
  ]);
  expect(await later.report("r1")).toEqual({ body: "new" });
  expect(await later.report("r2")).toEqual({ body: null });
  expect(await later.report("r3")).toBeNull();
  later.close();
  await rm(dir, { recursive: true });
});
