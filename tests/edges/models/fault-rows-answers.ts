import type { Usage } from "../../../src/core/model.ts";
import {
  args,
  block,
  call,
  type Complete,
  edited,
  kept,
  nothingUsed,
  ok,
  okParts,
  parked,
  path,
  rawCall,
  type Row,
  saying,
  text,
  usualUsage,
} from "./fault-rows.ts";
import type { Kit, Said } from "./wire/kit.ts";
import { streaming } from "./wire/server.ts";

/** Whole answers with odd content, ends, models or usage. */
export const answerRows = (kit: Kit): readonly Row[] => [
  ...contentRows(kit),
  ...endRows(kit),
  ...otherEndRows(kit),
  ...servedRows(kit),
  ...usageRows(kit),
];

const silent = "the model is told that nothing happened";

function contentRows(kit: Kit): readonly Row[] {
  const row = (fault: string, does: string, said: Said, expect: Complete): Row => ({
    fault,
    does,
    reply: saying(kit, said),
    expect,
  });
  return [
    row("text", kept, ok, { stop: "end", parts: okParts }),
    row(
      "a thought, text and a call",
      kept,
      { blocks: [{ thought: "I should look." }, { text: "Let me look." }, block(args)] },
      { stop: "calls", parts: [kit.thoughtPart("I should look."), text("Let me look."), call(path)] },
    ),
    row("no content and a plain end", silent, { blocks: [] }, { stop: "end", parts: [] }),
    row("empty text", silent, { blocks: [{ text: "" }] }, { stop: "end", parts: [] }),
    row("white space", silent, { blocks: [{ text: " \n\t" }] }, { stop: "end", parts: [text(" \n\t")] }),
    row("NUL alone", silent, { blocks: [{ text: "\u0000" }] }, { stop: "end", parts: [] }),
    row(
      "half a surrogate pair and NUL",
      "NUL is dropped, the half replaced",
      { blocks: [{ text: "a\ud800b\u0000c" }] },
      { stop: "end", parts: [text("a\ufffdbc")] },
    ),
    row(
      "20,000 letters",
      kept,
      { blocks: [{ text: "x".repeat(2e4) }] },
      { stop: "end", parts: [text("x".repeat(2e4))] },
    ),
  ];
}

function endRows(kit: Kit): readonly Row[] {
  const row = (fault: string, does: string, said: Said, expect: Complete): Row => ({
    fault,
    does,
    reply: saying(kit, said),
    expect,
  });
  const cut = { stop: kit.ends.length };
  const refused = { stop: kit.ends.refusal };
  const smallSteps = "the model is told to go on in smaller steps";
  return [
    row("the limit of length in text", smallSteps, { ...ok, ...cut }, { stop: "length", parts: okParts }),
    row(
      "the limit of length before anything",
      smallSteps,
      { blocks: [], ...cut },
      { stop: "length", parts: [] },
    ),
    row(
      "the limit of length in a call",
      "the half call is not run, and the model told so",
      { blocks: [block('{"path": "no')], ...cut },
      { stop: "length", parts: [rawCall('{"path": "no')] },
    ),
    row(
      "the limit of length before a call's arguments",
      "not a call without arguments",
      { blocks: [block("")], ...cut },
      { stop: "length", parts: [rawCall("")] },
    ),
    row(
      "the limit of length after a whole call",
      "the whole call is run, the half one not",
      { blocks: [block(args), block('{"pa', "c2")], ...cut },
      { stop: "length", parts: [call(path), rawCall('{"pa', "c2")] },
    ),
    row(
      "a refusal",
      "the model is told that it refused",
      { blocks: [{ text: "No." }], ...refused },
      { stop: "refusal", parts: [text("No.")] },
    ),
    row(
      "a refusal without a word",
      "the model is told that it refused",
      { blocks: [], ...refused },
      { stop: "refusal", parts: [] },
    ),
    row(
      "a refusal in a call",
      "nothing that was called is run",
      { blocks: [{ text: "I" }, block(args), block('{"pa', "c2")], ...refused },
      { stop: "refusal", parts: [text("I")] },
    ),
    row(
      "a refusal in thought",
      "nothing of it is sent back",
      { blocks: [{ thought: "Hm." }], ...refused },
      { stop: "refusal", parts: [] },
    ),
  ];
}

/** Ends that only some providers have. */
function otherEndRows(kit: Kit): readonly Row[] {
  const row = (stop: string, does: string, expect: Complete["stop"]): Row => ({
    fault: `the end ${stop}`,
    does,
    reply: saying(kit, { ...ok, stop }),
    expect: { stop: expect, parts: okParts },
  });
  const smaller = "the context is made smaller, and the work goes on";
  switch (kit.name) {
    case "anthropic":
      return [
        row("stop_sequence", kept, "end"),
        row("pause_turn", "the model is asked to go on", "pause"),
        row("model_context_window_exceeded", smaller, "context-full"),
        row("tool_use", "an end: there is no call", "end"),
        row("something_new", "an end like any other: all came", "end"),
      ];
    case "openai":
      return [row("something_new", "a limit of length: it says that it is incomplete", "length")];
    default:
      return [
        row("tool_calls", "an end: there is no call", "end"),
        row("function_call", "an end: there is no call", "end"),
        row("model_length", smaller, "context-full"),
        row("model_context_window_exceeded", smaller, "context-full"),
        row("sensitive", "the model is told that it refused", "refusal"),
      ];
  }
}

/** Which model answered. What the first two serve is what was asked, or nothing. */
function servedRows(kit: Kit): readonly Row[] {
  const taken = (model: string, shown = model): Row => ({
    fault: `served: ${JSON.stringify(model)}`,
    does: "taken, and recorded",
    reply: saying(kit, { ...ok, model }),
    expect: { stop: "end", parts: okParts, served: shown },
  });
  const asked = kit.name === "anthropic" ? "claude-x" : kit.name === "openai" ? "gpt-x" : null;
  if (asked === null)
    return ["qwen", "cheap-model", "", "a\u0000\ud800b"].map((name) =>
      taken(name, name === "a\u0000\ud800b" ? "a\ufffdb" : name),
    );
  const wrong = (model: string, shown = model): Row => ({
    fault: `served: ${JSON.stringify(model)}`,
    does: `${parked}; what it cost is charged`,
    reply: saying(kit, { blocks: [block(args)], model }),
    expect: {
      failed: "wrong-model",
      says: `asked for ${asked}, the provider served ${shown}; name ${kit.name}/${shown} if you want that, else check the address of the provider`,
      usage: usualUsage(kit),
    },
  });
  return [
    taken(asked),
    taken(asked.toUpperCase()),
    taken(`${asked}-20250929`),
    taken(`${asked}-2025-04-14`),
    wrong("cheap-model"),
    wrong(`${asked}-mini`),
    wrong(`${asked}-mini-2025-04-14`),
    wrong(`${asked}2`),
    wrong(`not-${asked}`),
    wrong(`a\nb\u0000\ud800`, "a b\ufffd"),
    {
      ...wrong(""),
      expect: {
        failed: "wrong-model",
        says: `asked for ${asked}, and the provider did not say which model it served; check the address of the provider`,
        usage: usualUsage(kit),
      },
    },
  ];
}

const unknown = "unknown: what was reserved is charged";

function usageRows(kit: Kit): readonly Row[] {
  const row = (fault: string, does: string, counts: unknown, usage: Usage | null): Row => ({
    fault: `usage: ${fault}`,
    does,
    reply: withUsage(kit, counts),
    expect: { stop: "end", parts: okParts, usage },
  });
  const each = (input: unknown, output: unknown): unknown => ({
    input_tokens: input,
    output_tokens: output,
    prompt_tokens: input,
    completion_tokens: output,
  });
  return [
    row("none", unknown, null, null),
    row("no object", unknown, "17", null),
    row("empty", unknown, {}, null),
    row("strings", unknown, each("17", "9"), null),
    row("negative", unknown, each(17, -9), null),
    row("a fraction", unknown, each(17.5, 9), null),
    row("1e300", unknown, each(1e300, 9), null),
    row("a million million", unknown, each(17, 1e12), null),
    row("just beyond what a call can have", unknown, each(1e8 + 1, 9), null),
    row("as much as a call can have", "charged", each(1e8, 9), { ...nothingUsed, input: 1e8, output: 9 }),
    row("nothing", "charged", each(0, 0), nothingUsed),
    ...cacheRows(kit, row),
  ];
}

function cacheRows(
  kit: Kit,
  row: (fault: string, does: string, counts: unknown, usage: Usage | null) => Row,
): readonly Row[] {
  if (kit.name === "anthropic") {
    const cached = (read: unknown, write: unknown): unknown => ({
      input_tokens: 10,
      output_tokens: 9,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: write,
    });
    return [
      row("with a cache", "input holds all three", cached(400, 30), {
        input: 440,
        output: 9,
        cacheRead: 400,
        cacheWrite: 30,
      }),
      row("a cache that is null", "none", cached(null, null), { ...nothingUsed, input: 10, output: 9 }),
      row("a cache below nothing", unknown, cached(-4, 0), null),
    ];
  }
  const cached = (read: unknown, written?: unknown): unknown => ({
    input_tokens: 100,
    output_tokens: 9,
    prompt_tokens: 100,
    completion_tokens: 9,
    input_tokens_details: { cached_tokens: read, cache_write_tokens: written },
    prompt_tokens_details: { cached_tokens: read, cache_write_tokens: written },
  });
  const usage = { ...nothingUsed, input: 100, output: 9 };
  return [
    row("with a cache", "input holds it", cached(64), { ...usage, cacheRead: 64 }),
    row("with writes to a cache, as from GPT-5.6 on", "input holds both", cached(64, 30), {
      ...usage,
      cacheRead: 64,
      cacheWrite: 30,
    }),
    row("more in the cache than in all", "as much as all", cached(500, 500), { ...usage, cacheRead: 100 }),
    row("a cache below nothing", unknown, cached(-4), null),
    row("writes to a cache that are text", unknown, cached(4, "x"), null),
  ];
}

/** The usual answer, with these counts wherever its provider has them. */
function withUsage(kit: Kit, usage: unknown): Row["reply"] {
  const put = (holder: unknown): unknown =>
    typeof holder === "object" && holder !== null && "usage" in holder ? { ...holder, usage } : holder;
  const frames = kit.frames(ok).map((frame) =>
    edited(frame, (event) => {
      const { message, response } = event;
      return {
        ...(put(event) as object),
        ...(message === undefined ? {} : { message: put(message) }),
        ...(response === undefined ? {} : { response: put(response) }),
      };
    }),
  );
  return streaming(frames);
}
