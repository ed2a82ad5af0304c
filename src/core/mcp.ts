import { z } from "zod";
import { canonical } from "./canonical.ts";
import type { Json } from "./canonical.ts";
import type { Sha256 } from "./chain.ts";
import type { Digest } from "./id.ts";
import { placeholdersIn, secretName } from "./secret.ts";

const word = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes("\0"), "must have no NUL");
const value = z
  .string()
  .max(32_768)
  .refine((text) => !text.includes("\0"), "must have no NUL")
  .refine(
    (text) => placeholdersIn(text).every((name) => secretName.test(name)),
    "names a secret that cannot be; write it like {{secret:TRACKER_TOKEN}}",
  );

const serverSpec = z
  .strictObject({
    run: word.optional().describe("a shell command that starts it, in the directory of harness.yaml"),
    command: z.array(word).min(1).optional().describe("the same as a list: a program and its arguments"),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "must be the name of a variable"), value)
      .optional()
      .describe("all it has besides PATH, HOME and LANG; {{secret:NAME}} is filled in"),
    tools: z.array(word).min(1).optional().describe("the only tools of it that are offered; all if left out"),
    timeout_s: z
      .number()
      .positive()
      .max(3600)
      .optional()
      .describe("of each call; 60. Its start may take three times as long"),
  })
  .refine(
    ({ run, command }) => (run === undefined) !== (command === undefined),
    "needs either run or command",
  );
export type McpServerSpec = z.infer<typeof serverSpec>;

/** `mcp` of `harness.yaml`: MCP servers over stdio, by the name that their tools carry. */
export const mcpSpec = z.record(
  z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "must be 1 to 32 of a-z, 0-9 and -, and begin with a letter"),
  serverSpec,
);
export type McpSpec = z.infer<typeof mcpSpec>;

/** What every provider takes as the name of a tool. */
const valid = /^[a-zA-Z0-9_-]+$/;
const longestName = 64;
/** 80 bits: what two tools of one server do not share by chance. */
const digestLength = 20;
const shortened = new RegExp(`_[0-9a-f]{${digestLength}}$`);

/**
 * `tracker`, `create_issue` → `mcp__tracker__create_issue`: the name under which a model knows a tool. One that no
 * provider would take is cleaned and cut, and ends in a digest of the whole. So does one that looks as if it did: no two
 * tools share a name.
 */
export function mcpToolName(server: string, tool: string, sha256: Sha256): string {
  const whole = `mcp__${server}__${tool}`;
  if (whole.length <= longestName && valid.test(whole) && !shortened.test(whole)) return whole;
  const digest = sha256(canonical([server, tool])).slice(0, digestLength);
  const clean = whole.replaceAll(/[^a-zA-Z0-9_-]/g, "-").slice(0, longestName - digestLength - 1);
  return `${clean}_${digest}`;
}

/** A tool as its server defines it. */
export interface McpDefinition {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: { readonly [key: string]: Json };
  /** What the server says of its risks: part of what is pinned, and trusted for nothing. */
  readonly annotations?: Json | undefined;
}

/** Names a definition by content: what a person said yes to. */
export function definitionDigest(definition: McpDefinition, sha256: Sha256): Digest {
  const { name, description, inputSchema, annotations } = definition;
  return sha256(canonical({ name, description, inputSchema, annotations }));
}
