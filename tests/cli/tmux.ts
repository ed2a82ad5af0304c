import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { root } from "./ground.ts";

export const hasTmux = ((): boolean => {
  try {
    execFileSync("tmux", ["-V"]);
    return true;
  } catch {
    return false;
  }
})();
export const missing = "tmux is not installed";

/** A real terminal of its own, with a shell in `dir`. */
export interface Terminal {
  readonly type: (keys: string) => void;
  readonly press: (key: string) => void;
  /** As `press`, once a person could have read what stands there. */
  readonly answer: (key: string) => Promise<void>;
  readonly screen: () => readonly string[];
  readonly resize: (columns: number, rows: number) => void;
  /** Passes as soon as the picture of the run, its times and amounts made zero, is exactly these lines. */
  readonly shows: (picture: readonly string[]) => Promise<void>;
  /** Resolves with the screen as soon as it holds this. */
  readonly until: (text: RegExp) => Promise<readonly string[]>;
}

export function open(dir: string, columns: number, rows: number): Terminal {
  const socket = `harness-${process.pid}-${columns}-${Math.round(performance.now())}`;
  const tmux = (...args: string[]): string =>
    execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...args], { encoding: "utf8" });
  tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", dir, "env PS1='$ ' sh");
  onTestFinished(() => void tmux("kill-server"));
  const screen = (): readonly string[] => tmux("capture-pane", "-p").trimEnd().split("\n");
  return {
    type: (keys) => void tmux("send-keys", keys, "Enter"),
    press: (key) => void tmux("send-keys", key),
    answer: async (key) => {
      await delay(800);
      tmux("send-keys", key);
    },
    screen,
    resize: (wide, high) => void tmux("resize-window", "-x", String(wide), "-y", String(high)),
    shows: async (picture) => {
      for (const end = performance.now() + 90_000; performance.now() < end; await delay(50))
        if (pictureOf(screen()).join("\n") === picture.join("\n")) return;
      expect(pictureOf(screen())).toEqual(picture);
    },
    until: async (text) => {
      for (const end = performance.now() + 120_000; performance.now() < end; await delay(50))
        if (text.test(screen().join("\n"))) return screen();
      throw new Error(`${text} never came; the screen shows:\n${screen().join("\n")}`);
    },
  };
}

/** From the head line on; what differs from run to run is made the same, in as many cells. */
function pictureOf(screen: readonly string[]): readonly string[] {
  const from = screen.findIndex((line) => /^ run \S{4} {3}\d/.test(line));
  return screen.slice(Math.max(0, from)).map((line) =>
    line
      .replace(/^ run \S{4} /, " run 7k2m ")
      .replaceAll(/\b\d:\d\d\b/g, "0:00")
      .replace(/(in|,) \d(:?)…$/, "$1 0$2…")
      .replaceAll(/\$\d\.\d+/g, (amount) => `$${amount.slice(1).replaceAll(/\d/g, "0")}`)
      .replaceAll(/\b(as) e\d\d\b/g, "$1 e00")
      .trimEnd(),
  );
}

/** A command line of harness, as it is typed; says `exit CODE` when it has ended. */
export const command = (args: string): string =>
  `'${process.execPath}' '${join(root, "bin", "harness.cjs")}' ${args}; echo "exit $?"`;
