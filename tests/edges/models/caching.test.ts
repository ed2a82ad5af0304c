import { describe, expect, test } from "vitest";
import type { Message, ModelRequest, ModelResponse, Part, Usage } from "../../../src/core/model.ts";
import { anthropic } from "./wire/anthropic.ts";
import { anthropicCache, type Cache, type CacheUse, prefixCache } from "./wire/caches.ts";
import { compatible } from "./wire/compatible.ts";
import { asking, type Block, type Kit, tool } from "./wire/kit.ts";
import { openai } from "./wire/openai.ts";
import { type Reply, serve, status, streaming } from "./wire/server.ts";

/**
 * What of the input is read from a provider's prompt cache over a conversation as workers have it, measured at the
 * provider: 12 turns with tool results, thought, a turn of 30 calls, a call that is asked again with a note of a person
 * at its end, and a compaction before turn 9.
 */
interface Provider {
  readonly kit: Kit;
  readonly cache: () => Cache;
  /** A provider's own words for what its cache did. */
  readonly usage: (use: CacheUse) => Readonly<Record<string, unknown>>;
  /** How much of what the last request sent is found again, of so many tokens. */
  readonly found: (tokens: number) => number;
  /** What at least is read from the cache, of all input after the first turn and beside the compaction. */
  readonly share: number;
}

const inSteps = (tokens: number): number => Math.floor(tokens / 1024) * 1024;

const providers: readonly Provider[] = [
  {
    kit: anthropic,
    cache: anthropicCache,
    usage: ({ input, read, written }) => ({
      input_tokens: input - read - written,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: written,
      output_tokens: 9,
    }),
    found: (tokens) => tokens,
    // Measured: 0.893; with the first turn and the compaction 0.820.
    share: 0.88,
  },
  {
    kit: openai,
    cache: () =>
      prefixCache(({ tools, instructions, input }) => [
        tools,
        instructions,
        ...(input as readonly unknown[]),
      ]),
    usage: ({ input, read, written }) => ({
      input_tokens: input,
      input_tokens_details: { cached_tokens: read, cache_write_tokens: written },
      output_tokens: 9,
    }),
    found: inSteps,
    // Measured: 0.822, with the first turn and the compaction 0.749; half a step of each turn is not found.
    share: 0.81,
  },
  {
    kit: compatible,
    cache: () => prefixCache(({ tools, messages }) => [tools, ...(messages as readonly unknown[])]),
    usage: ({ input, read }) => ({
      prompt_tokens: input,
      completion_tokens: 9,
      prompt_tokens_details: { cached_tokens: read },
    }),
    found: inSteps,
    // Measured: 0.825, with the first turn and the compaction 0.752.
    share: 0.81,
  },
];

const turns = 12;
const compactedAt = 9;
const askedAgainAt = 5;

/** Text of about so many tokens, different for each name. */
const textOf = (name: string, tokens: number): string =>
  Array.from({ length: Math.ceil(tokens / 5) }, (_, line) => `${name} ${line}: some words\n`).join("");

const callsIn = (turn: number): number => (turn === 4 ? 30 : 1 + (turn % 3));

const said = (turn: number): readonly Block[] => [
  { thought: `Turn ${turn}: what next?` },
  { text: `I look at ${turn}.` },
  ...Array.from({ length: callsIn(turn) }, (_, index) => ({
    id: `c${turn}_${index}`,
    tool: "read_file",
    json: `{"path":"file-${turn}-${index}.csv"}`,
  })),
];

const first: ModelRequest = asking({
  system: textOf("rule", 1500),
  tools: ["bash", "read_file", "write_file", "edit_file", "search", "submit"].map((name) => ({
    ...tool,
    name,
    description: textOf(name, 80),
  })),
  messages: [{ role: "user", parts: [{ type: "text", text: textOf("brief", 1200) }] }],
});

/** The next request, as the loop makes it: results and what is left of turns. */
function nextOf(request: ModelRequest, response: ModelResponse): ModelRequest {
  if (response.outcome === "failed") throw new Error(response.error.message);
  const results = response.parts.flatMap((part): Part[] =>
    part.type === "call"
      ? [{ type: "result", id: part.id, text: textOf(part.id, 600 / callsIn(request.turn)), error: false }]
      : [],
  );
  const left: Part = { type: "text", text: `[turn ${request.turn + 1} of at most 40; $1.20 left]` };
  const answer: Message = { role: "assistant", parts: response.parts };
  const messages = [...request.messages, answer, { role: "user", parts: [...results, left] } as const];
  return { ...request, turn: request.turn + 1, try: 1, messages };
}

const noted = (request: ModelRequest): ModelRequest => ({
  ...request,
  try: 2,
  messages: request.messages.map((message, index) =>
    index === request.messages.length - 1
      ? { ...message, parts: [...message.parts, { type: "text", text: "A person says: hurry." }] }
      : message,
  ),
});

/** As a compaction leaves it: old results are short, everything else stands. */
const compacted = (request: ModelRequest): ModelRequest => ({
  ...request,
  messages: request.messages.map((message, index) =>
    index >= 2 * (compactedAt - 3) ? message : { ...message, parts: message.parts.map(shortened) },
  ),
});

const shortened = (part: Part): Part =>
  part.type === "result" ? { ...part, text: "[left out; the file has it]" } : part;

/** What each turn's usage says, with the provider's own count beside it. */
async function conversation({
  kit,
  cache,
  usage,
}: Provider): Promise<readonly { said: Usage; was: CacheUse }[]> {
  const counting = cache();
  const uses: CacheUse[] = [];
  const reply: Reply = (response, seen) => {
    const use = counting(seen.body);
    uses.push(use);
    streaming(withUsage(kit, usage(use), kit.frames({ blocks: said(uses.length), usage: usage(use) })))(
      response,
      seen,
    );
  };
  const busy = status(529, "");
  // The fifth turn is asked twice: what fails is no answer, and fills no cache here.
  await using server = await serve(
    ...Array.from({ length: turns + 1 }, (_, n) => (n === askedAgainAt - 1 ? busy : reply)),
  );
  const model = kit.model(server.url);
  const rows: { said: Usage; was: CacheUse }[] = [];
  let request = first;
  while (request.turn <= turns) {
    const sent = request.turn >= compactedAt ? compacted(request) : request;
    const response = await model.respond(sent, new AbortController().signal);
    if (response.outcome === "failed") {
      expect([response.error.class, request.turn]).toEqual(["overloaded", askedAgainAt]);
      request = noted(request);
      continue;
    }
    rows.push({ said: response.usage as Usage, was: uses.at(-1) as CacheUse });
    request = nextOf(request, response);
  }
  return rows;
}

/** Anthropic says what its cache did when the message begins. */
const withUsage = (kit: Kit, usage: unknown, frames: readonly string[]): readonly string[] =>
  kit.name !== "anthropic"
    ? frames
    : frames.map((frame) =>
        frame.replace(/"usage":\{"input_tokens":10,.*?"standard"\}/, `"usage":${JSON.stringify(usage)}`),
      );

describe.each(providers)("$kit.name", (provider) => {
  test("reads what it was sent before from the cache, and says so", async () => {
    const rows = await conversation(provider);
    expect(rows).toHaveLength(turns);
    for (const [index, { said, was }] of rows.entries()) {
      const written = provider.kit === compatible ? 0 : was.written;
      expect(said).toEqual({ input: was.input, output: 9, cacheRead: was.read, cacheWrite: written });
      const before = rows[index - 1]?.was.input ?? 0;
      // All that the turn before sent is found again, whatever its answer was; but not what was made smaller.
      if (index + 1 !== compactedAt)
        expect([index + 1, was.read]).toEqual([index + 1, provider.found(before)]);
    }
    // Tools, rules and brief survive a compaction.
    const [start, ...later] = rows;
    const compaction = rows[compactedAt - 1];
    expect(start?.was.read).toBe(0);
    expect(compaction?.was.read).toBeGreaterThanOrEqual(provider.found(start?.was.input ?? 0));
    const warm = later.filter((row) => row !== compaction);
    const share = sum(warm.map(({ said }) => said.cacheRead)) / sum(warm.map(({ said }) => said.input));
    expect(share).toBeGreaterThan(provider.share);
  });
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
