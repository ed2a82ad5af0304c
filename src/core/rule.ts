import { z } from "zod";
import type { Part } from "./assessment.ts";
import { coversHost, hostText } from "./host.ts";
import { fitsHttp } from "./http-call.ts";
import type { Instant } from "./id.ts";
import { probeSpec } from "./probe.ts";

const words = z.string().trim().min(1).max(1000);
/** A 31st of February is read as a day of March. */
const exists = (text: string): boolean => {
  const at = new Date(text);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text.slice(0, 10));
};
const day = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/;

/** A rule of `approvals.rules`, as people write it. In order: the first that fits a part of a call decides that part. */
export const ruleSpec = z
  .strictObject({
    bash: words
      .optional()
      .describe("words of a command: `*` at the end is any further words, in a word any part of it"),
    http: words.optional().describe("a request, like `POST https://tracker.example/issues/*`"),
    tool: words.optional().describe("a tool by its name, like `mcp__tracker__*`"),
    path: words.optional().describe("a glob: everything the call names to write is in it"),
    hosts: z.array(hostText).min(1).max(50).optional().describe("it reaches no others"),
    // oxlint-disable-next-line unicorn/no-thenable -- the word people write
    then: z.enum(["allow", "ask", "deny"]),
    until: z
      .string()
      .regex(day, "must be a day like 2027-01-31")
      .refine(exists, "must be a day that exists")
      .optional()
      .describe("the last day it holds (UTC)"),
    because: z.string().max(500).optional(),
    probe: probeSpec.optional().describe("looks up what became of a request that was cut off"),
  })
  .refine(
    (rule) => [rule.bash, rule.http, rule.tool, rule.path, rule.hosts].some((field) => field !== undefined),
    "must say what it is about: bash, http, tool, path or hosts",
  );
export type RuleSpec = z.infer<typeof ruleSpec>;

/** What a rule is tried on. */
interface Tried {
  readonly tool: string;
  readonly part: Part;
  readonly now: Instant;
  readonly glob: (patterns: readonly string[]) => (path: string) => boolean;
}

/** Whether a rule holds now and is about this part of a call. What is not known fits what forbids, not what allows. */
export function fits(rule: RuleSpec, { tool, part, now, glob }: Tried): boolean {
  const allows = rule.then === "allow";
  return (
    !isOver(rule, now) &&
    (rule.tool === undefined || wordFits(rule.tool, tool)) &&
    (rule.bash === undefined || (tool === "bash" && wordsFit(rule.bash, part.words, allows))) &&
    (rule.http === undefined || (tool === "http_request" && requestFits(rule.http, part.words))) &&
    (rule.path === undefined || pathsFit(glob([rule.path]), part.touches)) &&
    (rule.hosts === undefined || hostsFit(rule.hosts, part.hosts, allows))
  );
}

/** A day is over when it has ended in UTC, a moment when it is there. */
export function isOver({ until }: Pick<RuleSpec, "until">, now: Instant): boolean {
  if (until === undefined) return false;
  const at = Date.parse(until);
  return now >= (until.includes("T") ? at : at + 86_400_000);
}

/** How a rule is named wherever it decided something: its place in the file and what it is about. */
export const nameOf = (rule: RuleSpec, index: number): string =>
  `rule ${index + 1} (${[rule.bash, rule.http, rule.tool, rule.path, rule.hosts?.join(" ")].find((text) => text !== undefined)})`.slice(
    0,
    200,
  );

function requestFits(pattern: string, [method, url]: Part["words"]): boolean {
  return typeof method === "string" && typeof url === "string" && fitsHttp(pattern, method, url);
}

const pathsFit = (isIn: (path: string) => boolean, touches: readonly string[]): boolean =>
  touches.length > 0 && touches.every(isIn);

/** Where it is not known where a part would reach, a rule that allows opens its own hosts and no others. */
function hostsFit(written: readonly string[], hosts: Part["hosts"], allows: boolean): boolean {
  if (hosts === null) return true;
  const isCovered = (host: string): boolean => written.some((one) => coversHost(one, host));
  if (hosts.length === 0) return false;
  return allows ? hosts.every(isCovered) : hosts.some(isCovered);
}

/** Word by word, so that `git log` never fits `git log && rm`: what is a command of its own is a part of its own. */
function wordsFit(pattern: string, found: Part["words"], allows: boolean): boolean {
  const wanted = pattern.split(/\s+/);
  const isOpen = wanted.at(-1) === "*";
  const fixed = isOpen ? wanted.slice(0, -1) : wanted;
  if (found.length < fixed.length || (!isOpen && found.length !== fixed.length)) return false;
  return fixed.every((word, index) => {
    const at = found[index] ?? null;
    return at === null ? !allows : wordFits(word, at);
  });
}

/** `*` in a word is any text. Without backtracking: patterns are people's, words are a model's. */
export function wordFits(pattern: string, word: string): boolean {
  const pieces = pattern.split("*");
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return pattern === word;
  if (word.length < first.length + last.length || !word.startsWith(first) || !word.endsWith(last))
    return false;
  let from = first.length;
  const end = word.length - last.length;
  for (const piece of rest) {
    const at = word.indexOf(piece, from);
    if (at === -1 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
