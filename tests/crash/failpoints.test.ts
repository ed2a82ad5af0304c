import { beforeAll, describe, expect, test } from "vitest";
import { eventTypes } from "../../src/core/event.ts";
import { meaning } from "../../src/core/meaning.ts";
import type { Entry, EventType } from "../../src/core/event.ts";
import { calmRun, namedPuts, passingsOf } from "./calm.ts";
import type { Calm, NamedPut } from "./calm.ts";
import { entriesOf, problems } from "./check.ts";
import { deathText } from "./failpoints.ts";
import type { Death } from "./failpoints.ts";
import type { GoalName } from "./goals.ts";
import { live } from "./life.ts";
import type { LifeEnd } from "./life.ts";
import { newPlace } from "./place.ts";

/**
 * Real processes, killed at every event type before and after its commit, and inside the writing of the blobs it names;
 * then another process resumes the run, people answer, and it must end as if nobody had been killed. `HARNESS_LONG=1`
 * runs each event type in a run of its own.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const sides = ["before", "after"] as const;

/** Events that name no blob which was put for them, and why. */
const nameless: Readonly<Partial<Record<EventType, string>>> = {
  "run-stopped": "says why, in a word",
  "model-held": "says until when",
  "run-ended": "names the head, which is durable since its acceptance",
  "budget-changed": "numbers",
  "note-added": "the person who gave the note put its text",
  "planning-started": "its feedback is what was told before",
  "plan-adopted": "names tasks by id",
  "attempt-started": "names the head and hand-offs of accepted tasks",
  "baseline-recorded": "results are words",
  "effect-doubted": "nothing is known",
  "integration-started": "names trees that are durable since they were judged",
  "escalation-answered": "the choice of a person, without a note",
  "task-dropped": "follows from that choice",
  "crash-charged": "a number, written when a run is taken over",
  "blobs-dropped": "names what is no longer there",
};

const calm = new Map<GoalName, Calm>();
const died = new Set<string>();

interface Cell {
  readonly goal: GoalName;
  /** One life each. */
  readonly deaths: readonly Death[];
}

interface Survived {
  /** The journal as each dead process left it. */
  readonly atDeaths: readonly (readonly Entry[])[];
  readonly entries: readonly Entry[];
}

/** Dies as the cell says, resumes, and checks all that must hold of a run at its end. */
async function survive(
  { goal, deaths }: Cell,
  onTestFinished: (clean: () => Promise<void>) => void,
): Promise<Survived> {
  const place = await newPlace();
  onTestFinished(place.remove);
  const atDeaths: (readonly Entry[])[] = [];
  for (const death of deaths) {
    expect([deathText(death), await live(place, { goal, death })]).toEqual([deathText(death), "killed"]);
    expect((await passingsOf(place)).at(-1)).toBe(death.at);
    const atDeath = await entriesOf(place);
    const before = atDeaths.at(-1) ?? [];
    expect(atDeath.slice(0, before.length)).toEqual(before);
    atDeaths.push(atDeath);
  }
  const atDeath = atDeaths.at(-1) ?? [];
  expect(await live(place, { goal, death: null })).toBe("ended");
  const entries = await entriesOf(place);
  expect(entries.slice(0, atDeath.length)).toEqual(atDeath);
  expect(await problems(place, calmOf(goal).entries)).toEqual([]);
  return { atDeaths, entries };
}

function calmOf(goal: GoalName): Calm {
  const found = calm.get(goal);
  if (found === undefined) throw new Error(`${goal} was not run`);
  return found;
}

/** What the death kept from being written, by the calm run's journal up to the first of that type. */
function interrupted(atDeath: readonly Entry[], { entries }: Calm, type: EventType): readonly EventType[] {
  const lost = entries.slice(atDeath.length).map((entry) => entry.type);
  return lost.slice(0, lost.indexOf(type) + 1);
}

/** What the calm runs themselves do wrong. */
const wrong: string[] = [];

beforeAll(async () => {
  const goals = ["everything", "together", "tampering"] as const;
  const runs = goals.map(async (goal) =>
    calmRun(goal, async (place, { entries }) => {
      wrong.push(...(await problems(place, entries)));
    }),
  );
  for (const run of await Promise.all(runs)) calm.set(run.goal, run);
}, 300_000);

test("nobody killed keeps every promise", () => {
  expect(wrong).toEqual([]);
});

/** In the order in which they first come, so that a process that dies later has not passed them yet. */
const inOrder = (): readonly EventType[] => [
  ...new Set(calmOf("everything").entries.map(({ type }) => type)),
];

/** Runs that die before and after the commits of some types each: one run for each death would take far longer. */
const chains = isLong ? eventTypes.length : 12;

describe.concurrent("killed at a commit", () => {
  test.for(Array.from({ length: chains }, (_, index) => index))(
    "of each event type, before and after it (run %i)",
    { timeout: 300_000 },
    async (index, { onTestFinished }) => {
      const types = inOrder().filter((_, at) => at % chains === index);
      const cells = types.flatMap((type) => sides.map((side) => ({ type, side })));
      const deaths = cells.map(({ type, side }) => ({ at: `append/${side}/${type}`, nth: 1 }));
      const { atDeaths } = await survive({ goal: "everything", deaths }, onTestFinished);
      for (const [n, { type, side }] of cells.entries()) {
        const written = (atDeaths[n] ?? []).slice(atDeaths[n - 1]?.length ?? 0).map((entry) => entry.type);
        expect({ type, side, isWritten: written.includes(type) }).toEqual({
          type,
          side,
          isWritten: side === "after",
        });
        died.add(`append/${side}/${type}`);
      }
    },
  );

  test.for(sides)("%s a crash is charged", async (side, { onTestFinished }) => {
    const at = `append/${side}/crash-charged`;
    const cut = { at: "append/after/model-started", nth: 1 };
    const { atDeaths } = await survive({ goal: "everything", deaths: [cut, { at, nth: 1 }] }, onTestFinished);
    expect(atDeaths.at(-1)?.some(({ type }) => type === "crash-charged")).toBe(side === "after");
    died.add(at);
  });
});

/** Before a put the disk is as after the commit before it, where a process dies above: `HARNESS_LONG=1` dies there too. */
const putSides = isLong ? sides : (["after"] as const);

describe.concurrent("killed while blobs are put for", () => {
  /** Types of one commit have one put between them. */
  const survivors = new Map<string, Promise<Survived>>();

  describe.each(eventTypes.filter((type) => nameless[type] === undefined))("%s", (type) => {
    test.for(putSides)("%s they are durable", async (side, { onTestFinished }) => {
      const { run, put } = putFor(type);
      const key = `${run.goal} ${deathText(put[side])}`;
      const survived = survivors.get(key) ?? survive({ goal: run.goal, deaths: [put[side]] }, onTestFinished);
      survivors.set(key, survived);
      const [atDeath = []] = (await survived).atDeaths;
      expect(atDeath.map(meaning)).toEqual(run.entries.slice(0, atDeath.length).map(meaning));
      const lost = interrupted(atDeath, run, type);
      expect(lost.at(-1)).toBe(type);
      expect(lost.filter((other) => !put.commit.has(other))).toEqual([]);
      died.add(`put-blobs/${side}/${type}`);
    });
  });
});

/** In the goal where everything happens, nothing is put back before a judging. */
const goalFor = (type: EventType): GoalName => (type === "judging-started" ? "tampering" : "everything");
const putOf = (type: EventType): NamedPut | null => namedPuts(calmOf(goalFor(type))).get(type) ?? null;

function putFor(type: EventType): { readonly run: Calm; readonly put: NamedPut } {
  const put = putOf(type);
  if (put === null) throw new Error(`nothing is put for ${type}`);
  return { run: calmOf(goalFor(type)), put };
}

describe.concurrent("killed", () => {
  test.for(["model", "exec", "effect"].flatMap((half) => sides.map((side) => `${half}/${side}`)))(
    "in an outside half, at %s",
    async (at, { onTestFinished }) => {
      const { entries } = await survive({ goal: "everything", deaths: [{ at, nth: 1 }] }, onTestFinished);
      expect(entries.filter((entry) => entry.type === "crash-charged")).toHaveLength(1);
    },
  );

  test.for(sides)("%s a doubt that a crash left is recorded", async (side, { onTestFinished }) => {
    const deaths = [
      { at: "effect/after", nth: 1 },
      { at: `append/${side}/effect-doubted`, nth: 1 },
    ];
    const { entries } = await survive({ goal: "everything", deaths }, onTestFinished);
    expect(entries.filter((entry) => entry.type === "effect-doubted").map((entry) => entry.body.why)).toEqual(
      ["crash", "reset"],
    );
  });

  test.for(sides)("%s the end, with a slot still open in the same life", async (side, { onTestFinished }) => {
    const deaths = [{ at: `append/${side}/run-ended`, nth: 1 }];
    const { entries } = await survive({ goal: "tampering", deaths }, onTestFinished);
    expect(entries.filter((entry) => entry.type === "run-ended")).toHaveLength(1);
  });

  test.for(sides)("%s the commit of a collision", async (side, { onTestFinished }) => {
    const deaths = [{ at: `append/${side}/integration-ended`, nth: 2 }];
    const { entries } = await survive({ goal: "together", deaths }, onTestFinished);
    const outcomes = entries.flatMap((entry) =>
      entry.type === "integration-ended" ? [entry.body.outcome] : [],
    );
    expect(outcomes).toContain("conflict");
  });
});

/**
 * What happened, without the rule that a new process finds in the file and says first: with it every place after it moves,
 * and escalations are named after theirs.
 */
const told = (entries: readonly Entry[]): readonly string[] =>
  entries
    .filter(({ type }) => type !== "policy-changed")
    .map((entry) => meaning(entry).replaceAll(/("escalation":"[^"]*\/)\d+"/g, '$1N"'));

describe("stopped", () => {
  test("at each stand, so that every ownership is another process", async ({ onTestFinished }) => {
    const place = await newPlace();
    onTestFinished(place.remove);
    const lives: LifeEnd[] = [];
    while (lives.at(-1) !== "ended")
      lives.push(await live(place, { goal: "everything", death: null, endsAtStands: true }));
    const { entries } = calmOf("everything");
    expect(lives).toHaveLength(entries.filter((entry) => entry.type === "run-owned").length);
    expect(told(await entriesOf(place))).toEqual(told(entries));
    expect(await problems(place, entries)).toEqual([]);
  });
});

describe("coverage", () => {
  test("the union, before and after each commit", () => {
    const wanted = eventTypes.flatMap((type) => sides.map((side) => `append/${side}/${type}`));
    expect(wanted.filter((at) => !died.has(at))).toEqual([]);
  });

  test("every put but those for events that name none of their own", () => {
    const wanted = eventTypes
      .filter((type) => nameless[type] === undefined)
      .flatMap((type) => putSides.map((side) => `put-blobs/${side}/${type}`));
    expect(wanted.filter((at) => !died.has(at))).toEqual([]);
  });

  test("events that name no blob of their own are exactly those", () => {
    const found = eventTypes.filter((type) => putOf(type) === null);
    expect(found.toSorted()).toEqual(Object.keys(nameless).toSorted());
  });
});
