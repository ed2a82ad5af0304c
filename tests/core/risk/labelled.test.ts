import { expect, test } from "vitest";
import { isFrom, worst } from "../../../src/core/assessment.ts";
import { assessShell } from "../../../src/edges/shell/assess.ts";
import { labelled } from "./labelled.ts";

const judged = labelled.map((row) => ({ ...row, risk: worst(assessShell(row.command).parts) }));
const families = Map.groupBy(judged, ({ family }) => family);

/** Harmless, and asked about all the same: the name of what is written is made at run time, or lies above. */
const knownAsked = new Set([`awk '{print $1 > $2".txt"}' a`, "ln -sf ../a b"]);

test.each([...families.keys()])("%s", (family) => {
  const rows = families.get(family) ?? [];
  const wrong = rows.filter(({ label, risk, command }) => {
    if (label === "read" || label === "write") return isFrom(risk, "network") && !knownAsked.has(command);
    return !isFrom(risk, label);
  });
  expect(wrong).toEqual([]);
});

test("what writes is never taken for reading", () => {
  expect(judged.filter(({ label, risk }) => label === "write" && risk === "read")).toEqual([]);
});

test("the list is large enough to mean something, and says nothing twice with two labels", () => {
  const labels = Map.groupBy(judged, ({ command }) => command);
  const torn = [...labels.values()].filter(
    (rows) => new Set(rows.map(({ label }) => label === "read" || label === "write")).size > 1,
  );
  expect(judged.length).toBeGreaterThan(2000);
  expect(torn.map(([row]) => row?.command)).toEqual([]);
});
