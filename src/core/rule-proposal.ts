import type { Card } from "./card.ts";
import type { Instant } from "./id.ts";
import { ruleSpec } from "./rule.ts";
import type { RuleSpec } from "./rule.ts";

/** How long a rule holds that a person writes with one key. */
const ruleDays = 30;

/**
 * The narrowest rule that would have allowed what a card asks for, until in `ruleDays` days. null: none can say it
 * exactly, or more than one would be needed.
 */
export function proposeRule(card: Card, now: Instant): RuleSpec | null {
  const about = subjectOf(card);
  if (about === null) return null;
  // oxlint-disable-next-line unicorn/no-thenable -- the word of a rule
  const rule = ruleSpec.safeParse({ ...about, then: "allow", until: dayIn(now, ruleDays) });
  return rule.success ? rule.data : null;
}

/** `2027-01-31`, in UTC. */
export const dayIn = (now: Instant, days: number): string =>
  new Date(now + days * 86_400_000).toISOString().slice(0, 10);

type Subject = Pick<RuleSpec, "bash" | "http" | "tool" | "path" | "hosts">;

function subjectOf(card: Card): Subject | null {
  if (card.parts.length > 1) return null;
  if (card.tool === "bash") return commandOf(card);
  if (card.tool === "http_request") return requestOf(card);
  if (card.tool.startsWith("mcp__")) return card.tool.includes("*") ? null : { tool: card.tool };
  return fileOf(card);
}

/** Words in which a shell sees nothing but themselves, and a rule no pattern. */
const plain = /^[\w@%+=:,./^-]+$/;

/** The sub-command that is asked about, with the hosts it may reach. */
function commandOf({ parts, action, hosts }: Card): Subject | null {
  const words = (parts[0]?.text ?? action).trim().split(/[ \t]+/);
  if (!words.every((word) => plain.test(word))) return null;
  // An assignment before a command is none of its words.
  if (words[0]?.includes("=") === true) return null;
  const bash = words.join(" ");
  return hosts.length === 0 ? { bash } : { bash, hosts: [...hosts] };
}

/** Method, host and path; a query never counts. */
function requestOf({ args }: Card): Subject | null {
  const { method, url } = fieldsOf(args);
  const target = /^(https?:\/\/[^/?#\s*]+)(\/[^?#\s*]*)?(?:[?#].*)?$/i.exec(url ?? "");
  if (target === null || method === undefined || !/^[A-Z]+$/.test(method)) return null;
  return { http: `${method} ${target[1]}${target[2] ?? "/"}` };
}

function fileOf({ tool, args }: Card): Subject | null {
  const { path } = fieldsOf(args);
  return path !== undefined && /^[\w@+=,./-]+$/.test(path) ? { tool, path } : null;
}

function fieldsOf(args: Card["args"]): Readonly<Record<string, string | undefined>> {
  if (args === null || typeof args !== "object" || Array.isArray(args)) return {};
  return Object.fromEntries(Object.entries(args).filter(([, value]) => typeof value === "string")) as Record<
    string,
    string
  >;
}
