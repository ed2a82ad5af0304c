import type { z } from "zod";
import { inLf } from "../../core/registry/closure.ts";
import type { Decision } from "../gate/decide.ts";
import { chainFaults } from "./chain.ts";
import type { Sha256 } from "./chain.ts";
import { judgeReceipt } from "./judge-receipt.ts";
import { receiptText } from "./receipt-text.ts";
import { receipt } from "./receipt.ts";
import type { Receipt } from "./receipt.ts";

/** What a receipt's text alone says. It holds if there are no faults. */
export interface Verified {
  /** null: it cannot be read as one. */
  readonly receipt: Receipt | null;
  /** What the gate says of the scores, whatever the receipt says; null: nothing. */
  readonly decision: Decision | null;
  /** Everything that is wrong with it, a line each: what and where. */
  readonly faults: readonly string[];
}

/** Recomputes a receipt from its text: what is written, its chain, its verdict. The same on any machine. */
export function verifyReceipt(written: string, sha256: Sha256): Verified {
  const text = inLf(written);
  const value = parsed(text);
  if (value instanceof SyntaxError)
    return { receipt: null, decision: null, faults: [`it is no JSON: ${value.message}`] };
  const read = receipt.safeParse(value);
  if (!read.success) return { receipt: null, decision: null, faults: schemaFaults(read.error, value) };
  const { decision, faults } = judgeReceipt(read.data);
  return {
    receipt: read.data,
    decision,
    faults: [...spellingFaults(text, read.data), ...chainFaults(read.data, sha256), ...faults],
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

/** A value has one spelling: so nothing hides in a key that is there twice, in white space, or in digits. */
function spellingFaults(text: string, read: Receipt): string[] {
  const [is, ought] = [text.split("\n"), receiptText(read).split("\n")];
  const length = Math.max(is.length, ought.length);
  const at = Array.from({ length }, (_, index) => index).find((index) => is[index] !== ought[index]);
  return at === undefined
    ? []
    : [`line ${at + 1}: it is not written as harness writes it (was it edited, or formatted?)`];
}

const mostIssues = 20;

function schemaFaults({ issues }: z.ZodError, value: unknown): string[] {
  if (memberOf(value, "receipt") !== 1) return ["it is no receipt: it does not say `receipt: 1`"];
  return issues.slice(0, mostIssues).map((issue) => {
    const what = issue.message.replace(/^Invalid input: /, "").toLowerCase();
    return issue.path.length === 0 ? what : `${placeOf(issue.path, value)}: ${what}`;
  });
}

/** `item c17: candidate.0.quality`, `gate.guards.cost.ratio`. */
function placeOf([first, index, ...rest]: readonly PropertyKey[], receipt: unknown): string {
  if (first !== "items" || typeof index !== "number")
    return [first, ...(index === undefined ? [] : [index]), ...rest].map(String).join(".");
  const id = memberOf(memberOf(memberOf(memberOf(receipt, "items"), index), "item"), "id");
  const path = rest[0] === "item" ? rest.slice(1) : rest;
  return [`item ${typeof id === "string" ? id : index + 1}`, path.map(String).join(".")]
    .filter((word) => word !== "")
    .join(": ");
}

const memberOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
