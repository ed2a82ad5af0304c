import type { ExecRequest, ExecResult, Slot } from "../../core/sandbox.ts";
import { keepOutput } from "../../core/kept-output.ts";
import type { KeptOutput } from "../../core/kept-output.ts";
import { openRefusals } from "../../core/gate.ts";
import type { ShellEnd } from "./shell.ts";
import type { ShellThread, ThreadAnswer } from "./thread.ts";

/** Beyond this much output a command is killed. */
const floodBytes = 64 * 1024 * 1024;

/** A timer holds no more. */
const longestMs = 2 ** 31 - 1;

type Ended = Pick<ExecResult, "outcome" | "exit" | "why">;

/**
 * A slot is a shell thread over the directory. A command that must die takes the thread along, Python included, and the
 * next one gets a new thread; /tmp goes with the thread.
 */
export function openSlot(dir: string, hosts: readonly string[], take: () => ShellThread): Slot {
  let thread: ShellThread | null = null;
  let isClosed = false;

  const ready = async (): Promise<ShellThread | { readonly broken: string }> => {
    if (isClosed) return { broken: "the slot is closed" };
    if (thread !== null && !thread.isLost()) return thread;
    const taken = take();
    thread = taken;
    const answer = await taken.request({ type: "open", dir, hosts });
    return answer.type === "lost" ? { broken: answer.why } : taken;
  };
  const kill = async (): Promise<void> => {
    const running = thread;
    thread = null;
    await running?.end();
  };
  return {
    exec: async (request) => {
      const living = await ready();
      return "broken" in living ? nothing(living.broken) : exec(living, request);
    },
    write: async (path, bytes) => {
      const living = await ready();
      if ("broken" in living) return `${path} cannot be written: ${living.broken}`;
      const answer = await living.request({ type: "write", path, bytes });
      return answer.type === "written" ? answer.why : `${path} cannot be written: ${whyNot(answer)}`;
    },
    // There are no processes between two commands.
    freeze: async () => undefined,
    kill,
    close: async () => {
      isClosed = true;
      await kill();
    },
  };
}

async function exec(thread: ShellThread, request: ExecRequest): Promise<ExecResult> {
  const kept = keepOutput(request.maxOutputBytes);
  let killed: "timeout" | "flood" | null = null;
  const stop = (why: "timeout" | "flood"): void => {
    killed ??= why;
    void thread.end();
  };
  const timer = setTimeout(() => stop("timeout"), Math.min(request.timeoutMs, longestMs));
  const refusals = openRefusals();
  const answer = await thread.request({ type: "exec", command: request.command }, (aside) => {
    if (aside.type === "refused") return refusals.add(aside.target);
    if (killed !== "flood") kept.add(aside.bytes);
    if (kept.total() > floodBytes) stop("flood");
  });
  clearTimeout(timer);
  return { ...result(ended(answer, killed), kept), denied: refusals.take() };
}

function ended(answer: ThreadAnswer, killed: "timeout" | "flood" | null): Ended {
  if (answer.type === "ended") return endedByItself(answer.end);
  if (killed !== null) return { outcome: killed, exit: null, why: null };
  if (answer.type === "lost" && answer.oom) return { outcome: "oom", exit: null, why: null };
  return { outcome: "broken", exit: null, why: whyNot(answer) };
}

function endedByItself(end: ShellEnd): Ended {
  switch (end.type) {
    case "exited":
      return { outcome: "exited", exit: end.exit, why: null };
    case "flood":
      return { outcome: "flood", exit: null, why: null };
    case "broken":
      return { outcome: "broken", exit: null, why: end.why };
  }
}

const whyNot = (answer: ThreadAnswer): string =>
  answer.type === "lost" ? answer.why : `the shell answered ${answer.type}`;

const result = ({ outcome, exit, why }: Ended, kept: KeptOutput): ExecResult => ({
  outcome,
  exit,
  ...kept.end(),
  why,
  denied: [],
});

const nothing = (why: string): ExecResult => result({ outcome: "broken", exit: null, why }, keepOutput(0));
