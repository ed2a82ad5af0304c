import { z } from "zod";
import { isFrom } from "./assessment.ts";
import type { Part } from "./assessment.ts";
import { coversHost, forbidsHost, hostText } from "./host.ts";
import { fitsHttp, httpPatternFault } from "./http-call.ts";
import type { Instant } from "./id.ts";
import { probeSpec } from "./probe.ts";
import { wordFits } from "./word-fits.ts";

const words = z.string().trim().min(1).max(1000);
/** A 31st of February is read as a day of March. */
const exists = (text: string): boolean => {
  const at = new Date(text);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text.slice(0, 10));
};
const day = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/;

/** Tools whose names are known without a server. */
const ours = ["bash", "read_file", "search", "write_file", "edit_file", "http_request"];

const isTool = (text: string): boolean =>
  text.startsWith("mcp__") || ours.some((name) => wordFits(text, name)) || wordFits(text, "mcp__");

/** Whether no single command has these words. */
const isOfShell = (text: string): boolean =>
  text.split(/\s+/).some((word) => /^[|&;<>]|[;|&]$|^\d?>/.test(word)) || /^[A-Za-z_]\w*=/.test(text);

/** A rule of `approvals.rules`, as people write it. In order: the first that fits a part of a call decides that part. */
export const ruleSpec = z
  .strictObject({
    bash: words
      .refine((text) => !isOfShell(text), "is about one command: no pipe, list, redirect or assignment in it")
      .optional()
      .describe("words of a command: `*` at the end is any further words, in a word any part of it"),
    http: words
      .superRefine((text, context) => {
        const fault = httpPatternFault(text);
        if (fault !== null) context.addIssue({ code: "custom", message: fault });
      })
      .optional()
      .describe("a request, like `POST https://tracker.example/issues/*`"),
    tool: words
      .refine(isTool, `must be one of ${ours.join(", ")}, or mcp__SERVER__TOOL; a * is any text`)
      .optional()
      .describe("a tool by its name, like `mcp__tracker__*`"),
    path: words
      .refine(
        (text) => !/^[/~]|^[^*]*\/$|(^|\/)\.\.?(\/|$)/.test(text),
        "must be relative to the workspace, without . and .. and a / at its end, like src/** or dist/*",
      )
      .optional()
      .describe("a glob: everything the call names to write is in it"),
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
  )
  .refine(
    ({ bash, http, tool = "*" }) =>
      !(bash !== undefined && http !== undefined) &&
      (bash === undefined || wordFits(tool, "bash")) &&
      (http === undefined || wordFits(tool, "http_request")),
    "is about two tools at once, and so about nothing; write two rules",
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
    (rule.path === undefined || pathsFit(glob([rule.path]), part, rule)) &&
    (rule.hosts === undefined || hostsFit(rule, rule.hosts, part.hosts))
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

/** What forbids is about a part as soon as one of its files is; what allows by files alone is about files alone. */
function pathsFit(isIn: (path: string) => boolean, { touches, hosts, risk }: Part, rule: RuleSpec): boolean {
  if (rule.then !== "allow") return touches.some(isIn);
  const saysMore = [rule.bash, rule.http, rule.hosts].some((field) => field !== undefined);
  const isOfFiles = hosts?.length === 0 && !isFrom(risk, "external");
  return touches.length > 0 && touches.every(isIn) && (saysMore || isOfFiles);
}

/**
 * Where it is not known where a part would reach, a rule that names the command and allows it opens its own hosts and no
 * others; one that names hosts alone allows nothing of it.
 */
function hostsFit(rule: RuleSpec, written: readonly string[], hosts: Part["hosts"]): boolean {
  const forbids = rule.then !== "allow";
  if (hosts === null) return forbids || rule.bash !== undefined;
  if (hosts.length === 0) return false;
  if (forbids) return hosts.some((host) => written.some((one) => forbidsHost(one, host)));
  return hosts.every((host) => written.some((one) => coversHost(one, host)));
}

/** Word by word, so that `git log` never fits `git log && rm`: what is a command of its own is a part of its own. */
function wordsFit(pattern: string, found: Part["words"], allows: boolean): boolean {
  const wanted = pattern.split(/\s+/);
  const isOpen = wanted.at(-1) === "*";
  const fixed = isOpen ? wanted.slice(0, -1) : wanted;
  if (found.length < fixed.length) return false;
  if (!allows) return isSpeltSo(fixed, isOpen, found);
  if (!isOpen && found.length !== fixed.length) return false;
  return fixed.every((word, index) => wordMayBe(word, found[index] ?? null, false));
}

/**
 * Whether words may be these in another spelling: by the path of the program, with options (each with one value, or
 * none) between them. `git push` is `/usr/bin/git -C . push`, and not `git stash push`.
 */
function isSpeltSo(fixed: readonly string[], isOpen: boolean, found: Part["words"]): boolean {
  const [program, ...others] = fixed;
  if (program === undefined) return true;
  const [name = null, ...rest] = found;
  const isNamed = wordMayBe(program, name, true) || wordMayBe(program, baseOf(name), true);
  if (!isNamed) return false;
  /** How many of `rest` may be behind us. */
  let behind = withOptions(new Set([0]), rest);
  for (const word of others) {
    const next = [...behind].filter((at) => at < rest.length && wordMayBe(word, rest[at] ?? null, true));
    behind = withOptions(new Set(next.map((at) => at + 1)), rest);
  }
  return isOpen ? behind.size > 0 : behind.has(rest.length);
}

/** Also after the options that follow. */
function withOptions(starts: ReadonlySet<number>, words: Part["words"]): ReadonlySet<number> {
  const reached = new Set(starts);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? null;
    if (!reached.has(at) || (word !== null && !word.startsWith("-"))) continue;
    reached.add(at + 1);
    if (at + 1 < words.length) reached.add(at + 2);
  }
  return reached;
}

const baseOf = (name: string | null): string | null => name?.slice(name.lastIndexOf("/") + 1) ?? null;

/** `ifUnknown`: what holds of a word that is not known before it runs. */
const wordMayBe = (pattern: string, word: string | null, ifUnknown: boolean): boolean =>
  word === null ? ifUnknown : wordFits(pattern, word);
