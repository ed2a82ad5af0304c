import { decodeText, encodeText } from "../core/canonical.ts";
import type { ExecResult, Slot } from "../core/sandbox.ts";
import { staysInside } from "../core/tree-path.ts";
import { isPlaceholder } from "./placeholder.ts";
import type { OpenSlot } from "./slots.ts";
import { shorten } from "./texts.ts";
import { parseArgs } from "./tools.ts";
import type { Args } from "./tools.ts";

/** What a sandboxed call came to. */
export interface ToolResult {
  readonly outcome: "ok" | "error" | "timeout" | "flood" | "oom" | "full";
  readonly exit: number | null;
  /** As the model sees it; of a command that printed much, all of it. */
  readonly text: string;
  /** What stands below that: how a command ended. */
  readonly note: string;
  /** What a command printed: of a long one, the model is shown a part. */
  readonly isPrinted: boolean;
  readonly output: Uint8Array;
  readonly dropped: number;
  /** The call may have changed the workspace. */
  readonly wrote: boolean;
  readonly denied: ExecResult["denied"];
  /** The sandbox itself failed; the slot is not to be used again. */
  readonly broken: boolean;
}

/** What a tool works with. */
type Hands = Pick<OpenSlot, "slot" | "workspace">;

/** Characters of a file that one call shows. */
const shown = 64_000;
const keptBytes = 4 * 1024 * 1024;
const defaultTimeoutS = 120;
/** Twice what is kept of an output, so that all of one can be read. */
const readBytes = 2 * keptBytes;

/** Runs one of the sandboxed tools. Never rejects for what the model asked or the command did. */
export async function runTool(tool: string, args: unknown, slot: Hands): Promise<ToolResult> {
  switch (tool) {
    case "bash": {
      const { command, timeout_s } = parseArgs("bash", args);
      return bash(slot, command, timeout_s ?? defaultTimeoutS);
    }
    case "search": {
      const { pattern, path } = parseArgs("search", args);
      return search(slot, pattern, path ?? ".");
    }
    case "read_file":
      return readFile(slot, parseArgs("read_file", args));
    case "write_file": {
      const { path, content } = parseArgs("write_file", args);
      if (isPlaceholder(content)) return plain("error", onlyANote);
      return wrote(
        await slot.slot.write(inWorkspace(path), encodeText(content)),
        `wrote ${path}, ${content.length} characters`,
      );
    }
    case "edit_file":
      return editFile(slot, parseArgs("edit_file", args));
    default:
      return plain("error", `There is no tool "${tool}".`);
  }
}

/** What nothing came of but words. */
const quiet = { exit: null, note: "", isPrinted: false, dropped: 0, denied: [], broken: false } as const;

const plain = (outcome: ToolResult["outcome"], text: string, isWrite = false): ToolResult => ({
  ...quiet,
  outcome,
  text,
  output: encodeText(text),
  wrote: isWrite,
});

const onlyANote =
  "Nothing was written: this is the note that stands in this conversation for a text you wrote before, not the text. Give the whole content.";

function wrote(problem: Awaited<ReturnType<Slot["write"]>>, done: string): ToolResult {
  if (problem === null) return plain("ok", done, true);
  if (typeof problem === "string") return plain("error", problem, true);
  return { ...plain("error", brokenNote(problem.broken)), broken: true };
}

const brokenNote = (why: string): string =>
  `[the sandbox failed: ${why}; the workspace is as it was before this call]`;

async function bash(slot: Hands, command: string, timeoutS: number): Promise<ToolResult> {
  const result = await slot.slot.exec({ command, timeoutMs: timeoutS * 1000, maxOutputBytes: keptBytes });
  return fromExec(result, timeoutS, true);
}

async function search(slot: Hands, pattern: string, path: string): Promise<ToolResult> {
  const inside = inWorkspace(path);
  const isWhole = /^[./]+$/.test(inside) && staysInside(inside);
  const command = isWhole ? searchAll(pattern) : searchIn(pattern, path);
  const result = await slot.slot.exec({ command, timeoutMs: 60_000, maxOutputBytes: keptBytes });
  const none = result.outcome === "exited" && result.exit === 1 && result.output.length === 0;
  return none ? plain("ok", `no line matches in ${path}`) : fromExec(result, 60, false);
}

function searchIn(pattern: string, path: string): string {
  const where = quote(path);
  return `test -e ${where} || { echo "there is no" ${where}; exit 2; }; grep -rnE -e ${quote(pattern)} -- ${where}`;
}

/** All but what the harness keeps at the top: in old output every search would find itself. Not every grep can leave out. */
const searchAll = (pattern: string): string => `set --
for top in * .[!.]* ..?*; do
  if [ -e "$top" ] && [ ! -L "$top" ] && [ "$top" != .harness ]; then set -- "$@" "$top"; fi
done
[ $# -gt 0 ] || exit 1
grep -rnE -e ${quote(pattern)} -- "$@" /dev/null`;

/** One word for the shell, whatever it holds. */
const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

function fromExec(result: ExecResult, timeoutS: number, isWrite: boolean): ToolResult {
  return {
    outcome: outcomeOf(result),
    exit: result.exit,
    text: decodeText(result.output).trimEnd(),
    note: execNote(result, timeoutS),
    isPrinted: true,
    output: result.output,
    dropped: result.dropped,
    wrote: isWrite,
    denied: result.denied,
    broken: result.outcome === "broken",
  };
}

function outcomeOf(result: ExecResult): ToolResult["outcome"] {
  if (result.outcome === "exited") return result.exit === 0 ? "ok" : "error";
  return result.outcome === "broken" ? "error" : result.outcome;
}

function execNote(result: ExecResult, timeoutS: number): string {
  const cut =
    result.dropped > 0 ? `[${result.dropped} bytes in the middle of the output were not kept] ` : "";
  switch (result.outcome) {
    case "exited":
      return `${cut}[exit ${result.exit}]`;
    case "timeout":
      return `${cut}[killed after ${timeoutS} s, with everything it had started]`;
    case "flood":
      return `${cut}[killed: far too much output]`;
    case "oom":
      return `${cut}[killed: out of memory]`;
    case "full":
      return `${cut}[killed: the disk ran full]`;
    case "broken":
      return cut + brokenNote(result.why ?? "unknown");
  }
}

async function readFile(slot: Hands, args: Args<"read_file">): Promise<ToolResult> {
  const read = await slot.workspace.read(inWorkspace(args.path), 0, readBytes);
  if (read.type === "missing") return plain("error", `${args.path} does not exist`);
  if (read.type === "refused") return plain("error", `${args.path}: ${read.why}`);
  if (read.bytes.includes(0)) return plain("error", `${args.path} is binary, ${read.size} bytes`);
  const lines = decodeText(read.bytes).split("\n");
  if (lines.at(-1) === "") lines.pop();
  const first = args.offset ?? 1;
  const wanted = lines.slice(first - 1, first - 1 + (args.limit ?? 2000));
  const numbered = wanted.map((line, index) => `${first + index}\t${shorten(line, 2000)}`).join("\n");
  const isCut = read.bytes.length < read.size;
  const note = `[${args.path}: ${isCut ? "more than " : ""}${lines.length} lines, ${read.size} bytes]`;
  return plain("ok", `${shorten(numbered, shown)}\n${note}`);
}

async function editFile(slot: Hands, args: Args<"edit_file">): Promise<ToolResult> {
  const read = await slot.workspace.read(inWorkspace(args.path), 0, 8 * 1024 * 1024);
  if (read.type === "missing") return plain("error", `${args.path} does not exist`);
  if (read.type === "refused") return plain("error", `${args.path}: ${read.why}`);
  if (read.bytes.length < read.size) return plain("error", `${args.path} is too large to edit; use bash`);
  const text = decodeText(read.bytes);
  if (!sameBytes(encodeText(text), read.bytes))
    return plain("error", `${args.path} is not UTF-8 text; use bash`);
  const parts = text.split(args.old);
  if (parts.length !== 2) {
    return plain(
      "error",
      `the old text occurs ${parts.length - 1} times in ${args.path}; it must occur exactly once`,
    );
  }
  const written = await slot.slot.write(inWorkspace(args.path), encodeText(parts.join(args.new)));
  return wrote(written, `edited ${args.path}`);
}

/** Decoding and encoding gave back what was there: nothing would be lost by writing the text. */
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

/** Paths may be given as the sandbox shows them. */
const inWorkspace = (path: string): string => path.replace(/^\/workspace\/?/, "") || ".";
