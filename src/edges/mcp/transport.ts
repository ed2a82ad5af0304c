import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import type { Child } from "./child.ts";
import { readLines } from "./lines.ts";

/** The message has not left this process, not a byte of it. */
export class NotSent extends Error {
  override readonly name = "NotSent";
}

/** The messages of one life of a server. */
export interface Wire extends Transport {
  /** How its life ended, in words, when all it wrote has been read; null: not yet. */
  ended(): string | null;
  /** Lines of its stdout that were no messages. */
  garbage(): number;
}

/** One line is one message: what is longer nobody reads. */
const longestLine = 16 * 1024 * 1024;
/** So much that nobody asked for, with no answer in between, is a flood. What must be replied to counts for more. */
const mostNoise = 32 * 1024 * 1024;
const requestWeight = 4096;
/** So much that it has not read yet is a server that does not read. */
const mostUnread = 4 * 1024 * 1024;

/** JSON-RPC over the stdin and stdout of a child. What breaks the bounds is killed. */
export function wireTo(child: Child): Wire {
  let ended: string | null = null;
  let killed: string | null = null;
  let garbage = 0;
  let noise = 0;
  const kill = (why: string): void => {
    killed ??= why;
    child.kill();
  };
  const asked = new Set<string>();
  const take = (line: string, bytes: number): void => {
    const message = messageOf(line);
    const isAnswer = message !== null && !("method" in message) && asked.delete(String(message.id));
    const isRequest = message !== null && "method" in message && "id" in message;
    noise = isAnswer ? 0 : noise + bytes + 1 + (isRequest ? requestWeight : 0);
    if (message === null && line.trim() !== "") garbage += 1;
    if (noise > mostNoise) kill("it flooded its output and was killed");
    // Of what it announces nothing is of interest: what its tools are is asked before each call.
    else if (isAnswer || isRequest) deliver(wire, isRequest ? message : readable(message));
  };
  const wire: Wire = {
    ended: () => ended,
    garbage: () => garbage,
    start: async () => {
      const tooLong = (): void =>
        kill(`it wrote a line of more than ${longestLine / 1024 / 1024} MiB and was killed`);
      child.stdout.on("data", readLines(longestLine, take, tooLong));
      void child.ended.then((how) => {
        ended = killed ?? how;
        wire.onclose?.();
      });
    },
    send: async (message) => {
      const exit = ended ?? child.exit();
      if (exit !== null) throw new NotSent(exit);
      if (child.stdin.writableLength > mostUnread) throw new NotSent("it does not read what it is sent");
      if ("method" in message && "id" in message) asked.add(String(message.id));
      child.stdin.write(`${JSON.stringify(message)}\n`);
    },
    close: async () => child.stop(),
  };
  return wire;
}

function messageOf(line: string): JSONRPCMessage | null {
  try {
    const value: unknown = JSON.parse(line);
    const isMessage =
      typeof value === "object" && value !== null && "jsonrpc" in value && value.jsonrpc === "2.0";
    return isMessage ? (value as JSONRPCMessage) : null;
  } catch (error) {
    // The latter: nested too deep.
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

function deliver(wire: Wire, message: JSONRPCMessage): void {
  try {
    wire.onmessage?.(message);
  } catch (error) {
    // Of what it cannot make sense of the library makes a text, which takes a stack as deep as the message.
    if (!(error instanceof RangeError)) throw error;
  }
}

/** What is neither a result nor an error becomes a result that fits no schema: nobody waits for it in vain. */
function readable(answer: JSONRPCMessage): JSONRPCMessage {
  if ("result" in answer && typeof answer.result === "object" && answer.result !== null) return answer;
  const { error }: { error?: unknown } = "error" in answer ? answer : {};
  const isError =
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    Number.isInteger(error.code) &&
    "message" in error &&
    typeof error.message === "string";
  return isError || !("id" in answer) ? answer : { jsonrpc: "2.0", id: answer.id ?? "", result: {} };
}
