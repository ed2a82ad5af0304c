import type { z } from "zod";
import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import { agentCase, judgeCase, promptCase } from "./case.ts";
import type { Case, Item } from "./case.ts";
import type { SuiteSpec } from "./spec.ts";

/** A line of a file of cases, as it was read. */
export interface CaseLine {
  /** Counted from 1. */
  readonly line: number;
  readonly value: Json;
}

export interface CaseFault {
  readonly line: number;
  /** What is wrong and what to do, in one sentence. */
  readonly what: string;
}

export interface SettledCases {
  /** Those without a fault, in the order of their lines. */
  readonly items: readonly Item[];
  /** The line of each item, by the id of its case. */
  readonly lineOf: ReadonlyMap<string, number>;
  readonly faults: readonly CaseFault[];
}

/** Says what a schema finds wrong with a value. */
export type InWords = (issues: readonly z.core.$ZodIssue[], value: Json, schema: z.ZodType) => string;

type Settling = Pick<SuiteSpec, "kind" | "held_out">;

const schemas = { prompt: promptCase, judge: judgeCase, agent: agentCase } as const;

/** Cases of a suite with their clusters: each of the suite's kind, each id and each content once. */
export function settleCases(spec: Settling, lines: readonly CaseLine[], inWords: InWords): SettledCases {
  const items: Item[] = [];
  const faults: CaseFault[] = [];
  const seen: Seen = { lineOf: new Map(), contents: new Map() };
  for (const { line, value } of lines) {
    const item = settled(spec, value, seen, inWords);
    if (typeof item === "string") {
      faults.push({ line, what: item });
      continue;
    }
    seen.lineOf.set(item.case.id, line);
    seen.contents.set(contentOf(item.case), item.case.id);
    items.push(item);
  }
  return { items, lineOf: seen.lineOf, faults };
}

interface Seen {
  readonly lineOf: Map<string, number>;
  /** The id of the case that says it. */
  readonly contents: Map<string, string>;
}

/** @returns the item, or what is wrong */
function settled(spec: Settling, value: Json, seen: Seen, inWords: InWords): Item | string {
  const schema: z.ZodType<Case> = schemas[spec.kind];
  const read = schema.safeParse(value);
  if (!read.success) return inWords(read.error.issues, value, schema);
  const cluster = clusterOf(spec, read.data);
  if ("what" in cluster) return cluster.what;
  return twice(read.data, seen) ?? { case: read.data, cluster: cluster.name };
}

type Cluster = { readonly name: string } | { readonly what: string };

/** A case that names no cluster is one by its id, so that variants of it may name it as theirs. */
function clusterOf({ held_out: { by } }: Settling, found: Case): Cluster {
  if (by === "cluster") return { name: found.cluster ?? found.id };
  const where = `held_out.by of suite.yaml is ${JSON.stringify(by)}`;
  if (!("vars" in found))
    return { what: `${where}, and an agent's case has no variables; write by: cluster` };
  const value = Object.hasOwn(found.vars, by) ? found.vars[by] : undefined;
  if (value === undefined || value === null || value === "")
    return { what: `${where}, and this case has no such variable; give it one` };
  return { name: typeof value === "string" ? value : canonical(value) };
}

function twice(found: Case, { lineOf, contents }: Seen): string | null {
  const first = lineOf.get(found.id);
  if (first !== undefined) return `the id ${found.id} is that of line ${first} already; give it another`;
  const same = contents.get(contentOf(found));
  return same === undefined
    ? null
    : `it says the same as ${same} (line ${lineOf.get(same)}); keep one of them, for each case counts once`;
}

/** What is asked, and what is right. */
const contentOf = (found: Case): string =>
  canonical({ ...found, id: undefined, cluster: undefined, groups: undefined });
