import {
  again,
  edited,
  eventFrame,
  type Failed,
  frameWith,
  kept,
  ok,
  okParts,
  parked,
  type Row,
  servedBy,
  smaller,
  text,
} from "./fault-rows.ts";
import type { Kit } from "./wire/kit.ts";
import { streaming } from "./wire/server.ts";

/** Streams of events with errors, doubles, gaps and strangers in them. */
export const eventRows = (kit: Kit): readonly Row[] => [
  ...errorRows(kit),
  ...unreadableRows(kit),
  ...(orderRows[kit.name] ?? (() => []))(kit),
];

/** `event: error` after status 200. */
function errorRows(kit: Kit): readonly Row[] {
  const whole = kit.frames(ok);
  const begun = whole.slice(0, frameWith(whole, ':"s are c"') + 1);
  const row = (does: string, type: string, failed: Failed["failed"], says = "Why."): Row => ({
    fault: `${type} in mid-stream${says === "Why." ? "" : `: ${says}`}`,
    does: `${does}; nothing of the answer is acted on`,
    reply: streaming([...begun, kit.errorFrame(type, says)]),
    expect: { failed, says },
  });
  return [
    row(again, "overloaded_error", "overloaded"),
    row(again, "api_error", "server"),
    row(again, "timeout_error", "server"),
    row(again, "rate_limit_error", "rate-limit"),
    row(again, "flux", "server"),
    row(parked, "invalid_request_error", "bad-request"),
    row(parked, "authentication_error", "auth"),
    row(parked, "billing_error", "auth"),
    row(parked, "model_not_found", "bad-request"),
    row(smaller, "invalid_request_error", "context-full", "prompt is too long"),
    row(smaller, "context_length_exceeded", "context-full"),
    {
      fault: "an error before the first event",
      does: again,
      reply: streaming([kit.errorFrame("overloaded_error", "Overloaded")]),
      expect: { failed: "overloaded", says: "Overloaded" },
    },
    {
      fault: "an error after all but the last events",
      does: `${again}; nothing of the answer is acted on`,
      reply: streaming([...whole.slice(0, -kit.endFrames), kit.errorFrame("api_error", "Oops")]),
      expect: { failed: "server", says: "Oops" },
    },
    {
      fault: "an error that says nothing",
      does: again,
      reply: streaming([...begun, "event: error\ndata: {}\n\n"]),
      expect: { failed: "server", says: "the provider reported an error and did not say which" },
    },
  ];
}

function unreadableRows(kit: Kit): readonly Row[] {
  const [first = "", ...rest] = kit.frames(ok);
  const odd = (fault: string, frame: string, says: RegExp): Row => ({
    fault,
    does: again,
    reply: streaming([first, frame, ...rest]),
    expect: { failed: "protocol", says },
  });
  const name = kit.name === "openai-compatible" ? "" : "event: content_block_delta\n";
  const senseless = /^the answer makes no sense: an? (event|chunk) is no object$/;
  return [
    odd("an event that is no JSON", `${name}data: {{}\n\n`, /^the answer cannot be read: /),
    odd("an event that is a number", `${name}data: 7\n\n`, senseless),
    odd("an event that is null", `${name}data: null\n\n`, senseless),
    odd("an event that is a list", `${name}data: []\n\n`, senseless),
    odd("an event nested 100,000 deep", `${name}data: ${"[".repeat(1e5)}${"]".repeat(1e5)}\n\n`, /./),
    {
      fault: "an event whose type nobody knows",
      does: "passed over",
      reply: streaming([first, eventFrame({ type: "weather.report", sun: [1] }), ...rest]),
      expect: { stop: "end", parts: okParts },
    },
    {
      fault: "bytes that are no UTF-8 between events",
      does: "passed over",
      reply: (response) => {
        response.writeHead(200);
        response.write(first);
        response.write(Buffer.from([0x3a, 0xff, 0xfe, 0x0a, 0x0a]));
        response.end(rest.join(""));
      },
      expect: { stop: "end", parts: okParts },
    },
  ];
}

type Frames = readonly string[];

const doubled = (frames: Frames, index: number): Frames =>
  frames.toSpliced(index, 0, ...frames.slice(index, index + 1));
const swapped = (frames: Frames, a: number, b: number): Frames =>
  frames.with(a, frames[b] ?? "").with(b, frames[a] ?? "");

const garbled = (fault: string, frames: Frames, says: string): Row => ({
  fault,
  does: `${again}: a part may be lost or doubled`,
  reply: streaming(frames),
  expect: { failed: "protocol", says: `the answer makes no sense: ${says}` },
});
const fine = (fault: string, does: string, frames: Frames, parts = okParts): Row => ({
  fault,
  does,
  reply: streaming(frames),
  expect: { stop: "end", parts },
});

/** What cannot be seen: deltas of these two APIs carry no number. */
const unnumbered = "taken as it came: these deltas carry no number";
const doubledText = [text("All rows are cs are clean now.")];

const orderRows: Readonly<Record<string, (kit: Kit) => readonly Row[]>> = {
  anthropic: anthropicOrder,
  openai: openaiOrder,
  "openai-compatible": compatibleOrder,
};

function anthropicOrder(kit: Kit): readonly Row[] {
  const frames = kit.frames(ok);
  const at = (name: string): number => frameWith(frames, `event: ${name}\n`);
  const begin = at("content_block_start");
  const stop = at("content_block_stop");
  const delta = frameWith(frames, ':"s are c"');
  const novel = { type: "novel", a: [1] };
  return [
    garbled("message_start twice", doubled(frames, 0), "it began twice"),
    garbled("no message_start", frames.slice(1), "a block began before the message"),
    garbled("content_block_start twice", doubled(frames, begin), "a block began inside another"),
    garbled("no content_block_start", frames.toSpliced(begin, 1), "a delta for block 0, which is not open"),
    garbled("content_block_stop twice", doubled(frames, stop), "block 0 ended, which is not open"),
    garbled("no content_block_stop", frames.toSpliced(stop, 1), "it ended inside a block"),
    garbled(
      "a delta before its block",
      swapped(frames, begin, begin + 1),
      "a delta for block 0, which is not open",
    ),
    garbled(
      "a block with the number of a later one",
      frames.with(
        begin,
        edited(frames[begin] ?? "", (event) => ({ ...event, index: 1 })),
      ),
      "block 1 began where 0 was due",
    ),
    garbled(
      "a delta with the number of another block",
      frames.with(
        delta,
        edited(frames[delta] ?? "", (event) => ({ ...event, index: 3 })),
      ),
      "a delta for block 3, which is not open",
    ),
    garbled("no message_delta", frames.toSpliced(at("message_delta"), 1), "it ended without a reason"),
    garbled(
      "a delta whose type nobody knows",
      frames.with(
        delta,
        edited(frames[delta] ?? "", (event) => ({ ...event, delta: { type: "song" } })),
      ),
      "a song in a block of type text",
    ),
    fine("a delta twice", unnumbered, doubled(frames, delta), doubledText),
    fine("message_stop twice", "the first ends it", doubled(frames, at("message_stop"))),
    fine(
      "message_delta twice",
      "its counts are totals so far: the last holds",
      doubled(frames, at("message_delta")),
    ),
    {
      fault: "a block whose type nobody knows",
      does: "kept, and given back as it came",
      reply: streaming(
        frames.toSpliced(
          stop + 1,
          0,
          eventFrame({ type: "content_block_start", index: 1, content_block: novel }),
          eventFrame({ type: "content_block_stop", index: 1 }),
        ),
      ),
      expect: { stop: "end", parts: [...okParts, { type: "opaque", provider: kit.name, value: novel }] },
    },
  ];
}

function openaiOrder(kit: Kit): readonly Row[] {
  const frames = kit.frames(ok);
  const at = (name: string): number => frameWith(frames, `event: response.${name}\n`);
  const delta = frameWith(frames, ':"s are c"');
  const last = frames.length - 1;
  const unnumbered = frames.map((frame) =>
    edited(frame, (event) => ({ ...event, sequence_number: undefined })),
  );
  const ending = (change: Record<string, unknown>, type = "response.completed"): Frames =>
    frames.with(last, eventFrame({ type, sequence_number: 99, response: change }));
  const failing = (code: string, failed: Failed["failed"], does: string): Row => ({
    fault: `response.failed with ${code}`,
    does,
    reply: streaming(ending({ status: "failed", error: { code, message: "Why." } }, "response.failed")),
    expect: { failed, says: "Why." },
  });
  const novel = { type: "novel", a: [1] };
  return [
    garbled("an event twice", doubled(frames, delta), `event ${delta} came after event ${delta}`),
    garbled(
      "two events swapped",
      swapped(frames, delta, delta + 1),
      `event ${delta} came after event ${delta + 1}`,
    ),
    garbled("response.created twice", doubled(unnumbered, 0), "it began twice"),
    garbled("no response.created", frames.slice(1), "it began with response.in_progress"),
    garbled(
      "an item begun twice",
      doubled(unnumbered, at("output_item.added")),
      "item 0 began where 1 was due",
    ),
    garbled(
      "an item that never began",
      unnumbered.toSpliced(at("output_item.added"), 1),
      "response.content_part.added for item 0, which never began",
    ),
    garbled("an item done twice", doubled(unnumbered, at("output_item.done")), "item 0 was done twice"),
    garbled("an end without a response", ending([] as never), "its end holds no response"),
    {
      fault: "an end that leaves the items out",
      does: "those that were done are taken",
      reply: streaming(ending({ model: servedBy[kit.name], status: "completed", output: [] })),
      expect: { stop: "end", parts: okParts, usage: null },
    },
    failing("server_error", "server", again),
    failing("rate_limit_exceeded", "rate-limit", again),
    failing("invalid_prompt", "bad-request", parked),
    failing("context_length_exceeded", "context-full", smaller),
    {
      fault: "response.cancelled",
      does: again,
      reply: streaming(ending({}, "response.cancelled")),
      expect: { failed: "server", says: "the provider cancelled the answer" },
    },
    {
      fault: "an error whose event has no name",
      does: again,
      reply: streaming([
        ...frames.slice(0, delta),
        `data: ${JSON.stringify({ type: "error", code: "server_error", message: "Oops" })}\n\n`,
      ]),
      expect: { failed: "server", says: "Oops" },
    },
    {
      fault: "an item whose type nobody knows",
      does: "kept, and given back as it came",
      reply: streaming(ending({ model: servedBy[kit.name], status: "completed", output: [novel] })),
      expect: {
        stop: "end",
        parts: [{ type: "opaque", provider: kit.name, value: novel }],
        usage: null,
      },
    },
  ];
}

function compatibleOrder(kit: Kit): readonly Row[] {
  const frames = kit.frames(ok);
  const delta = frameWith(frames, ':"s are c"');
  const end = frameWith(frames, '"finish_reason":"stop"');
  const chunk = (choice: Record<string, unknown>): string =>
    `data: ${JSON.stringify({ model: servedBy[kit.name], choices: [choice] })}\n\n`;
  const finished = (finish_reason: string): Frames =>
    frames.with(end, chunk({ index: 0, delta: {}, finish_reason }));
  const gaveUp = (finish: string, who: string): Row => ({
    fault: `finish_reason ${finish} (${who})`,
    does: again,
    reply: streaming(finished(finish)),
    expect: { failed: "server", says: `the server gave up: ${finish}` },
  });
  return [
    garbled(
      "two ends",
      frames.toSpliced(end, 0, chunk({ index: 0, delta: {}, finish_reason: "length" })),
      "it ended twice, by length and stop",
    ),
    garbled("text after the end", swapped(frames, delta, end), "it went on after its end"),
    garbled(
      "text that is none",
      frames.toSpliced(delta, 0, chunk({ index: 0, delta: { content: { a: 1 } } })),
      "a text is no text",
    ),
    fine("the end twice", kept, doubled(frames, end)),
    fine("a delta twice", unnumbered, doubled(frames, delta), doubledText),
    fine(
      "a second choice",
      "nobody asked for it: the first is taken",
      frames.toSpliced(delta, 0, chunk({ index: 1, delta: { content: "Or so." }, finish_reason: "stop" })),
    ),
    fine("no [DONE]", kept, frames.slice(0, -1)),
    fine(
      "chunks without a choice",
      "passed over",
      frames.toSpliced(delta, 0, 'data: {"choices":[]}\n\n', "data: {}\n\n"),
    ),
    fine("finish_reason eos, which nobody knows", "an end like any other: all came", finished("eos")),
    gaveUp("error", "OpenRouter, Mistral"),
    gaveUp("abort", "vLLM"),
    gaveUp("insufficient_system_resource", "DeepSeek"),
    gaveUp("network_error", "Zhipu"),
    {
      fault: "an error as older servers of vLLM send it",
      does: again,
      reply: streaming([
        ...frames.slice(0, delta),
        'data: {"object":"error","message":"Oops","code":500}\n\n',
      ]),
      expect: { failed: "server", says: "Oops" },
    },
    {
      fault: "only a second choice",
      does: again,
      reply: streaming([chunk({ index: 1, delta: { content: "Or so." }, finish_reason: "stop" })]),
      expect: { failed: "network", says: "the answer was cut off before its end" },
    },
  ];
}
