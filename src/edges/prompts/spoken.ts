import { nameOf } from "./context.ts";
import { parseTemplate } from "./parse-template.ts";
import { readPrompt } from "./prompt-file.ts";
import { roleOpened } from "./template.ts";
import type { PromptRole } from "./template.ts";

/** What a template says from one `{{role}}` to the next, as it is written. */
export interface Spoken {
  readonly role: PromptRole;
  readonly text: string;
  /** It is text and variables alone, which every template language of this kind fills in alike. */
  readonly isPlain: boolean;
}

/** A prompt by who speaks, for whoever shows it elsewhere; parts that say nothing are left out. @throws PromptError */
export function spokenIn(source: string): readonly Spoken[] {
  const { template, templateLine } = readPrompt(source);
  const lineOf = (node: hbs.AST.Node): number => node.loc.start.line + templateLine - 1;
  const parts: { role: PromptRole; from: number; to: number; isPlain: boolean }[] = [];
  let now = { role: "user" as PromptRole, from: 0, to: template.length, isPlain: !template.includes("\\{{") };
  for (const statement of parseTemplate(template, templateLine).body) {
    const role = roleOpened(statement, lineOf);
    if (role === null) {
      now.isPlain &&= isPlain(statement);
      continue;
    }
    parts.push({ ...now, to: offsetOf(template, statement.loc.start) });
    now = { ...now, role, from: offsetOf(template, statement.loc.end), isPlain: !template.includes("\\{{") };
  }
  return [...parts, now]
    .map(({ role, from, to, isPlain: plain }) => ({
      role,
      text: trimmed(template.slice(from, to)),
      isPlain: plain,
    }))
    .filter(({ text }) => text !== "");
}

function isPlain(statement: hbs.AST.Statement): boolean {
  if (statement.type === "ContentStatement") return true;
  if (statement.type !== "MustacheStatement") return false;
  const { path, params, hash, strip, escaped } = statement as hbs.AST.MustacheStatement;
  const isBare = params.length === 0 && hash === undefined && !strip.open && !strip.close;
  return isBare && escaped && /^[A-Za-z_]\w*$/.test(nameOf(path));
}

function offsetOf(text: string, { line, column }: hbs.AST.Position): number {
  let at = 0;
  for (let past = 1; past < line; past++) at = text.indexOf("\n", at) + 1;
  return at + column;
}

const trimmed = (text: string): string => text.replace(/^(?:[ \t]*\n)+/, "").trimEnd();
