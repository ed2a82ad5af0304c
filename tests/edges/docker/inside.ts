import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { ExecResult, Sandbox, Slot } from "../../../src/core/sandbox.ts";
import { textOf } from "../../contracts/sandbox.contract.ts";
import { ground } from "./ground.ts";
import type { Opened } from "./ground.ts";

interface More {
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
}

/** What the tests of a `describe` do in their slot. */
export interface Inside {
  readonly opened: () => Opened;
  readonly run: (command: string, more?: More) => Promise<ExecResult>;
  /** The output of a command that must end with 0. */
  readonly said: (command: string) => Promise<string>;
}

/**
 * One slot for all tests of a `describe`. After each of them a command must run in it as ever, and at the end nothing
 * may be left of it.
 */
export function slotForAll(): Inside {
  let at: Awaited<ReturnType<typeof ground>>;
  let opened: Opened;
  const run: Inside["run"] = async (command, more = {}) =>
    opened.slot.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1 << 20, ...more });
  beforeAll(async () => {
    at = await ground();
    opened = await at.opened();
  });
  afterEach(async () => expectWorks(opened.slot));
  afterAll(async () => {
    await opened.slot.close();
    await expectNothingLeft(at.sandbox);
    await at.remove();
  });
  return {
    opened: () => opened,
    run,
    said: async (command) => {
      const result = await run(command);
      expect({ command, ...result, output: textOf(result) }).toMatchObject({ outcome: "exited", exit: 0 });
      return textOf(result);
    },
  };
}

/** A command runs in it as ever. */
export async function expectWorks(slot: Slot): Promise<void> {
  const result = await slot.exec({ command: "echo works", timeoutMs: 60_000, maxOutputBytes: 100 });
  expect({ ...result, output: textOf(result) }).toMatchObject({
    outcome: "exited",
    exit: 0,
    output: "works\n",
  });
}

export async function expectNothingLeft(sandbox: Sandbox): Promise<void> {
  expect(await sandbox.left()).toEqual([]);
}

/** A command that runs this Python program. */
export const python = (program: string): string => `python3 - <<'END_OF_PROGRAM'\n${program}\nEND_OF_PROGRAM`;

/** A Python program that says what comes of a connection: `connected`, or the error. */
export const connecting = (host: string, port: number): string => `
import socket
try:
    socket.create_connection((${JSON.stringify(host)}, ${port}), timeout=3)
    print("connected")
except OSError as error:
    print(error)`;
