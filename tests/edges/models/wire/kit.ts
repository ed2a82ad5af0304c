import type { Model, ModelRequest, Part } from "../../../../src/core/model.ts";

export type Block =
  | { readonly text: string }
  | { readonly id: string; readonly tool: string; readonly json: string }
  /** Something only the provider understands. */
  | { readonly thought: string };

/** What the model behind the server says. */
export interface Said {
  readonly blocks: readonly Block[];
  /** As the provider spells it; by default its word for a plain end. */
  readonly stop?: string;
  /** null: none is reported. */
  readonly usage?: Readonly<Record<string, unknown>> | null;
  readonly model?: string;
}

interface Options {
  readonly idleMs?: number;
  readonly apiKey?: string;
}

/** A provider as its wire shows it. */
export interface Kit {
  readonly name: string;
  readonly path: string;
  readonly ends: {
    readonly length: string;
    readonly refusal: string;
  };
  model(url: string, options?: Options): Model;
  /** The server-sent events of an answer, one frame each. */
  frames(said: Said): readonly string[];
  /** How many of the last frames make up the end: without them no message is whole. */
  readonly endFrames: number;
  /** The body of an answer with an error status. */
  errorBody(type: string, message: string): string;
  /** An error inside a stream. */
  errorFrame(type: string, message: string): string;
  thoughtPart(thought: string): Part;
}

export const key = "sk-test-0123456789abcdef";

/** What `usage` left out stands for: 17 tokens in (4 of them cached), 9 out. */
export const usual = { input: 17, output: 9, cacheRead: 4 } as const;

/** Text in pieces, as models write it. */
export const pieces = (text: string): readonly string[] => text.match(/[\s\S]{1,7}/g) ?? [];

export const tool = {
  name: "read_file",
  description: "Reads a file.",
  parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
} as const;

export const asking = (given: Partial<ModelRequest> = {}): ModelRequest => ({
  thread: "task/clean/1",
  turn: 1,
  try: 1,
  system: "You are a worker.",
  tools: [tool],
  messages: [{ role: "user", parts: [{ type: "text", text: "Clean the table." }] }],
  maxOutputTokens: 1000,
  deadline: Date.now() + 60_000,
  ...given,
});
