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
 * then another process resumes the run, people answer, and it must end as if nobody had been killed.
 */
const sides = ["before", "after"] as const;

/** Events that name no blob which was put for them, and why. */
const nameless: Readonly<Partial<Record<EventType, string>>> = {
  "run-stopped": "says why, in a word",
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
  /** Deaths of earlier lives, then the one this is about. */
  readonly deaths: readonly Death[];
}

interface Survived {
  /** The journal as the last dead process left it. */
  readonly atDeath: readonly Entry[];
  readonly entries: readonly Entry[];
}

/** Dies as the cell says, resumes, and checks all that must hold of a run at its end. */
async function survive(
  { goal, deaths }: Cell,
  onTestFinished: (clean: () => Promise<void>) => void,
): Promise<Survived> {
  const place = await newPlace();
  onTestFinished(place.remove);
  for (const death of deaths) {
    expect([deathText(death), await live(place, { goal, death })]).toEqual([deathText(death), "killed"]);
    expect((await passingsOf(place)).at(-1)).toBe(death.at);
  }
  const atDeath = await entriesOf(place);
  expect(await live(place, { goal, death: null })).toBe("ended");
  const entries = await entriesOf(place);
  expect(entries.slice(0, atDeath.length)).toEqual(atDeath);
  expect(await problems(place, calmOf(goal).entries)).toEqual([]);
  return { atDeath, entries };
}

function calmOf(goal: GoalName): Calm {
  const found = calm.get(goal);
  if (found === undefined) throw new Error(`${goal} was not run`);
  return found;
}

/** What the death kept from being written, by the calm run's journal up to the first of that type. */
function interrupted({ atDeath }: Survived, { entries }: Calm, type: EventType): readonly EventType[] {
  const lost = entries.slice(atDeath.length).map((entry) => entry.type);
  return lost.slice(0, lost.indexOf(type) + 1);
}

/** What the calm runs themselves do wrong. */
const wrong: string[] = [];

beforeAll(async () => {
  for (const goal of ["everything", "together", "tampering"] as const) {
    const run = await calmRun(goal, async (place, { entries }) => {
      wrong.push(...(await problems(place, entries)));
    });
    calm.set(goal, run);
  }
});

test("nobody killed keeps every promise", () => {
  expect(wrong).toEqual([]);
});

describe.concurrent("killed at a commit", () => {
  describe.each(eventTypes)("of %s", (type) => {
    test.for(sides)("%s it", async (side, { onTestFinished }) => {
      const at = `append/${side}/${type}`;
      const cut = type === "crash-charged" ? [{ at: "append/after/model-started", nth: 1 }] : [];
      const { atDeath } = await survive(
        { goal: "everything", deaths: [...cut, { at, nth: 1 }] },
        onTestFinished,
      );
      expect(atDeath.some((entry) => entry.type === type)).toBe(side === "after");
      died.add(at);
    });
  });
});

describe.concurrent("killed while blobs are put for", () => {
  describe.each(eventTypes.filter((type) => nameless[type] === undefined))("%s", (type) => {
    test.for(sides)("%s they are durable", async (side, { onTestFinished }) => {
      const { run, put } = putFor(type);
      const survived = await survive({ goal: run.goal, deaths: [put[side]] }, onTestFinished);
      const { atDeath } = survived;
      expect(atDeath.map(meaning)).toEqual(run.entries.slice(0, atDeath.length).map(meaning));
      const lost = interrupted(survived, run, type);
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

describe("stopped", () => {
  test("at each stand, so that every ownership is another process", async ({ onTestFinished }) => {
    const place = await newPlace();
    onTestFinished(place.remove);
    const lives: LifeEnd[] = [];
    while (lives.at(-1) !== "ended")
      lives.push(await live(place, { goal: "everything", death: null, endsAtStands: true }));
    const { entries } = calmOf("everything");
    expect(lives).toHaveLength(entries.filter((entry) => entry.type === "run-owned").length);
    expect((await entriesOf(place)).map(meaning)).toEqual(entries.map(meaning));
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
      .flatMap((type) => sides.map((side) => `put-blobs/${side}/${type}`));
    expect(wanted.filter((at) => !died.has(at))).toEqual([]);
  });

  test("events that name no blob of their own are exactly those", () => {
    const found = eventTypes.filter((type) => putOf(type) === null);
    expect(found.toSorted()).toEqual(Object.keys(nameless).toSorted());
  });
});
