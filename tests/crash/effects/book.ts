import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { linesOf } from "../person.ts";
import type { Line, Notice, Order } from "./ledger.ts";

const program = fileURLToPath(new URL("./ledger.ts", import.meta.url));

/** The ledger's process, as the tests hold it. It outlives every process that is killed. */
export interface Book {
  readonly port: number;
  /** What was done for a run, in order. */
  lines(run: string): Promise<readonly Line[]>;
  order(order: Order): void;
  /** Calls back for each request of a run that is held, until the answer is called. */
  onHeld(run: string, listener: (key: string) => void): () => void;
  /** Lets a held request go on. Resolves when all that follows of it has happened. */
  release(key: string, act: "do" | "drop"): Promise<void>;
  close(): Promise<void>;
}

export async function openBook(): Promise<Book> {
  const dir = await mkdtemp(join(tmpdir(), "harness-ledger-"));
  const file = join(dir, "lines");
  const child = fork(program, [file], { stdio: "inherit" });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  const heard = (listener: (notice: Notice) => void): (() => void) => {
    child.on("message", listener);
    return () => void child.off("message", listener);
  };
  const order = (what: Order): void => void child.send(what);
  return {
    port,
    order,
    lines: async (run) =>
      (await linesOf(file))
        .map((line) => JSON.parse(line) as Line)
        .filter(({ key }) => key.startsWith(`${run}/`)),
    onHeld: (run, listener) =>
      heard((notice) => void ("held" in notice && notice.run === run && listener(notice.held))),
    release: async (key, act) => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const forget = heard(
        (notice) => void ("released" in notice && notice.released === key && resolve(undefined)),
      );
      order({ release: key, act });
      await promise;
      forget();
    },
    close: async () => {
      const closed = once(child, "close");
      child.kill();
      await closed;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
