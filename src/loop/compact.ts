import type { Json } from "../core/canonical.ts";
import type { RunEvent } from "../core/event.ts";
import type { ThreadId } from "../core/id.ts";
import type { Message, Part } from "../core/model.ts";
import { answeredTurn } from "../core/thread.ts";
import type { Thread } from "../core/thread.ts";
import { bytesOf } from "./conversation.ts";
import type { Conversation } from "./conversation.ts";
import { isEdited } from "./edited.ts";
import { keptFile, outputPattern, shortResult } from "./output-files.ts";
import { leftOutNote, writtenNote } from "./placeholder.ts";
import { putText, shorten } from "./texts.ts";
import { turnLines } from "./turn-lines.ts";
import { bodyOf, callsOf, notesOf, resultsOf, turnsOf } from "./turns-of.ts";
import type { CallPart, ResultPart, Turn } from "./turns-of.ts";
import { threadOf } from "./work.ts";
import type { Work } from "./work.ts";

/** What says how a conversation is made shorter: it is the same in every request until the next compaction. */
export type Compaction = Pick<Thread, "compactedThrough" | "outputs">;

/** Makes old turns of a thread short from now on: all but the newest `kept` that have an answer. */
export async function compactThread(work: Work, id: ThreadId, kept: number): Promise<readonly RunEvent[]> {
  const thread = threadOf(work.run, id);
  const throughTurn = answeredTurn(thread) - kept;
  if (throughTurn <= thread.compactedThrough || thread.request === null) return [];
  const whole = await work.conversations.upTo(thread.request);
  const after = { compactedThrough: throughTurn, outputs: thread.outputs };
  const saved = Math.max(0, bytesOf(compacted(whole, thread)) - bytesOf(compacted(whole, after)));
  const summary = await putText(work.ports.blobs, summaryOf(turnsOf(whole.messages).turns, throughTurn));
  return [{ type: "context-compacted", body: { thread: id, throughTurn, summary, saved } }];
}

/** Compacted turns up to this many are kept in outline; of older ones only their line in the summary is left. */
const outlined = 20;

/**
 * The conversation as it is sent. System, tools and opening stay as they are, and so do the newest turns; between two
 * compactions nothing before the newest turn changes, so that caches of providers reach there.
 */
export function compacted(
  conversation: Conversation,
  { compactedThrough, outputs }: Compaction,
): Conversation {
  if (compactedThrough === 0) return conversation;
  const { opening, turns } = turnsOf(conversation.messages);
  const through = Math.min(compactedThrough, turns.length);
  const summary: Message = { role: "user", parts: [{ type: "text", text: summaryOf(turns, through) }] };
  const messages = turns.flatMap((turn) => {
    if (turn.number > through) return [turn.said, ...turn.told];
    if (turn.number <= through - outlined) return [];
    const short = outline(turn, outputs);
    return turn.number < through ? short : withLast(short, summary);
  });
  return { ...conversation, messages: [...opening, ...messages] };
}

/** At the end of what the model was last told of the compacted turns. */
function withLast(messages: readonly Message[], { parts }: Message): readonly Message[] {
  const last = messages.at(-1);
  if (last === undefined || last.role === "assistant") return messages;
  return [...messages.slice(0, -1), { ...last, parts: [...last.parts, ...parts] }];
}

/** The same for the same turns, whenever and by whichever process it is made. */
export function summaryOf(turns: readonly Turn[], through: number): string {
  const old = turns.filter(({ number }) => number <= through);
  const said = old.flatMap((turn) => personsWords(turn).map((text) => `in turn ${turn.number + 1}: ${text}`));
  return [
    `[Turns 1 to ${through} were shortened to save room. Goal, task and criteria stand in the first message, unchanged. What call C of turn T printed is in ${outputPattern} where it was more than a few lines: read_file with offset and limit, or grep in bash. What happened:]`,
    ...turnLines(old),
    ...(said.length === 0 ? [] : ["What people said meanwhile:", ...said]),
  ].join("\n");
}

/** Notes are instructions: they are kept in full, however old. */
const personsWords = ({ told }: Turn): readonly string[] =>
  told.flatMap(({ parts }) =>
    parts.flatMap((part) =>
      part.type === "text" && part.text.startsWith("A person says: ") ? [part.text] : [],
    ),
  );

/** Texts of the model and its calls up to this many characters stay as they are. */
const longText = 2000;

function outline(turn: Turn, outputs: Compaction["outputs"]): readonly Message[] {
  const calls = callsOf(turn);
  const results = resultsOf(turn);
  const parts = turn.said.parts.map((part): Part => {
    if (part.type === "text") return { ...part, text: shorten(part.text, longText) };
    return part.type === "call" ? shortCall(part, results[calls.indexOf(part)]) : part;
  });
  const told = turn.told.map((message): Message => ({
    ...message,
    parts: message.parts.map((part) =>
      part.type === "result"
        ? shortResultPart(part, keptFile(outputs, turn.number, results.indexOf(part)))
        : part,
    ),
  }));
  return [{ ...turn.said, parts }, ...told];
}

/** What is short stays. Only where a call printed more is there a file. */
function shortResultPart(part: ResultPart, file: string | null): ResultPart {
  const notes = notesOf(part.text);
  const said = bodyOf(part.text, notes);
  if (said.length <= shortResult) return part;
  if (file === null || isEdited(said)) return { ...part, text: shorten(part.text, shortResult) };
  const ends = notes.map((note) => shorten(note, shortResult));
  return { ...part, text: [leftOutNote(said, file), ...ends].join("\n") };
}

function shortCall(call: CallPart, result: ResultPart | undefined): CallPart {
  const { args, raw } = call;
  const short = { ...call, args: shortArgs(call.tool, args, result?.error === true) };
  return raw === undefined ? short : { ...short, raw: shorten(raw, longText) };
}

function shortArgs(tool: string, args: Json, isFailed: boolean): Json {
  if (args === null || typeof args !== "object" || Array.isArray(args)) return shortJson(args);
  const path = (args as Readonly<Record<string, Json>>)["path"];
  return Object.fromEntries(
    Object.entries(args as Readonly<Record<string, Json>>).map(([name, value]) => {
      const isFile = tool === "write_file" && name === "content" && typeof path === "string";
      if (isFile && typeof value === "string" && value.length > longText)
        return [name, writtenNote(value, shorten(path, 200), isFailed)];
      return [name, shortJson(value)];
    }),
  );
}

function shortJson(value: Json): Json {
  if (typeof value === "string") return shorten(value, longText);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(shortJson);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shortJson(one)]));
}
