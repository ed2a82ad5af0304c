/** `answers-child.ts STATE FAILPOINT NUMBER`: puts three answers at a time, and is killed there. */
import { redaction } from "../../../src/core/redaction.ts";
import { answerStore } from "../../../src/cli/evaluation/answer-store.ts";
import { openEvaluations } from "../../../src/edges/sqlite/evaluations.ts";
import { kept } from "../../contracts/kept-answer.ts";

const nothingKept = { redaction: redaction([]) };

const [stateDir = "", failpoint, number] = process.argv.slice(2);
let passed = 0;
const evaluations = await openEvaluations(stateDir, (at) => {
  if (at !== failpoint) return;
  passed += 1;
  if (passed === Number(number)) process.kill(process.pid, "SIGKILL");
});
await evaluations.own("abcd0123");
const store = answerStore(evaluations, nothingKept);
for (let n = 0; n < 9; n += 3)
  await Promise.all([n, n + 1, n + 2].map(async (one) => store.put(kept(`k${one}`, "eval1", one))));
