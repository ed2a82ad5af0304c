import { describe, expect, test } from "vitest";
import { encodeText } from "../../src/core/canonical.ts";
import type { Json } from "../../src/core/canonical.ts";
import type { Entry } from "../../src/core/event.ts";
import type {
  ModelErrorClass,
  ModelRequest,
  ModelResponse,
  Part,
  Stop,
  Usage,
} from "../../src/core/model.ts";
import { quietExit } from "../memory/sandbox.ts";
import { call, complete, ground, plan, submit } from "./ground.ts";
import type { Ground, GroundOptions } from "./ground.ts";

/**
 * What the loop makes of each kind of fault of a model: one row each, with what the journal shows from then on, and the
 * exact words the model is told. What a provider must send for a model to fail so is in
 * `tests/edges/models/fault-matrix.test.ts`.
 */
interface Row {
  readonly fault: string;
  /** The named behaviour. */
  readonly does: string;
  /** Whose calls go wrong; the worker's if left out. */
  readonly who?: "plan" | "task" | "judge";
  /** What comes instead of an honest answer, by how often that role was asked; null: the honest one. */
  readonly answer: (nth: number) => readonly Part[] | ModelResponse | null;
  readonly shows: readonly string[];
  /** The words in the request after the first answer. */
  readonly told?: readonly unknown[];
  readonly options?: Partial<GroundOptions>;
}

const nothing: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** `status`: null inside an answer that had begun. */
const failing = (
  kind: ModelErrorClass,
  { status = null, retryAfterMs = null, usage = null }: Partial<Failing> = {},
): ModelResponse => ({
  outcome: "failed",
  error: { class: kind, message: "why", status, retryAfterMs },
  usage,
});
interface Failing {
  readonly status: number | null;
  readonly retryAfterMs: number | null;
  readonly usage: Usage | null;
}

const once =
  (said: readonly Part[] | ModelResponse) =>
  (nth: number): readonly Part[] | ModelResponse | null =>
    nth === 1 ? said : null;
const always = (said: readonly Part[] | ModelResponse) => (): readonly Part[] | ModelResponse => said;
const first =
  (count: number, said: readonly Part[] | ModelResponse) =>
  (nth: number): readonly Part[] | ModelResponse | null =>
    nth <= count ? said : null;

/** `print …` prints a hundred lines. */
const printing: NonNullable<GroundOptions["exec"]> = (_name, command, run) =>
  command.startsWith("print ")
    ? { ...quietExit, output: encodeText("one line of many\n".repeat(100)) }
    : run();

const text = (words: string): Part => ({ type: "text", text: words });
const put = call("bash", { command: "put a.txt ok" });
const raw = (json: string): Part => ({ type: "call", id: "c1", tool: "bash", args: null, raw: json });
const ending = (stop: Stop, ...parts: readonly Part[]): ModelResponse =>
  ({ ...complete(parts), stop }) as ModelResponse;
const using = (usage: Usage | null, ...parts: readonly Part[]): ModelResponse => ({
  ...complete(parts),
  usage,
});

/** A worker's way from its next turn on, when nothing more goes wrong. */
const onwards = (turn: number, attempt = 1): readonly string[] => [
  `${turn}.${attempt} calls, as counted`,
  `call ${turn}/0 ok`,
  `${turn + 1}.1 calls, as counted`,
  `call ${turn + 1}/0 ok`,
  "attempt accepted",
  "run met",
];
const stuck = (kind: string, why: string): string => `parked at ${kind}: ${why}`;
const outage = (kind: ModelErrorClass, thread = "task/a/1"): string =>
  stuck("outage", `the model does not answer / ${thread}: ${kind}: why`);

const silence =
  "Your answer called no tool, so nothing happened. Work goes on only through tools; when it is finished, call submit.";

/** Failed, and asked again: a request and a reservation each. */
const failures: readonly Row[] = [
  {
    fault: "a rate limit that says how long",
    does: "costs nothing, is waited out, asked again",
    answer: once(failing("rate-limit", { status: 429, retryAfterMs: 7000 })),
    shows: ["1.1 rate-limit, free, again after 7 s", ...onwards(1, 2)],
  },
  {
    fault: "a rate limit without a word",
    does: "costs nothing, is asked again after a second, then two, then four",
    answer: first(3, failing("rate-limit", { status: 429 })),
    shows: [
      "1.1 rate-limit, free, again after 1 s",
      "1.2 rate-limit, free, again after 2 s",
      "1.3 rate-limit, free, again after 4 s",
      ...onwards(1, 4),
    ],
  },
  {
    fault: "a rate limit of ten minutes",
    does: "costs nothing, is waited out",
    answer: once(failing("rate-limit", { status: 429, retryAfterMs: 600_000 })),
    shows: ["1.1 rate-limit, free, again after 600 s", ...onwards(1, 2)],
  },
  {
    fault: "overloaded, by its status",
    does: "costs nothing, asked again",
    answer: once(failing("overloaded", { status: 529 })),
    shows: ["1.1 overloaded, free, again after 1 s", ...onwards(1, 2)],
  },
  {
    fault: "overloaded, inside an answer",
    does: "charged as reserved, asked again",
    answer: once(failing("overloaded")),
    shows: ["1.1 overloaded, as reserved, again after 1 s", ...onwards(1, 2)],
  },
  {
    fault: "a server's error, by its status",
    does: "costs nothing, asked again",
    answer: once(failing("server", { status: 500 })),
    shows: ["1.1 server, free, again after 1 s", ...onwards(1, 2)],
  },
  {
    fault: "a server's error, inside an answer",
    does: "charged as reserved, asked again",
    answer: once(failing("server")),
    shows: ["1.1 server, as reserved, again after 1 s", ...onwards(1, 2)],
  },
  {
    fault: "no connection",
    does: "costs nothing, asked again",
    answer: once(failing("network", { usage: nothing })),
    shows: ["1.1 network, free, again after 1 s", ...onwards(1, 2)],
  },
  {
    fault: "an answer that breaks off",
    does: "charged as reserved, asked again",
    answer: once(failing("network")),
    shows: ["1.1 network, as reserved, again after 1 s", ...onwards(1, 2)],
  },
  {
    fault: "silence",
    does: "charged as reserved, asked again",
    answer: once(failing("stalled")),
    shows: ["1.1 stalled, as reserved, again after 1 s", ...onwards(1, 2)],
  },
  {
    fault: "an answer that makes no sense",
    does: "charged as reserved, asked again",
    answer: once(failing("protocol")),
    shows: ["1.1 protocol, as reserved, again after 1 s", ...onwards(1, 2)],
  },
  {
    fault: "a page to log in",
    does: "costs nothing, asked again",
    answer: once(failing("protocol", { status: 200, usage: nothing })),
    shows: ["1.1 protocol, free, again after 1 s", ...onwards(1, 2)],
  },
  {
    fault: "five free failures in a row",
    does: "the model is left alone for half a minute, then asked again",
    answer: first(5, failing("server", { status: 500 })),
    shows: [
      ...[1, 2, 4, 8].map((s, index) => `1.${index + 1} server, free, again after ${s} s`),
      "1.5 server, free, again after 16 s",
      ...onwards(1, 6),
    ],
  },
  {
    fault: "failures of a fallback's own model",
    does: "after as many as break the circuit the fallback is asked",
    answer: always(failing("server", { status: 500 })),
    options: { limits: { breaker: 2 }, fallback: () => [] },
    shows: [
      "1.1 server, free, again after 1 s",
      "1.2 server, free, again after 2 s",
      ...onwards(1, 3).map((line) =>
        line.replace(" calls, as counted", " calls of the fallback, as counted"),
      ),
    ],
  },
];

/** Failed for good: a person is told why. */
const parkings: readonly Row[] = [
  ...(["network", "stalled", "protocol", "server", "overloaded"] as const).map((kind): Row => ({
    fault: `${kind} again and again, which may have cost`,
    does: "parked after three tries, each charged as reserved",
    answer: always(failing(kind)),
    shows: [
      `1.1 ${kind}, as reserved, again after 1 s`,
      `1.2 ${kind}, as reserved, again after 2 s`,
      `1.3 ${kind}, as reserved, again after 4 s`,
      outage(kind),
    ],
  })),
  ...(["auth", "bad-request", "missing-script"] as const).map((kind): Row => ({
    fault: `${kind}, which no waiting mends`,
    does: "parked at once",
    answer: always(failing(kind, { status: 400 })),
    shows: [`1.1 ${kind}, free, again after 1 s`, outage(kind)],
  })),
  {
    fault: "another model, which says what it cost",
    does: "parked at once, charged as counted",
    answer: always(failing("wrong-model", { usage: { ...nothing, input: 17, output: 9 } })),
    shows: ["1.1 wrong-model, as counted, again after 1 s", outage("wrong-model")],
  },
  {
    fault: "another model, which does not say what it cost",
    does: "parked at once, charged as reserved",
    answer: always(failing("wrong-model")),
    shows: ["1.1 wrong-model, as reserved, again after 1 s", outage("wrong-model")],
  },
  {
    fault: "a key that is refused, with a fallback",
    does: "the fallback is asked at once",
    answer: always(failing("auth", { status: 401 })),
    options: { fallback: () => [] },
    shows: [
      "1.1 auth, free, again after 1 s",
      ...onwards(1, 2).map((line) =>
        line.replace(" calls, as counted", " calls of the fallback, as counted"),
      ),
    ],
  },
  {
    fault: "a request that is refused, with a fallback",
    does: "parked at once: the fallback would be asked the same",
    answer: always(failing("bad-request", { status: 400 })),
    options: { fallback: () => [] },
    shows: ["1.1 bad-request, free, again after 1 s", outage("bad-request")],
  },
  {
    fault: "a planner's key that is refused",
    does: "parked at once",
    who: "plan",
    answer: always(failing("auth", { status: 401 })),
    shows: ["1.1 auth, free, again after 1 s", outage("auth", "plan/1")],
  },
];

/** More than fits. */
const overflows: readonly Row[] = [
  {
    fault: "nothing more fits in the first turn",
    does: "a failed attempt: nothing can be made smaller",
    answer: once(failing("context-full", { status: 400 })),
    shows: ["1.1 context-full, free, again after 1 s", "attempt gave-up", ...onwards(1)],
  },
  {
    fault: "nothing more fits later on",
    does: "the context is made smaller, then asked again",
    answer: (nth) =>
      nth <= 2 ? [call("bash", { command: `print ${nth}` })] : nth === 3 ? failing("context-full") : null,
    options: { exec: printing },
    shows: [
      "1.1 calls, as counted",
      "call 1/0 ok",
      "2.1 calls, as counted",
      "call 2/0 ok",
      "3.1 context-full, free, again after 1 s",
      "compacted through 1",
      ...onwards(3, 2),
    ],
  },
  {
    fault: "an answer that ends because nothing more fits",
    does: "the context is made smaller, and the work goes on",
    answer: once(ending("context-full", text("I was about"))),
    shows: ["1.1 context-full, as counted", "compacted through 1", ...onwards(2)],
    told: [
      "Your last answer broke off because nothing more fitted; older turns were shortened. Go on.",
      expect.stringMatching(/^\[Turns 1 to 1 were shortened to save room\./),
    ],
  },
];

/** Whole answers of which the model is told what was wrong. */
const notes: readonly Row[] = [
  {
    fault: "arguments that are no JSON",
    does: "nothing is run, and the model is told",
    answer: once([raw('{"command": oops}')]),
    shows: ["1.1 calls, as counted", "call 1/0 refused", ...onwards(2)],
    told: ["The arguments of bash were no JSON object; nothing was run. Send the call again, complete."],
  },
  {
    fault: "arguments that lack something",
    does: "nothing is run, and the model is told what is missing",
    answer: once([call("bash", { comand: "put a.txt ok" })]),
    shows: ["1.1 calls, as counted", "call 1/0 refused", ...onwards(2)],
    told: [
      'The arguments of bash are not valid; nothing was run.\n✖ Unrecognized key: "comand"\n✖ Invalid input: expected string, received undefined\n  → at command',
    ],
  },
  {
    fault: "a tool that is not there",
    does: "nothing is run, and the model is told which there are",
    answer: once([call("rm_everything", {})]),
    shows: ["1.1 calls, as counted", "call 1/0 refused", ...onwards(2)],
    told: [
      'There is no tool "rm_everything" here. Tools: bash, read_file, write_file, edit_file, search, submit.',
    ],
  },
  {
    fault: "the tool of another role",
    does: "nothing is run, and the model is told which there are",
    answer: once([call("submit_verdict", { scores: [], explanation: "good" })]),
    shows: ["1.1 calls, as counted", "call 1/0 refused", ...onwards(2)],
    told: [
      'There is no tool "submit_verdict" here. Tools: bash, read_file, write_file, edit_file, search, submit.',
    ],
  },
  {
    fault: "half a call at the limit of length",
    does: "nothing is run, and the model is told both",
    answer: once(ending("length", raw('{"command": "put a'))),
    shows: ["1.1 length, as counted", "call 1/0 refused", ...onwards(2)],
    told: [
      "The arguments of bash were no JSON object; nothing was run. Send the call again, complete.",
      "Your last answer was cut at its length limit. Go on in smaller steps.",
    ],
  },
  {
    fault: "a whole call and half a one at the limit of length",
    does: "the whole one is run",
    answer: once(ending("length", call("bash", { command: "put b.txt b" }), raw('{"comm'))),
    shows: ["1.1 length, as counted", "call 1/0 ok", "call 1/1 refused", ...onwards(2)],
    told: [
      "[exit 0]\n[changed: b.txt]",
      "The arguments of bash were no JSON object; nothing was run. Send the call again, complete.",
      "Your last answer was cut at its length limit. Go on in smaller steps.",
    ],
  },
  {
    fault: "an answer without anything",
    does: "the model is told that nothing happened",
    answer: once([]),
    shows: ["1.1 end, as counted", ...onwards(2)],
    told: [silence],
  },
  {
    fault: "white space",
    does: "the model is told that nothing happened",
    answer: once([text(" \n\t")]),
    shows: ["1.1 end, as counted", ...onwards(2)],
    told: [silence],
  },
  {
    fault: "a refusal",
    does: "the model is told to do what it has no objection to",
    answer: once(ending("refusal", text("No."))),
    shows: ["1.1 refusal, as counted", ...onwards(2)],
    told: [
      "Your last answer was a refusal. Do what you can of the work that you have no objection to, then call submit and say what you left undone and why.",
    ],
  },
  {
    fault: "four pauses in a row",
    does: "the model is told to go on each time; a pause is no silence",
    answer: first(4, ending("pause", text("Hm."))),
    shows: [...[1, 2, 3, 4].map((turn) => `${turn}.1 pause, as counted`), ...onwards(5)],
    told: ["Go on."],
  },
  {
    fault: "66 calls in one answer",
    does: "64 are run, and the model is told of the others",
    answer: once(
      Array.from({ length: 66 }, (_, nth) => call("bash", { command: `put f${nth} ${nth}` }, `c${nth}`)),
    ),
    shows: [
      "1.1 calls, as counted",
      ...Array.from({ length: 64 }, (_, nth) => `call 1/${nth} ok`),
      ...onwards(2),
    ],
    told: [
      ...Array.from({ length: 64 }, (_, nth) => `[exit 0]\n[changed: f${nth}]`),
      "Your last answer had 66 calls; only the first 64 were run. Call the others again if you still need them, fewer at a time.",
    ],
  },
  {
    fault: "something after the submission",
    does: "nothing is taken, and the model is told; what follows is run",
    answer: once([submit(), call("bash", { command: "put b.txt b" })]),
    shows: ["1.1 calls, as counted", "call 1/0 error", "call 1/1 ok", ...onwards(2)],
    told: ["Nothing was taken: submit must be the last call of its turn.", "[exit 0]\n[changed: b.txt]"],
  },
  {
    fault: "no usage",
    does: "charged as reserved",
    answer: once(using(null, put)),
    shows: ["1.1 calls, as reserved", ...onwards(1).slice(1)],
  },
  {
    fault: "usage far above what was reserved",
    does: "charged as counted",
    answer: once(using({ ...nothing, input: 90_000_000, output: 5 }, put)),
    options: { limits: { compactAt: 1_000_000_000 } },
    shows: onwards(1),
  },
];

/** Answers that come to nothing, again and again: never without bound. */
const circles: readonly Row[] = [
  {
    fault: "three silences in a row",
    does: "a failed attempt, and another one",
    answer: first(3, [text("I am done.")]),
    shows: [...[1, 2, 3].map((turn) => `${turn}.1 end, as counted`), "attempt gave-up", ...onwards(1)],
    told: [silence],
  },
  {
    fault: "silence without end",
    does: "three failed attempts, then parked",
    answer: always([]),
    shows: [
      ...Array.from({ length: 3 }, () => [
        ...[1, 2, 3].map((turn) => `${turn}.1 end, as counted`),
        "attempt gave-up",
      ]).flat(),
      stuck(
        "attempts",
        "its attempts are used up / The last attempt was given up: it answered several times without calling a tool; saying that work is done does not finish it.",
      ),
    ],
  },
  {
    fault: "the same call with the same result",
    does: "a failed attempt, and another one",
    answer: first(3, [call("bash", { command: "exists nothing" })]),
    shows: [
      ...[1, 2, 3].flatMap((turn) => [`${turn}.1 calls, as counted`, `call ${turn}/0 error`]),
      "attempt gave-up",
      ...onwards(1),
    ],
  },
  {
    fault: "pauses without end",
    does: "its turns are used up, then parked",
    answer: always(ending("pause")),
    options: { limits: { turns: 4, attempts: 1 } },
    shows: [
      ...[1, 2, 3, 4].map((turn) => `${turn}.1 pause, as counted`),
      "attempt exhausted",
      stuck(
        "attempts",
        "its attempts are used up / The last attempt was given up: it used all its turns without submitting.",
      ),
    ],
  },
];

/** What planner and evaluator do wrong. */
const others: readonly Row[] = [
  {
    fault: "a plan that is none",
    does: "all that is wrong is told at once",
    who: "plan",
    answer: once([plan({ id: "x", title: "x", instructions: "x", needs: ["y"], criteria: [] })]),
    shows: [
      "1.1 calls, as counted",
      "call 1/0 error",
      "plan rejected",
      "2.1 calls, as counted",
      "call 2/0 ok",
      "run met",
    ],
    told: [
      'The plan was not taken. Mend all of this and submit the whole plan again:\n- task "x" has no criterion; say how its result is judged\n- task "x" needs "y", which is no task',
    ],
  },
  {
    fault: "a plan in words",
    does: "the model is told that nothing happened",
    who: "plan",
    answer: once([text("First we write a.txt.")]),
    shows: ["1.1 end, as counted", "2.1 calls, as counted", "call 2/0 ok", "run met"],
    told: [silence.replace("call submit.", "call submit_plan.")],
  },
  {
    fault: "words for a plan, without end",
    does: "parked: no plan",
    who: "plan",
    answer: always([text("First we write a.txt.")]),
    shows: [
      ...[1, 2, 3].map((turn) => `${turn}.1 end, as counted`),
      stuck("plan", "no plan that can be carried out / planning 1 was given up"),
    ],
  },
  {
    fault: "a verdict in prose",
    does: "the model is told that nothing happened, and nobody has passed",
    who: "judge",
    answer: once([text("I rate this 0.9 of 1: pass!")]),
    shows: ["1.1 end, as counted", "2.1 calls, as counted", "call 2/0 ok", "run met"],
    told: [silence.replace("call submit.", "call submit_verdict.")],
  },
  {
    fault: "a score that is a word",
    does: "nothing is taken, and the model is told",
    who: "judge",
    answer: once([
      call("submit_verdict", {
        scores: [{ criterion: "good", score: "high", explanation: "nice" }],
        explanation: "nice",
      }),
    ]),
    shows: ["1.1 calls, as counted", "call 1/0 refused", "2.1 calls, as counted", "call 2/0 ok", "run met"],
    told: [
      "The arguments of submit_verdict are not valid; nothing was run.\n✖ Invalid input: expected number, received string\n  → at scores[0].score",
    ],
  },
  {
    fault: "a verdict without a score that was asked for",
    does: "nothing is taken, and the model is told which",
    who: "judge",
    answer: once([call("submit_verdict", { scores: [], explanation: "nice" })]),
    shows: ["1.1 calls, as counted", "call 1/0 error", "2.1 calls, as counted", "call 2/0 ok", "run met"],
    told: ["Scores are missing for: good. Submit all of them again."],
  },
  {
    fault: "a verdict in prose, without end",
    does: "the grading is invalid; after three of them parked",
    who: "judge",
    answer: always([text("pass")]),
    shows: [
      ...Array.from({ length: 3 }, () => [
        ...[1, 2, 3].map((turn) => `${turn}.1 end, as counted`),
        "no verdict",
      ]).flat(),
      stuck("judging", "its result could not be judged / task a"),
    ],
  },
];

describe.each([
  ["failures that pass", failures],
  ["failures that stay", parkings],
  ["contexts that are full", overflows],
  ["answers with something wrong", notes],
  ["answers that lead nowhere", circles],
  ["planner and evaluator", others],
] as const)("%s", (_name, rows) => {
  test.each(rows)("$fault → $does", async (row) => {
    const played = await play(row);
    expect(played.shows).toEqual(row.shows);
    if (row.told !== undefined) expect(played.told).toEqual(row.told);
    expect(played.reservations).toEqual([...new Set(played.reservations)]);
    expect(played.unlike).toEqual([]);
  });
});

test("no family has a row twice, and there are more than thirty", () => {
  const faults = [failures, parkings, overflows, notes, circles, others].flat().map(({ fault }) => fault);
  expect(faults.length).toBeGreaterThan(30);
  expect(faults.toSorted()).toEqual([...new Set(faults)].toSorted());
});

interface Played {
  readonly shows: readonly string[];
  readonly told: readonly string[];
  /** Each call of a model, by thread, turn and try. */
  readonly reservations: readonly string[];
  /** Tries whose request is not the one of the try before. */
  readonly unlike: readonly string[];
}

async function play(row: Row): Promise<Played> {
  const who = row.who ?? "task";
  const requests: ModelRequest[] = [];
  let asked = 0;
  const wrong = (): readonly Part[] | ModelResponse | null => row.answer((asked += 1));
  const hasFallback = row.options?.fallback !== undefined;
  const made = await ground({
    ...row.options,
    says: (thread, turn) => (thread.startsWith(who) ? wrong() : null) ?? inTurn(thread, turn),
    ...(hasFallback ? { fallback: inTurn } : {}),
    sees: (request) => {
      requests.push(request);
      // Only `says` and `fallback` know which of the two is asked.
      if (hasFallback) return null;
      return (request.thread.startsWith(who) ? wrong() : null) ?? honest(request, who);
    },
  });
  await made.go();
  const entries = await made.entries();
  const own = requests.filter(({ thread }) => thread.startsWith(who));
  return {
    shows: await tale(made, entries, who),
    told: wordsOf(own[1]),
    reservations: entries.flatMap((entry) =>
      entry.type === "model-started" && entry.body.reserved.input > 0 ? [nameOf(entry.body)] : [],
    ),
    unlike: own.flatMap((request, index) => (isAsBefore(request, own[index - 1]) ? [] : [nameOf(request)])),
  };
}

const nameOf = ({ thread, turn, try: attempt }: { thread: string; turn: number; try: number }): string =>
  `${thread}#${turn}.${attempt}`;

/** A try asks what the one before asked, or less when the context was made smaller. */
function isAsBefore(request: ModelRequest, before: ModelRequest | undefined): boolean {
  if (request.try === 1 || before === undefined) return true;
  const [now, then] = [request, before].map(({ messages }) => JSON.stringify(messages));
  return now === then || (now ?? "").length < (then ?? "").length;
}

const task = (who: string): Json => ({
  id: "a",
  title: "a is written",
  instructions: "write a.txt",
  needs: [],
  criteria: [
    { id: "written", type: "command", run: "has a.txt ok" },
    ...(who === "judge" ? [{ id: "good", type: "rubric", rubric: "is it good work" }] : []),
  ],
});

const inTurn = (thread: string, turn: number): readonly Part[] => {
  if (thread.startsWith("plan/")) return [plan(task("task"))];
  return turn === 1 ? [put] : [submit()];
};

/** Does the work once it sees that it is not done. */
function honest({ thread, messages }: ModelRequest, who: string): readonly Part[] {
  if (thread.startsWith("plan/")) return [plan(task(who))];
  if (thread.startsWith("judge/")) {
    const scores = [{ criterion: "good", score: 0.9, explanation: "as asked" }];
    return [call("submit_verdict", { scores, explanation: "as asked" })];
  }
  const isDone = JSON.stringify(messages).includes(`[changed: a.txt]`);
  return isDone ? [submit()] : [put];
}

/** Results and words, without the last line: what is left of turns and budgets. */
function wordsOf(request: ModelRequest | undefined): readonly string[] {
  const parts = request?.messages.at(-1)?.parts ?? [];
  return parts.flatMap((part) => {
    if (part.type === "result") return [part.text];
    return part.type === "text" ? part.text.split("\n\n").filter((line) => !line.startsWith("[turn ")) : [];
  });
}

/** What the journal shows of one role's threads, a line for each fact. */
async function tale(made: Ground, entries: readonly Entry[], who: string): Promise<readonly string[]> {
  const lines: string[] = [];
  let started: Extract<Entry, { type: "model-started" }>["body"] | null = null;
  for (const entry of entries) {
    if (entry.type === "model-started" && entry.body.thread.startsWith(who)) started = entry.body;
    if (entry.type === "model-ended" && entry.body.thread.startsWith(who) && started !== null)
      lines.push(answerLine(entry, started));
    const other = await otherLine(made, entry, who);
    if (other !== null) lines.push(other);
  }
  return lines;
}

type Ended = Extract<Entry, { type: "model-ended" }>;
type Started = Extract<Entry, { type: "model-started" }>["body"];

function answerLine({ at, body }: Ended, started: Started): string {
  const { turn, try: attempt, charged, usage, error, retryAt } = body;
  const isFree = charged.input + charged.output === 0 && charged.micros === 0;
  const isCounted = usage !== null && charged.input === usage.input && charged.output === usage.output;
  const isReserved = JSON.stringify(charged) === JSON.stringify(started.reserved);
  const price = isFree ? "free" : isCounted ? "as counted" : isReserved ? "as reserved" : "otherwise";
  const what = error?.class ?? `${body.stop}${started.model === "test/fallback" ? " of the fallback" : ""}`;
  const wait = retryAt === null ? "" : `, again after ${Math.round((retryAt - at) / 1000)} s`;
  return `${turn}.${attempt} ${what}, ${price}${wait}`;
}

async function otherLine(made: Ground, entry: Entry, who: string): Promise<string | null> {
  switch (entry.type) {
    case "call-ended":
      return entry.body.call.startsWith(who)
        ? `call ${entry.body.call.split("/").slice(-2).join("/")} ${entry.body.outcome}`
        : null;
    case "context-compacted":
      return `compacted through ${entry.body.throughTurn}`;
    case "attempt-ended":
      return who === "task" ? `attempt ${entry.body.outcome}` : null;
    case "plan-rejected":
      return "plan rejected";
    case "criterion-judged":
      return entry.body.result === "invalid" ? "no verdict" : null;
    case "escalation-raised":
      return `parked at ${entry.body.kind}: ${(await made.text(entry.body.card)).replaceAll("\n", " / ")}`;
    case "run-ended":
      return `run ${entry.body.outcome}`;
    default:
      return null;
  }
}
