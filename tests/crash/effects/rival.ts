/**
 * One of two people who answer the same questions at once: `node rival.ts DIR RUN grant|refuse`, the subjects on a line of
 * stdin as JSON, which is also the signal to begin. Prints as JSON which of its answers were taken.
 */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import { stateOf } from "../place.ts";

const [dir = "", run = "", answer = ""] = process.argv.slice(2);
const storage = await openStorage(stateOf(dir));
process.stdout.write("ready\n");
const [line] = (await once(createInterface({ input: process.stdin }), "line")) as [string];
const taken: boolean[] = [];
for (const subject of JSON.parse(line) as readonly string[]) {
  taken.push(
    await storage.journal.answer({
      run,
      subject,
      at: Date.now(),
      by: { type: "person", user: answer, tty: null },
      value: { type: "approval", answer: answer as "grant" | "refuse", edited: null, note: null },
    }),
  );
}
await storage.close();
process.stdout.write(`${JSON.stringify(taken)}\n`);
process.exit();
