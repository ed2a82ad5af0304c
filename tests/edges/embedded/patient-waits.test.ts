import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

const mend = new URL("../../../src/edges/embedded/patient-waits.ts", import.meta.url).href;

/** Waits while word 1 is 1, says on word 0 that it is about to, and tells what word 1 was when it woke. */
const waiter = `
  import { parentPort, workerData } from "node:worker_threads";
  const words = new Int32Array(workerData);
  Atomics.store(words, 1, 1);
  Atomics.store(words, 0, 1);
  Atomics.wait(words, 1, 1, 60_000);
  parentPort.postMessage(Atomics.load(words, 1));
`;

/** Wakes a waiter before there is an answer, as often as it takes to hit the wait, then answers. */
async function wokenWith(execArgv: readonly string[]): Promise<unknown> {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const file = new URL(`data:text/javascript,${encodeURIComponent(waiter)}`);
  const worker = new Worker(file, { workerData: words.buffer, execArgv: [...execArgv] });
  const told = once(worker, "message");
  while (Atomics.load(words, 0) === 0) await setImmediate();
  while (Atomics.notify(words, 1) === 0) await setImmediate();
  // Woken for nothing: an impatient one has its answer now, a patient one waits again.
  const early = await Promise.race([told, waitsAgain(words)]);
  Atomics.store(words, 1, 2);
  Atomics.notify(words, 1);
  const [answer] = early ?? (await told);
  await worker.terminate();
  return answer;
}

async function waitsAgain(words: Int32Array): Promise<null> {
  while (Atomics.notify(words, 1) === 0) {
    await setImmediate();
    if (Atomics.load(words, 1) !== 1) return null;
  }
  return null;
}

test("a wait that is woken without an answer goes on waiting", async () => {
  expect(await wokenWith(["--import", mend])).toBe(2);
});

test("without it the waiter would go on without an answer (so the test above can fail)", async () => {
  expect(await wokenWith([])).toBe(1);
});
