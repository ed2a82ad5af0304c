import { isObject, isShallow } from "./arguments.ts";
import { reported } from "./failure.ts";
import { cutOff, garbled, shown, type Wrong } from "./whole.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Collected {
  readonly model: unknown;
  readonly text: string;
  readonly refusal: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly finish: string;
  /** Tokens of the text as the server lists them; null: it lists none. */
  readonly tokens: readonly unknown[] | null;
  /** As in the last chunk that has it. */
  readonly usage: unknown;
}
export interface Call {
  readonly id: string;
  readonly tool: string;
  readonly args: string;
}

/**
 * The message that a stream of chat completion chunks spells out. `finish_reason` ends it: servers differ in whether
 * `[DONE]` follows, and the chunk with the usage comes after it. Without a `finish_reason` it was cut off.
 */
export function collect(chunks: readonly unknown[]): Collected | Wrong {
  const draft: Draft = {
    model: null,
    text: "",
    refusal: "",
    reasoning: "",
    calls: [],
    numbered: new Map(),
    finish: null,
    tokens: null,
    usage: null,
  };
  for (const chunk of chunks) {
    if (!isObject(chunk)) return garbled("a chunk is no object");
    // As older versions of vLLM say it; the SDK throws what has an `error` itself.
    if (chunk["object"] === "error") return reported(chunk);
    const wrong = take(draft, chunk);
    if (wrong !== null) return garbled(wrong);
  }
  return draft.finish === null ? cutOff : { ...draft, finish: draft.finish };
}

/** Whether a chunk brings something the model wrote. */
export const bringsText = (chunk: unknown): boolean => {
  const delta = isObject(chunk) ? choiceOf(chunk)?.["delta"] : null;
  return isObject(delta) && Object.entries(delta).some(([name, value]) => name !== "role" && isFilled(value));
};

const isFilled = (value: unknown): boolean => value !== null && value !== "";

interface Draft {
  model: unknown;
  text: string;
  refusal: string;
  reasoning: string;
  readonly calls: MutableCall[];
  /** The calls that have an index, by it. */
  readonly numbered: Map<number, MutableCall>;
  finish: string | null;
  tokens: unknown[] | null;
  usage: unknown;
}

interface MutableCall {
  id: string;
  tool: string;
  args: string;
}

/** We ask for one choice; a server that sends more has made them up. */
function choiceOf(chunk: Fields): Fields | null {
  const choices = chunk["choices"];
  if (!Array.isArray(choices)) return null;
  return choices.find((choice) => isObject(choice) && (choice["index"] ?? 0) === 0) ?? null;
}

/** null, or what is wrong with the chunk here. */
function take(draft: Draft, chunk: Fields): string | null {
  draft.model ??= chunk["model"];
  draft.usage = chunk["usage"] ?? draft.usage;
  const choice = choiceOf(chunk);
  if (choice === null) return null;
  const wrong = isObject(choice["delta"]) ? takeDelta(draft, choice["delta"]) : null;
  if (wrong !== null) return wrong;
  takeTokens(draft, choice["logprobs"]);
  const finish = choice["finish_reason"];
  if (typeof finish !== "string" || finish === "") return null;
  if (draft.finish !== null && draft.finish !== finish)
    return `it ended twice, by ${draft.finish} and ${finish}`;
  draft.finish = finish;
  return null;
}

/** A server that was not asked says null. */
function takeTokens(draft: Draft, logprobs: unknown): void {
  const tokens: unknown = isObject(logprobs) ? logprobs["content"] : null;
  if (!Array.isArray(tokens)) return;
  draft.tokens ??= [];
  for (const token of tokens) draft.tokens.push(token);
}

function takeDelta(draft: Draft, delta: Fields): string | null {
  const { content, refusal, reasoning_content: reasoning, tool_calls: calls } = delta;
  for (const value of [content, refusal, reasoning]) {
    if (typeof value !== "string" && value !== null && value !== undefined) return "a text is no text";
  }
  const brings = [content, refusal, reasoning].some((value) => value !== "" && typeof value === "string");
  const list: unknown = calls ?? [];
  if (!Array.isArray(list)) return "its calls are no list";
  if (draft.finish !== null && (brings || list.length > 0)) return "it went on after its end";
  draft.text += (content as string | null | undefined) ?? "";
  draft.refusal += (refusal as string | null | undefined) ?? "";
  draft.reasoning += (reasoning as string | null | undefined) ?? "";
  return list.map((call) => takeCall(draft, call)).find((wrong) => wrong !== null) ?? null;
}

/**
 * The first delta of a call has its id and name, the others more of its arguments. Some servers leave out the index;
 * then a delta with an id of its own is a new call. Some send the arguments as an object.
 */
function takeCall(draft: Draft, value: unknown): string | null {
  const named = isObject(value) ? value["function"] : null;
  if (!isObject(value) || !isObject(named)) return "a call is no call";
  const id = typeof value["id"] === "string" ? value["id"] : "";
  const call = callFor(draft, value["index"], id) ?? newCall(draft, value["index"]);
  if (id !== "" && call.id !== "" && id !== call.id) return `call ${shown(value["index"])} has two ids`;
  call.id ||= id;
  call.tool ||= typeof named["name"] === "string" ? named["name"] : "";
  const args = named["arguments"] ?? "";
  if (!isShallow(args)) return "a call is nested too deep";
  call.args += typeof args === "string" ? args : JSON.stringify(args);
  return call.tool === "" ? "a call began without a name" : null;
}

function callFor(draft: Draft, index: unknown, id: string): MutableCall | undefined {
  if (typeof index === "number") return draft.numbered.get(index);
  const last = draft.calls.at(-1);
  return id === "" || id === last?.id ? last : undefined;
}

function newCall(draft: Draft, index: unknown): MutableCall {
  const call = { id: "", tool: "", args: "" };
  draft.calls.push(call);
  if (typeof index === "number") draft.numbered.set(index, call);
  return call;
}
