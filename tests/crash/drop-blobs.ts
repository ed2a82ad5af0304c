import { seal } from "../../src/core/chain.ts";
import type { Entry, RunEvent } from "../../src/core/event.ts";
import type { Ports } from "../../src/core/ports.ts";

/** What garbage collection will do with an ended run: says that a blob nobody needs is gone, once. */
export async function dropBlobs(ports: Ports, run: string): Promise<void> {
  const entries: Entry[] = await Array.fromAsync(ports.journal.read(run, 0));
  const last = entries.at(-1);
  const because = entries.find((entry) => entry.type === "call-judged");
  if (last?.type !== "run-ended" || because?.type !== "call-judged") return;
  const event: RunEvent = {
    type: "blobs-dropped",
    body: { digests: [because.body.because], why: "nobody needs it", by: { type: "harness" } },
  };
  const after = { seq: last.seq, hash: last.hash, epoch: last.epoch };
  const at = Math.max(last.at, ports.clock.now());
  await ports.journal.append(run, after, seal(run, after, last.epoch, at, [event], ports.sha256));
}
