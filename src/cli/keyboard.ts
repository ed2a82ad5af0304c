import { spawn } from "node:child_process";

/** What a person presses, one key at a time. */
export interface Keyboard {
  /**
   * Forgets what was typed so far, and what is typed for `settleMs` from now: nobody answers what they have not read.
   * @returns whether something was forgotten, besides what an end of input left
   */
  forget(settleMs?: number): Promise<boolean>;
  /**
   * The next key: its character, `enter`, `ctrl-c`, `esc`, `backspace`; `end` when no more can come. Abort: `end`, and no
   * key is taken. What came at once (pasted, or an arrow) is one key that is called as all of it: no answer by accident.
   */
  next(signal: AbortSignal): Promise<string>;
  /** Lends the terminal to a program, like an editor. @returns its exit code, or why it could not be started */
  lend(command: string, file: string): Promise<number | string>;
}

/** The terminal this process was started on. Raw only while a key is waited for. */
export const terminalKeyboard = (): Keyboard => ({ forget, next: nextKey, lend });

/** How long input must be quiet to count as read. */
const quietMs = 40;

async function forget(settleMs = quietMs): Promise<boolean> {
  const end = performance.now() + Math.max(quietMs, settleMs);
  let hasTyped = false;
  for (;;) {
    const left = Math.ceil(end - performance.now());
    const key = await nextKey(AbortSignal.timeout(Math.max(quietMs, left)));
    if (key === "end") return hasTyped;
    hasTyped = true;
  }
}

const named: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\u0003": "ctrl-c",
  "\u0004": "end",
  "\u001b": "esc",
  "\u007f": "backspace",
  "\b": "backspace",
};

async function nextKey(signal: AbortSignal): Promise<string> {
  const { stdin } = process;
  if (signal.aborted || !stdin.readable) return "end";
  return new Promise((resolve) => {
    const leave = (key: string): void => {
      stdin.off("data", onData).off("end", onEnd).off("error", onEnd);
      signal.removeEventListener("abort", onEnd);
      stdin.setRawMode(false);
      stdin.pause();
      resolve(key);
    };
    const onEnd = (): void => leave("end");
    const onData = (bytes: Buffer): void => {
      const typed = bytes.toString("utf8");
      leave(named[typed] ?? (typed.includes("\u0003") ? "ctrl-c" : typed));
    };
    stdin.on("data", onData).on("end", onEnd).on("error", onEnd);
    signal.addEventListener("abort", onEnd, { once: true });
    stdin.setRawMode(true);
    stdin.resume();
  });
}

/** The command is the person's own (`$EDITOR`): it may have arguments, so a shell reads it. */
async function lend(command: string, file: string): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", `${command} "$1"`, "sh", file], { stdio: "inherit" });
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => resolve(code ?? `it was ended by ${signal}`));
  });
}
