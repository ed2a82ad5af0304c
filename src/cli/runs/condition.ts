import { meant } from "../../core/nearest.ts";
import { Refused } from "../exit.ts";
import type { RunFields } from "./run-fields.ts";

/** What must hold of a run for it to be told of: `--where`. */
export interface Condition {
  /** As it was typed. */
  readonly text: string;
  readonly key: string;
  readonly operator: Operator;
  readonly value: string;
}

const operators = ["!=", ">=", "<=", "=", ">", "<", "~"] as const;
type Operator = (typeof operators)[number];

const form = /^\s*(?<key>[^\s=!<>~]+)\s*(?<operator>!=|>=|<=|=|>|<|~)\s*(?<value>.*?)\s*$/s;

/** Reads `prompt.worker=worker@5`, `cost>1`, `title~invoices`. @throws Refused */
export function readCondition(text: string): Condition {
  const { key, operator, value = "" } = form.exec(text)?.groups ?? {};
  const known = operators.find((one) => one === operator);
  if (key !== undefined && known !== undefined) return { text, key, operator: known, value };
  throw new Refused(
    `--where ${text}: write a field, one of ${operators.join(" ")}, and a value, like prompt.worker=worker@5 or cost>1`,
  );
}

/**
 * Numbers are compared as numbers, all else as text; `~`: contains, in any case. A run without such a field equals nothing.
 * @throws Refused where the field is a number and the value is none
 */
export function holds({ text, key, operator, value }: Condition, fields: RunFields): boolean {
  const there = fields.get(key) ?? null;
  if (there === null) return operator === "!=";
  if (operator === "~") return String(there).toLowerCase().includes(value.toLowerCase());
  if (typeof there === "string") return compared(operator, there === value ? 0 : there < value ? -1 : 1);
  const number = Number(value);
  if (value === "" || Number.isNaN(number))
    throw new Refused(`--where ${text}: ${key} is a number; compare it with one, like ${key}>1`);
  return compared(operator, there - number);
}

function compared(operator: Exclude<Operator, "~">, order: number): boolean {
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">":
      return order > 0;
    case "<":
      return order < 0;
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
  }
}

/** A name no run has is a mistake, and no reason for an empty list. @throws Refused */
export function refuseUnknown(option: string, keys: readonly string[], all: readonly RunFields[]): void {
  const known = new Set(all.flatMap((fields) => [...fields.keys()]));
  const unknown = keys.find((key) => !known.has(key));
  if (unknown === undefined || all.length === 0) return;
  const hint = meant(unknown, known) || `; there are ${[...known].join(", ")}`;
  throw new Refused(`${option}: no run has a field "${unknown}"${hint}`);
}
