import { isUtf8 } from "node:buffer";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Json } from "../../core/canonical.ts";
import { httpArgs, httpFault } from "../../core/http-call.ts";
import type { Card } from "../../core/card.ts";
import { argErrors, toolSpecs } from "../../loop/tools.ts";
import type { Io } from "../io.ts";
import type { Keyboard } from "../keyboard.ts";

type Call = Pick<Card, "tool" | "args">;

/** What a person made of the arguments of a call, or why it cannot be taken. */
type EditedArgs = { readonly args: Json } | { readonly fault: string };

/** A call as a person edits it: of a command the command alone, else its arguments as JSON. */
export const editable = ({ tool, args }: Call): string =>
  withEnd(tool === "bash" ? commandOf(args) : JSON.stringify(args, null, 2));

/** Reads what a person wrote in place of `editable`. */
export function argsFrom({ tool, args }: Call, text: string): EditedArgs {
  const found = tool === "bash" ? fromCommand(args, text) : fromJson(text);
  if ("fault" in found) return found;
  const specs = toolSpecs("worker", [], null);
  const isOurs = specs.some(({ name }) => name === tool);
  const fault = isOurs ? argErrors(tool, found.args, specs) : requestFault(tool, found.args);
  return fault === null ? found : { fault };
}

/** What a server's tool takes is known to the run that works with it alone. */
function requestFault(tool: string, args: Json): string | null {
  if (tool !== "http_request") return null;
  const read = httpArgs.safeParse(args);
  return read.success ? httpFault(read.data) : z.prettifyError(read.error);
}

/** The text of the call as it came out of the person's editor; a sentence where there is none. */
export async function inEditor(
  io: Io,
  keyboard: Keyboard,
  { tool }: Call,
  before: string,
): Promise<{ readonly text: string } | { readonly fault: string }> {
  const dir = await mkdtemp(join(tmpdir(), "harness-call-"));
  try {
    const file = join(dir, tool === "bash" ? "command.sh" : "arguments.json");
    await writeFile(file, before, { mode: 0o600 });
    const editor = io.env["VISUAL"] || io.env["EDITOR"] || "vi";
    const ended = await keyboard.lend(editor, file);
    if (ended !== 0) {
      const why = typeof ended === "number" ? `ended with exit ${ended}` : ended;
      return { fault: `the editor (${editor}) ${why}; nothing was changed; set EDITOR to another one` };
    }
    return textFrom(await readFile(file));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** What a person wrote for a call, as text. */
function textFrom(bytes: Buffer): { readonly text: string } | { readonly fault: string } {
  if (bytes.length > 1024 * 1024) return { fault: "it is longer than 1 MiB; make it shorter" };
  return isUtf8(bytes) ? { text: bytes.toString("utf8") } : { fault: "it is not UTF-8; save it as UTF-8" };
}

const withEnd = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);

const commandOf = (args: Json): string => {
  const { command } = Object(args) as { command?: unknown };
  return typeof command === "string" ? command : "";
};

/** The line feed that ends a file is no part of the command. */
function fromCommand(args: Json, text: string): EditedArgs {
  const command = commandOf(args).endsWith("\n") ? text : text.replace(/\n$/, "");
  return command.trim() === ""
    ? { fault: "the command is empty; to keep it from running, reject it" }
    : { args: { ...Object(args), command } as Json };
}

function fromJson(text: string): EditedArgs {
  try {
    const args = JSON.parse(text) as Json;
    if (args !== null && typeof args === "object" && !Array.isArray(args)) return { args };
    return { fault: "the arguments are no JSON object" };
  } catch (error) {
    return { fault: `this is no JSON: ${(error as Error).message}` };
  }
}
