import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Entry } from "../../../src/core/event.ts";
import type { Ports } from "../../../src/core/ports.ts";
import { collect } from "../../../src/cli/page/collect.ts";
import type { Collected } from "../../../src/cli/page/collect.ts";
import { pageOf } from "../../../src/cli/page/document.ts";
import { html, weight } from "../../../src/cli/page/html.ts";
import { visibleLines } from "../../../src/cli/view/visible.ts";
import { bounded } from "../../../src/cli/page/bounded.ts";
import { journalDisk, MemoryJournal } from "../../memory/journal.ts";
import { runId, simulate } from "../../simulation/simulate.ts";
import { parse } from "./markup.ts";
import type { Element } from "./markup.ts";

interface Past {
  readonly entries: readonly Entry[];
  readonly blobs: Ports["blobs"];
}

const manifest = [{ group: "code", key: "harness", value: "0.1.0" }];
const beside = { manifest, acceptedBy: null };

async function collected({ entries, blobs }: Past, count = entries.length): Promise<Collected> {
  const disk = journalDisk();
  disk.chains.set(runId, entries.slice(0, count));
  const now = (entries[count - 1]?.at ?? 0) + 5_000;
  return collect({ journal: new MemoryJournal({ disk }), blobs }, runId, {
    owner: null,
    now,
    redact: (text) => text,
  });
}

const told: { pasts: Past[] } = { pasts: [] };

/** Runs with crashes, until each of these has happened. */
beforeAll(async () => {
  const missing = new Set<string>([
    "escalation-answered",
    "approval-decided",
    "plan-rejected",
    "attempt-ended",
    "integration-ended",
    "effect-settled",
    "run-stopped",
    "task-dropped",
  ]);
  for (let seed = 1; missing.size > 0; seed += 1) {
    const { entries, disk } = await simulate(seed, true);
    if (entries.filter(({ type }) => missing.delete(type)).length > 0)
      told.pasts.push({ entries, blobs: disk.blobs });
  }
});

const elementNames = [
  ..."html head meta title style body a svg defs symbol circle path rect header p code h1 span dl div dt dd".split(
    " ",
  ),
  ..."details summary pre nav ul li main section h2 h3 h5 g use text tspan pattern article table thead".split(
    " ",
  ),
  ..."tbody tfoot tr th td ins del b footer".split(" "),
];
const attributeNames = [
  ..."lang charset http-equiv content name class href width height aria-hidden id viewBox cx cy r d x y rx".split(
    " ",
  ),
  ..."role aria-label aria-labelledby tabindex patternUnits patternTransform scope colspan".split(" "),
];

const values = (elements: readonly Element[], name: string): readonly string[] =>
  elements.flatMap(({ attributes }) => attributes.get(name) ?? []);

/** That a page is markup of ours and nothing else, loads nothing, and that what it leads to is there. */
function checkPage(page: string): ReturnType<typeof parse> {
  const parsed = parse(page);
  const { elements } = parsed;
  expect(elements.filter(({ name }) => !elementNames.includes(name))).toEqual([]);
  const used = new Set(elements.flatMap(({ attributes }) => [...attributes.keys()]));
  expect([...used].filter((name) => !attributeNames.includes(name))).toEqual([]);
  const ids = values(elements, "id");
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(
    values(elements, "href").filter((href) => !href.startsWith("#") || !ids.includes(href.slice(1))),
  ).toEqual([]);
  // What nobody could see, or what turns the text around it.
  expect(/(?!\n|\t)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u.exec(page)).toBeNull();
  return parsed;
}

describe("a page", () => {
  test("of a run as far as it had come at any time is ours alone, and leads to nothing that is not there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (which, at) => {
        const past = told.pasts[which % told.pasts.length];
        if (past === undefined) throw new Error("no run");
        const found = await collected(past, 2 + (at % (past.entries.length - 1)));
        const { elements } = checkPage(pageOf(found, beside));
        const boxes = elements.filter(({ attributes }) => attributes.get("class") === "box");
        expect(boxes.length).toBe(found.tasks.length);
        const attempts = elements.filter(({ attributes }) => attributes.get("class") === "attempt");
        expect(attempts.length).toBe(found.tale.attempts.size);
        expect(pageOf(found, beside)).toBe(pageOf(found, beside));
      }),
      { numRuns: 40 },
    );
  });

  test("ends with the run, or with the moment it was made, and knows every time in which nobody worked", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (which, at) => {
        const past = told.pasts[which % told.pasts.length];
        if (past === undefined) throw new Error("no run");
        const count = 2 + (at % (past.entries.length - 1));
        const { asOf, away, timeline } = await collected(past, count);
        const [seen, last] = [past.entries.slice(0, count), past.entries[count - 1]];
        const isOver = last?.type === "run-ended";
        expect(asOf).toBe((last?.at ?? 0) + (isOver ? 0 : 5_000));
        const owned = seen.filter(({ type }) => type === "run-owned").length;
        expect(away.length).toBe(owned - 1 + (isOver ? 0 : 1));
        const stops = seen.filter(({ type }, index) => type === "run-stopped" && index < count - 1);
        expect(away.slice(0, owned - 1).filter(({ why }) => why !== "crash").length).toBe(stops.length);
        expect([timeline.from, timeline.to]).toEqual([seen[0]?.at, asOf]);
      }),
      { numRuns: 40 },
    );
  });

  test("tells everything that was asked, with its answer, and every effect", async () => {
    const answers = new Set<string>();
    for (const past of told.pasts) {
      const { decided } = await collected(past);
      const count = (type: string): number => past.entries.filter((entry) => entry.type === type).length;
      const asked = (kind: string): number =>
        decided.decisions.filter((one) => one.kind.startsWith(kind)).length;
      expect(asked("approval")).toBe(count("approval-requested"));
      expect(asked("escalation")).toBe(count("escalation-raised"));
      expect(asked("effect in doubt")).toBe(count("effect-doubted"));
      for (const { kind, answer, by } of decided.decisions) {
        answers.add(`${kind}: ${answer}`);
        if (answer.startsWith("approved")) expect(by).not.toBe("");
      }
      const done = past.entries.filter(({ type, body }) => type === "call-ended" && body.effect === "done");
      expect(decided.effects.filter(({ word }) => word === "done").length).toBe(done.length);
    }
    expect([...answers]).toEqual(
      expect.arrayContaining(["approval: approved", "approval: rejected", "effect in doubt: did not happen"]),
    );
  });

  test("has no other style than the one its policy names, and allows nothing else", async () => {
    const [past] = told.pasts;
    if (past === undefined) throw new Error("no run");
    const { elements, styles } = parse(pageOf(await collected(past), beside));
    const [style = ""] = styles;
    const policy = elements.find(({ attributes }) => attributes.has("http-equiv"))?.attributes.get("content");
    const hash = createHash("sha256").update(style).digest("base64");
    expect(styles.length).toBe(1);
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(style).not.toMatch(/url\((?!#)|@import|@font-face/);
  });
});

/** What people, models, tools and files choose, by where it stands in what a page is made of. */
const chosen = new Set(
  "title goal told feedback words ended trouble explanation text about action by path patch summary instructions run rubric".split(
    " ",
  ),
);

/** The same, with another text wherever somebody else chose one. */
function spoilt(value: unknown, text: string, key = ""): unknown {
  if (typeof value === "string") return chosen.has(key) ? text : value;
  if (Array.isArray(value)) return value.map((one) => spoilt(one, text, key));
  if (value instanceof Map) return new Map([...value].map(([name, one]) => [name, spoilt(one, text, key)]));
  if (value === null || typeof value !== "object" || value instanceof Set) return value;
  const fields = Object.entries(value).map(([name, one]) => [name, spoilt(one, text, name)]);
  return Object.fromEntries(fields);
}

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        ..."</pre> </title> </style> <script>alert(1)</script> <!-- --> ]]> \" ' ` = &lt; & \u202e \0 \r \n <img/src=x> javascript: ${x} \ud800 \u2028 \u200b".split(
          " ",
        ),
        'onclick="x"',
        "x ",
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

describe("text of others", () => {
  test("adds no element and no attribute, whatever it is, and can be read", async () => {
    const pages = await Promise.all(told.pasts.slice(0, 3).map(async (past) => collected(past)));
    fc.assert(
      fc.property(fc.constantFrom(...pages), hostile, (page, text) => {
        const evil = spoilt(page, `${text}#`) as Collected;
        const rows = [{ group: text, key: text, value: text }];
        const { elements, text: shown } = checkPage(pageOf(evil, { manifest: rows, acceptedBy: text }));
        const calm = parse(pageOf(spoilt(page, "calm") as Collected, beside));
        const kinds = (all: readonly Element[]): string[] =>
          all
            // Titles wrap in boxes as they are long; patches have a line for each line.
            .filter(({ name }) => !["text", "ins", "del", "b"].includes(name))
            .map(({ name, attributes }) => [name, ...attributes.keys()].join(" "));
        expect(kinds(elements)).toEqual(kinds(calm.elements));
        if (/^[\x20-\x7e]+$/.test(text))
          expect(shown).toContain(text.trim().replaceAll(/\s+/g, " ").slice(0, 20));
      }),
      { numRuns: 60 },
    );
  });

  test("stays in its attribute and in its element, and comes out as it was made visible", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { elements, text: shown } = parse(html`<p class="${text}">${text}</p>`.text);
        expect(elements.map(({ name, attributes }) => [name, [...attributes]])).toEqual([
          ["p", [["class", visibleLines(text)]]],
        ]);
        expect(shown).toBe(visibleLines(text));
      }),
    );
  });

  test("takes no more than its room, however much of it must be escaped", () => {
    fc.assert(
      fc.property(
        fc.oneof(hostile, fc.constantFrom("<", "\u202e", "日", "a\n")),
        fc.nat(3_000),
        (text, room) => {
          const long = text.repeat(400);
          expect(weight(bounded(long, room))).toBeLessThanOrEqual(room + 60);
          if (weight(long) <= room) expect(bounded(long, room)).toBe(long.toWellFormed());
        },
      ),
      { numRuns: 100 },
    );
  });

  test("two hundred tasks with a thousand attempts of long texts stay below 2 MB", async () => {
    const page = await collected(told.pasts[0] ?? { entries: [], blobs: {} as Ports["blobs"] });
    const [task] = page.tasks.filter(({ attempts }) => attempts.length > 0);
    const [attempt] = task?.attempts ?? [];
    if (task === undefined || attempt === undefined) throw new Error("nothing was tried");
    const long = "if (a < b && c > d) { return '<'; } ".repeat(500);
    const call = { index: 0, tool: "bash", words: long.slice(0, 120), ended: "exit 1" };
    const turns = Array.from({ length: 12 }, (_, turn) => ({ turn, calls: [call], trouble: "" }));
    const result = { criterion: "tests", result: "fail", score: null, explanation: long };
    const gradings = [{ grading: 1, restored: 0, results: [result, result], verdict: "fail" }];
    const tasks = Array.from({ length: 200 }, (_, index) => ({
      ...task,
      id: `t${index}`,
      title: long.slice(0, 200),
      spec: task.spec === null ? null : { ...task.spec, instructions: long },
      attempts: Array.from({ length: 5 }, (_, number) => ({
        ...attempt,
        task: `t${index}`,
        attempt: number + 1,
        turns,
        gradings,
        feedback: long,
        told: long,
      })),
    }));
    const text = pageOf({ ...page, tasks }, beside);
    checkPage(text);
    expect(text.length).toBeGreaterThan(500_000);
    expect(Buffer.byteLength(text)).toBeLessThan(2_000_000);
    expect(text).toContain("characters left out");
  });
});
