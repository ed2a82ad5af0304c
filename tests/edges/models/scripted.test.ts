import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "../../../src/core/canonical.ts";
import type { Model, ModelRequest, ModelResponse } from "../../../src/core/model.ts";
import { scriptedModel } from "../../../src/edges/models/scripted.ts";
import { asking } from "./wire/kit.ts";
import { refusal, scriptFolder } from "./script-folder.ts";

const never = new AbortController().signal;
const opened = async (script: string): Promise<Model> =>
  scriptedModel({
    name: "scripted/script.yaml",
    file: join(await scriptFolder(script), "script.yaml"),
    price: null,
  });
const ask = async (model: Model, given: Partial<ModelRequest>): Promise<ModelResponse> =>
  model.respond(asking(given), never);

/** What the model says in short: text, `tool{args}`, the stop. */
const shown = (response: ModelResponse): string =>
  response.outcome === "failed"
    ? `${response.error.class}: ${response.error.message}`
    : [
        ...response.parts.map((part) =>
          part.type === "text"
            ? part.text
            : part.type === "call"
              ? part.tool + canonical(part.args)
              : part.type,
        ),
        response.stop,
      ].join(" | ");

describe("a turn", () => {
  test.each([
    ["- Hello.", "Hello. | end"],
    ["- say: Hello.", "Hello. | end"],
    ["- { submit: { summary: done } }", 'submit{"summary":"done"} | calls'],
    ["- { say: Look., bash: { command: ls } }", 'Look. | bash{"command":"ls"} | calls'],
    [
      "- { say: Two., calls: [{ a: {} }, { b: { x: [1, null, true] } }] }",
      'Two. | a{} | b{"x":[1,null,true]} | calls',
    ],
    ["- { calls: [{ say: { it: aloud } }] }", 'say{"it":"aloud"} | calls'],
    ["- { say: Cut, stop: length }", "Cut | length"],
    ["- { stop: refusal }", "refusal"],
    ['- { say: "", stop: end }', "end"],
    ["- { mail: { to: me } }", 'mail{"to":"me"} | calls'],
    ["- { calls: [{ tool: a, raw: '{\"x\": ' }, { tool: {} }] }", "anull | tool{} | calls"],
    ['["as JSON", {"say": "x"}]', "as JSON | end"],
    ["- { bash: { command: &c ls } }\n- { bash: { command: *c } }", 'bash{"command":"ls"} | calls'],
  ])("%s", async (turns, said) => {
    const model = await opened(
      `task/clean/1: ${turns.startsWith("[") ? turns : `\n${turns.replaceAll(/^/gm, "  ")}`}`,
    );
    expect(shown(await ask(model, {}))).toBe(said);
  });

  test("is found by its number, never by how often the model was asked", async () => {
    const model = await opened("task/clean/1: [one, two, three]\n");
    const other = await opened("task/clean/1: [one, two, three]\n");
    for (const turn of [3, 1, 3, 2, 2]) {
      const response = await ask(model, { turn });
      expect(shown(response)).toBe(`${["", "one", "two", "three"][turn]} | end`);
      expect(await ask(other, { turn })).toEqual(response);
    }
  });

  test("gives each call an id of its own in the thread", async () => {
    const model = await opened("task/clean/1:\n  - calls: [{ a: {} }, { a: {} }]\n  - a: {}\n");
    const ids = [await ask(model, { turn: 1 }), await ask(model, { turn: 2 })].flatMap((response) =>
      response.outcome === "complete"
        ? response.parts.map((part) => (part.type === "call" ? part.id : ""))
        : [],
    );
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(3);
  });

  test("merges with an anchor and keeps its own words", async () => {
    const model = await opened(
      "plan/1:\n  - &base { say: Same., usage: { input: 9, output: 1 } }\n  - { <<: *base, say: Other. }\n",
    );
    const response = await ask(model, { thread: "plan/1", turn: 2 });
    expect(shown(response)).toBe("Other. | end");
    expect(response.usage).toEqual({ input: 9, output: 1, cacheRead: 0, cacheWrite: 0 });
  });
});

describe("a thread's key", () => {
  const keys = [
    "task/*/*",
    "task/clean/*",
    "task/*/1",
    "task/clean/1",
    "judge/*/*/*",
    "judge/clean/*/2",
    "goal/*",
    "plan/1",
  ];
  test.each([
    ["task/clean/1", "task/clean/1"],
    ["task/clean/2", "task/clean/*"],
    ["task/report/1", "task/*/1"],
    ["task/report/2", "task/*/*"],
    ["judge/clean/1/2", "judge/clean/*/2"],
    ["judge/clean/1/1", "judge/*/*/*"],
    ["goal/7", "goal/*"],
    ["plan/1", "plan/1"],
  ])("%s is answered from %s", async (thread, key) => {
    for (const order of [keys, keys.toReversed()]) {
      const model = await opened(order.map((name) => `${name}: [from ${name}]\n`).join(""));
      expect(shown(await ask(model, { thread }))).toBe(`from ${key} | end`);
    }
  });

  test("of two with as many stars, the first in the file wins", async () => {
    const model = await opened("task/*/1: [first]\ntask/clean/*: [second]\n");
    expect(shown(await ask(model, {}))).toBe("first | end");
  });

  test("without a turn or a thread the call fails and says what there is", async () => {
    const model = await opened("plan/1: [x]\ntask/clean/*: [one, two]\n---\ngoal/1: [y]\n");
    expect(shown(await ask(model, { turn: 3 }))).toBe(
      "missing-script: scripted/script.yaml has no turn 3 of task/clean/1; task/clean/* has 2 turns",
    );
    expect(shown(await ask(model, { thread: "task/report/1", turn: 1 }))).toBe(
      "missing-script: scripted/script.yaml has no turn 1 of task/report/1; its keys are plan/1, task/clean/*, goal/1",
    );
  });
});

describe("usage and price", () => {
  test("are as written, the cache in both spellings", async () => {
    const model = await opened(
      "price: { input: 1, output: 5, cache_read: 0.1 }\ntask/clean/1:\n" +
        "  - { say: a, usage: { input: 50, output: 4, cache_read: 20, cache_write: 10 } }\n" +
        "  - { say: b, usage: { input: 50, output: 4, cacheRead: 30 } }\n",
    );
    expect(model.price).toEqual({ input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1 });
    expect((await ask(model, {})).usage).toEqual({ input: 50, output: 4, cacheRead: 20, cacheWrite: 10 });
    expect((await ask(model, { turn: 2 })).usage).toEqual({
      input: 50,
      output: 4,
      cacheRead: 30,
      cacheWrite: 0,
    });
  });

  test("left out: a token for every four bytes sent, and no price", async () => {
    const model = await opened("task/clean/1: [Hello.]\n");
    const request = asking();
    const sent = JSON.stringify([request.system, request.tools, request.messages]);
    const answered = JSON.stringify([{ type: "text", text: "Hello." }]);
    expect(model.price).toBeNull();
    expect((await ask(model, {})).usage).toEqual({
      input: Math.ceil(sent.length / 4),
      output: Math.ceil(answered.length / 4),
      cacheRead: 0,
      cacheWrite: 0,
    });
  });
});

describe("a failure", () => {
  test("comes on the first tries, then the rest of the turn", async () => {
    const model = await opened(
      "task/clean/1:\n  - { fail: { class: overloaded, times: 2 }, say: At last. }\n",
    );
    const tries = [1, 2, 3, 4, 2].map((attempt) => ask(model, { try: attempt }));
    expect((await Promise.all(tries)).map(shown)).toEqual([
      "overloaded: the script fails here with overloaded",
      "overloaded: the script fails here with overloaded",
      "At last. | end",
      "At last. | end",
      "overloaded: the script fails here with overloaded",
    ]);
  });

  test("without times comes always, with its own message in one line", async () => {
    const model = await opened('task/clean/1:\n  - fail: { class: auth, message: "no\\nentry" }\n');
    expect(shown(await ask(model, { try: 99 }))).toBe("auth: no entry");
  });
});

describe("every fault that a loop can meet", () => {
  const first = async (turn: string): Promise<ModelResponse> =>
    ask(await opened(`task/clean/1:\n  - ${turn}\n`), {});

  test.each([
    ["0", 0],
    ["1.5", 1500],
    ["1e9", 600_000],
  ])("retry_after: %s seconds, no longer than a provider's is heeded", async (seconds, retryAfterMs) => {
    expect(await first(`fail: { class: rate-limit, retry_after: ${seconds} }`)).toEqual({
      outcome: "failed",
      error: {
        class: "rate-limit",
        message: "the script fails here with rate-limit",
        status: null,
        retryAfterMs,
      },
      usage: null,
    });
  });

  test("a failure that cost something", async () => {
    const usage = "{ input: 90000000000, output: 2 }";
    expect(await first(`fail: { class: wrong-model, usage: ${usage} }`)).toMatchObject({
      outcome: "failed",
      error: { class: "wrong-model", retryAfterMs: null },
      usage: { input: 90_000_000_000, output: 2, cacheRead: 0, cacheWrite: 0 },
    });
  });

  test("another model, usage that is not said, arguments that are none", async () => {
    const calls = "[{ tool: bash, raw: '{\"command\": ' }, { raw: { tool: x } }]";
    expect(await first(`{ served: other-model, usage: none, calls: ${calls} }`)).toMatchObject({
      outcome: "complete",
      stop: "calls",
      servedModel: "other-model",
      usage: null,
      parts: [
        { type: "call", id: "call_1_1", tool: "bash", args: null, raw: '{"command": ' },
        { type: "call", id: "call_1_2", tool: "raw", args: { tool: "x" } },
      ],
    });
  });

  test("200 calls in one turn", async () => {
    const calls = Array.from({ length: 200 }, (_, index) => ({ read_file: { path: `${index}` } }));
    const response = await first(JSON.stringify({ calls }));
    expect(response).toMatchObject({ outcome: "complete", stop: "calls" });
    expect(response.outcome === "complete" ? response.parts : []).toHaveLength(200);
  });
});

describe("a delay", () => {
  const slow = "delay_ms: 600000\nplan/1: [{ say: quick, delay_ms: 0 }]\ntask/clean/1: [slow]\n";

  test("ends at once when the call is stopped, before or meanwhile", async () => {
    const model = await opened(slow);
    const stop = new AbortController();
    const asked = model.respond(asking({ deadline: Date.now() + 3_600_000 }), stop.signal);
    stop.abort();
    for (const response of [await asked, await model.respond(asking(), stop.signal)]) {
      expect(response).toMatchObject({ outcome: "failed", error: { class: "network" } });
    }
    expect(await model.respond(asking({ thread: "plan/1" }), stop.signal)).toMatchObject({
      outcome: "failed",
    });
  });

  test("ends at the call's deadline", async () => {
    const model = await opened(slow);
    expect(await ask(model, { deadline: Date.now() + 20 })).toMatchObject({ error: { class: "stalled" } });
  });

  test("of a turn goes before the script's, and is waited for", async () => {
    const model = await opened(`${slow}goal/1: [{ say: soon, delay_ms: 5 }]\n`);
    expect(shown(await ask(model, { thread: "plan/1" }))).toBe("quick | end");
    expect(shown(await ask(model, { thread: "goal/1" }))).toBe("soon | end");
  });
});

test("the same thread, turn and try get the same answer, in any order and from any opening", async () => {
  const script =
    "plan/1: [a, { b: { c: 1 } }]\ntask/*/*:\n  - { fail: { class: server, times: 1 }, say: x }\n  - y\n";
  const [one, two] = [await opened(script), await opened(script)];
  const request = fc.record({
    thread: fc.constantFrom("plan/1", "plan/2", "task/a/1", "task/b/3", "goal/1"),
    turn: fc.integer({ min: 1, max: 4 }),
    try: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 8 }), async (requests) => {
      const forth = await Promise.all(requests.map((given) => ask(one, given)));
      const back = await Promise.all(requests.toReversed().map((given) => ask(two, given)));
      expect(back.toReversed()).toEqual(forth);
    }),
  );
});

describe("a mistake in a script", () => {
  test.each<[string, string, string]>([
    ["nothing", "# only words\n", "it has no threads; write plan/1: and a list of turns"],
    ["options only", "delay_ms: 1\n", "it has no threads; write plan/1: and a list of turns"],
    ["a list", "- a\n", "1: a script is a list; write threads like plan/1: and under each its turns"],
    [
      "a misspelled option",
      "delayms: 5\nplan/1: [x]\n",
      '1: unknown key "delayms"; did you mean "delay_ms"?',
    ],
    ["a misspelled kind", "plan/1: [x]\ntsak/a/1: [x]\n", '2: unknown key "tsak/a/1"; did you mean "task"?'],
    [
      "too few segments",
      "task/a: [x]\n",
      '1: unknown key "task/a"; no thread can fit it; write task/TASK/ATTEMPT, with * for any one segment',
    ],
    [
      "no number",
      "plan/one: [x]\n",
      '1: unknown key "plan/one"; no thread can fit it; write plan/VERSION, with * for any one segment',
    ],
    [
      "a strange key",
      "whatever: [x]\n",
      '1: unknown key "whatever"; no thread is called so; threads are plan/VERSION, task/TASK/ATTEMPT, judge/TASK/ATTEMPT/GRADING, goal/GRADING, case/CASE/SAMPLE, verdict/CASE/SAMPLE',
    ],
    [
      "a mapping for turns",
      "plan/1:\n  say: x\n",
      "1: the turns of plan/1 are a mapping; write a list, each turn after a -",
    ],
    [
      "a case that cannot be",
      "case/a b/1: [x]\n",
      '1: unknown key "case/a b/1"; no thread can fit it; write case/CASE/SAMPLE, with * for any one segment',
    ],
    [
      "an alternative among turns",
      "plan/1:\n  - one\n  - { when: a, turns: [x] }\n",
      "2: plan/1 lists alternatives, and this is a turn; put it under turns: of one of them, or of one of its own",
    ],
    [
      "an alternative without turns",
      "plan/1:\n  - when: a\n  - turns: [x]\n",
      "2: this alternative has no turns; write turns: and a list of them",
    ],
    [
      "an alternative with no turn",
      "plan/1:\n  - when: a\n    turns: []\n",
      "3: this alternative has no turns; add one, or take the alternative out",
    ],
    [
      "turns of an alternative that are text",
      "plan/1:\n  - turns: x\n",
      '2: turns are the text "x"; write a list, each turn after a -',
    ],
    [
      "an alternative after one that fits always",
      "plan/1:\n  - turns: [x]\n  - { when: a, turns: [y] }\n",
      "3: this is never asked, as the one before fits always; put the one without when last",
    ],
    [
      "a misspelled when",
      "plan/1:\n  - wehn: a\n    turns: [y]\n",
      '2: unknown key "wehn" in an alternative; did you mean "when"?',
    ],
    [
      "a text that stands everywhere",
      'plan/1:\n  - when: [a, " "]\n    turns: [y]\n',
      "2: when is an empty text, which stands everywhere; write words",
    ],
    [
      "no text at all",
      "plan/1:\n  - not: []\n    turns: [y]\n",
      "2: not lists no text; add one, or take not out",
    ],
    ["a number as text", "plan/1:\n  - when: 42\n    turns: [y]\n", "2: 42 is no text; put text in quotes"],
    ["an empty when", "plan/1:\n  - when:\n    turns: [y]\n", "2: empty is no text; put text in quotes"],
    [
      "a fault in a turn of an alternative",
      "plan/1:\n  - when: a\n    turns:\n      - say: x\n      - say: 5\n",
      "5: 5 is no text; put text in quotes",
    ],
    ["no turns", "plan/1: []\n", "1: plan/1 has no turns; add one, or take the key out"],
    [
      "an empty turn",
      "plan/1:\n  - a\n  -\n",
      "3: a turn is empty; write text, or a mapping like { say: … } or { TOOL: { … } }",
    ],
    [
      "a turn of nothing",
      "plan/1:\n  - a\n  - { delay_ms: 3 }\n",
      "3: this turn gives no answer; add say, a call or stop",
    ],
    [
      "nothing after failures",
      "plan/1:\n  - fail: { class: auth, times: 1 }\n",
      "2: this turn gives no answer; add say, a call or stop",
    ],
    ["a misspelled word", "plan/1:\n  - sya: hello\n", '2: unknown key "sya" in a turn; did you mean "say"?'],
    [
      "a misspelled usage",
      "plan/1:\n  - say: x\n    useage: { input: 1, output: 1 }\n",
      '3: unknown key "useage" in a turn; did you mean "usage"?',
    ],
    [
      "a tool without arguments",
      "plan/1:\n  - submit:\n",
      '2: the arguments of "submit" are empty; write a mapping, {} for none',
    ],
    [
      "a tool with text",
      "plan/1:\n  - calls:\n      - bash: ls\n",
      '3: the arguments of "bash" are the text "ls"; write a mapping, {} for none',
    ],
    ["two short calls", "plan/1:\n  - a: {}\n    b: {}\n", '3: "b" is a second call; list both under calls'],
    [
      "a short call beside calls",
      "plan/1:\n  - calls: [{ a: {} }]\n    b: {}\n",
      '3: "b" stands beside calls; put it into the list',
    ],
    [
      "two calls in one entry",
      "plan/1:\n  - calls:\n      - a: {}\n        b: {}\n",
      '4: "b" is a second call; begin it with -',
    ],
    [
      "calls that are no list",
      "plan/1:\n  - calls: { a: {} }\n",
      "2: calls is a mapping; write a list of - TOOL: { … }",
    ],
    [
      "a call that is text",
      "plan/1:\n  - calls:\n      - ls\n",
      '3: a call is the text "ls"; write TOOL: { … }',
    ],
    ["no text to say", "plan/1:\n  - say: 5\n", "2: 5 is no text; put text in quotes"],
    [
      "a strange stop",
      "plan/1:\n  - { say: x, stop: ends }\n",
      '2: the text "ends" is none of end, calls, length, refusal, pause, context-full; did you mean "end"?',
    ],
    [
      "a strange class",
      "plan/1:\n  - { fail: { class: overlaoded } }\n",
      '2: the text "overlaoded" is none of rate-limit, overloaded, server, network, stalled, protocol, auth, bad-request, context-full, missing-script, wrong-model; did you mean "overloaded"?',
    ],
    [
      "a failure without class",
      "plan/1:\n  - { fail: { times: 1 }, say: x }\n",
      "2: missing is none of rate-limit, overloaded, server, network, stalled, protocol, auth, bad-request, context-full, missing-script, wrong-model",
    ],
    [
      "no times",
      "plan/1:\n  - { fail: { class: auth, times: 0 }, say: x }\n",
      "2: 0 is no count; give a whole number from 1 on",
    ],
    [
      "half a usage",
      "plan/1:\n  - say: x\n    usage: { input: 1 }\n",
      "3: usage has no output; give both input and output, or leave usage out",
    ],
    [
      "a misspelled token",
      "plan/1:\n  - say: x\n    usage: { input: 1, outptu: 1 }\n",
      '3: unknown key "outptu" in usage; did you mean "output"?',
    ],
    [
      "a broken count",
      "plan/1:\n  - say: x\n    usage:\n      input: 1.5\n      output: 1\n",
      "4: 1.5 is no count; give a whole number from 0 on",
    ],
    [
      "more cache than input",
      "plan/1:\n  - say: x\n    usage: { input: 1, output: 1, cache_read: 2 }\n",
      "3: the cache's tokens are more than input; input holds them",
    ],
    [
      "a long delay",
      "delay_ms: 1e9\nplan/1: [x]\n",
      "1: delay_ms is 1000000000; give milliseconds from 0 to 600000",
    ],
    [
      "a price of one half",
      "price: { input: 1 }\nplan/1: [x]\n",
      "1: output is missing; give dollars per million tokens, 0 or more",
    ],
    [
      "a misspelled price",
      "price: { input: 1, output: 1, cached: 1 }\nplan/1: [x]\n",
      '1: unknown key "cached" in price; known are input, output, cache_read, cache_write',
    ],
    [
      "no JSON",
      "plan/1:\n  - a:\n      b: .inf\n",
      "3: Infinity is nothing that JSON can say; put it in quotes",
    ],
    [
      "a dropped !",
      "plan/1:\n  - bash:\n      command: ! grep x\n",
      '3: "!" is a YAML tag and would be dropped; put text that begins with ! in quotes',
    ],
    ["the same key twice", "plan/1: [x]\nplan/1: [y]\n", "2: broken YAML: Map keys must be unique"],
    [
      "the same key in two documents",
      "plan/1: [x]\n---\n# more\nplan/1: [y]\n",
      '4: "plan/1" is there already, in another document; keep one',
    ],
    [
      "a star that is an alias",
      "plan/1: [x]\n*/1: [y]\n",
      "2: broken YAML: Implicit map keys need to be followed by map values; put a key that begins with * in quotes",
    ],
    [
      "an unclosed bracket",
      "plan/1: [x\n",
      "2: broken YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    [
      "a wait below nothing",
      "plan/1:\n  - fail: { class: server, retry_after: -1 }\n",
      "2: retry_after is -1; give seconds, 0 or more",
    ],
    [
      "a misspelled word of a failure",
      "plan/1:\n  - fail: { class: server, retry_afer: 1 }\n",
      '2: unknown key "retry_afer" in fail; did you mean "retry_after"?',
    ],
    [
      "usage in a word",
      "plan/1:\n  - { say: x, usage: nothing }\n",
      '2: usage is the text "nothing"; write key: value',
    ],
    [
      "arguments that are none and no text",
      "plan/1:\n  - calls:\n      - tool: bash\n        raw: { a: 1 }\n",
      "4: a mapping is no text; put text in quotes",
    ],
    [
      "behind an alias",
      "plan/1:\n  - &a { say: x, usage: { input: z, output: 1 } }\nplan/2:\n  - *a\n",
      '2: the text "z" is no count; give a whole number from 0 on',
    ],
  ])("%s", async (_name, script, what) => {
    const said = await refusal(opened(script));
    const [, line = ""] = /script\.yaml:(.*)$/.exec(said) ?? [];
    expect(line.trim()).toContain(what);
    expect(said).not.toMatch(/[\n\r]/);
  });

  test("a file that is none, or no text", async () => {
    const dir = await scriptFolder(new Uint8Array([0x61, 0xff, 0xfe]));
    const open = async (file: string): Promise<string> =>
      refusal(scriptedModel({ name: "scripted/x", file: join(dir, file), price: null }));
    expect(await open("script.yaml")).toMatch(/: it is not UTF-8; save it as UTF-8$/);
    expect(await open("other.yaml")).toMatch(
      /other\.yaml: there is no such script; check the name after scripted\/$/,
    );
    expect(await open("")).toMatch(/: it is no regular file; name a script$/);
  });

  test("a bomb of aliases", async () => {
    const lines = Array.from(
      { length: 12 },
      (_, i) => `  - say: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`,
    );
    const script = `plan/1:\n  - bash: { x: &a0 [x] }\n${lines.join("\n")}\n`;
    expect(await refusal(opened(script))).toContain("alias");
  });
});

describe("alternatives by what is asked", () => {
  const script = `
case/c1/*:
  - when: Answer with the number alone
    turns: ["42", "43"]
  - when: [be polite, "name: Ann"]
    not: [in German, in French]
    turns: [Dear Ann]
  - turns: [I think it might be 42.]
case/*/2: [second sample]
`;
  const c1 = { thread: "case/c1/1" };
  const user = (...texts: readonly string[]): ModelRequest["messages"] =>
    texts.map((text) => ({ role: "user", parts: [{ type: "text", text }] }));

  test.each([
    ["in the system message", { ...c1, system: "Answer with the number alone." }, "42"],
    ["in a message", { ...c1, messages: user("What?", "Answer with the number alone.") }, "42"],
    ["however lines are broken", { ...c1, system: "Answer with\n  the number\nalone." }, "42"],
    [
      "in another case of letters it does not stand",
      { ...c1, system: "answer with the number alone" },
      "I think it might be 42.",
    ],
    ["of two texts one is not enough", { ...c1, system: "be polite" }, "I think it might be 42."],
    [
      "two texts, in system and messages",
      { ...c1, system: "be polite", messages: user("name: Ann") },
      "Dear Ann",
    ],
    [
      "any text of not stands",
      { ...c1, system: "be polite in French", messages: user("name: Ann") },
      "I think it might be 42.",
    ],
    ["the first that fits", { ...c1, system: "Answer with the number alone, be polite, name: Ann" }, "42"],
    [
      "turns are counted in the alternative",
      { ...c1, turn: 2, system: "Answer with the number alone" },
      "43",
    ],
    [
      "a key without stars goes before",
      { thread: "case/c1/2", system: "nothing" },
      "I think it might be 42.",
    ],
    ["the other key", { thread: "case/c2/2", system: "Answer with the number alone" }, "second sample"],
  ])("%s", async (_name, given, said) => {
    const model = await opened(script);
    expect(shown(await ask(model, { system: "", messages: [], ...given }))).toBe(`${said} | end`);
  });

  test("results count, the arguments of calls do not", async () => {
    const model = await opened(
      "task/a/*:\n  - { when: seen it, turns: [yes, found] }\n  - turns: [{ bash: {} }, not yet]\n",
    );
    const call = { type: "call", id: "1", tool: "bash", args: { command: "echo seen it" } } as const;
    const after = (text: string): Partial<ModelRequest> => ({
      thread: "task/a/1",
      turn: 2,
      messages: [
        { role: "assistant", parts: [call] },
        { role: "user", parts: [{ type: "result", id: "1", text, error: false }] },
      ],
    });
    expect(shown(await ask(model, after("seen  it\n")))).toBe("found | end");
    expect(shown(await ask(model, after("nothing")))).toBe("not yet | end");
  });

  test("where none fits the next key answers, and at last it is told", async () => {
    const model = await opened("case/a/*:\n  - { when: x, turns: [one] }\ncase/*/1: [two]\n");
    expect(shown(await ask(model, { thread: "case/a/1", system: "y", messages: [] }))).toBe("two | end");
    expect(shown(await ask(model, { thread: "case/a/2", system: "y", messages: [] }))).toBe(
      "missing-script: scripted/script.yaml has no turn 1 of case/a/2; of case/a/* no alternative fits what is asked; add one without when",
    );
    expect(shown(await ask(model, { thread: "case/a/1", turn: 2, system: "x" }))).toBe(
      "missing-script: scripted/script.yaml has no turn 2 of case/a/1; case/a/* has 1 turn",
    );
  });

  test("a tool may be called when, not or turns", async () => {
    const model = await opened("plan/1:\n  - { when: { at: 1 } }\n  - { turns: {} }\n");
    expect(shown(await ask(model, { thread: "plan/1" }))).toBe('when{"at":1} | calls');
    expect(shown(await ask(model, { thread: "plan/1", turn: 2 }))).toBe("turns{} | calls");
  });

  const word = fc.stringMatching(/^[a-c]{1,3}$/);
  const way = fc.record({ when: fc.array(word, { maxLength: 2 }), not: fc.array(word, { maxLength: 2 }) });
  test("the first whose texts all stand, and none of not, answers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(way, { minLength: 1, maxLength: 4 }),
        fc.array(word),
        fc.array(word),
        async (ways, system, told) => {
          const turns = (index: number) => [`way ${index}`];
          const conditional = ways.map(({ when, not }, index) => ({
            when: ["a", ...when],
            ...(not.length > 0 && { not }),
            turns: turns(index),
          }));
          const model = await opened(
            JSON.stringify({ "case/c.1:x/*": [...conditional, { turns: turns(ways.length) }] }),
          );
          const all = `${system.join(" ")}\n${told.join(" ")}`;
          const first = conditional.findIndex(
            ({ when, not = [] }) =>
              when.every((one) => all.includes(one)) && !not.some((one) => all.includes(one)),
          );
          const given = { thread: "case/c.1:x/3", system: system.join(" "), messages: user(told.join("  ")) };
          expect(shown(await ask(model, given))).toBe(`way ${first < 0 ? ways.length : first} | end`);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test.each(["hello", "orders"])("the script of the example %s can be opened", async (name) => {
  const file = new URL(`../../../examples/${name}/script.yaml`, import.meta.url).pathname;
  const model = await scriptedModel({ name: `scripted/${name}`, file, price: null });
  expect(shown(await ask(model, { thread: "plan/1", turn: name === "hello" ? 1 : 2 }))).toContain(
    "submit_plan{",
  );
});
