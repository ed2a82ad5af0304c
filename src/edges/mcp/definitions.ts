import { z } from "zod";
import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import type { Sha256 } from "../../core/chain.ts";
import type { Digest } from "../../core/id.ts";
import { definitionDigest, mcpToolName } from "../../core/mcp.ts";
import type { McpDefinition } from "../../core/mcp.ts";
import type { ToolSpec } from "../../core/tool.ts";
import { hasUnseen, plain } from "./plain.ts";

/** A tool as it is listed: fit to be offered, or why not in one clause. */
type Listed = { readonly definition: McpDefinition; readonly digest: Digest } | { readonly unfit: string };

/** What a server lists, by the names of its tools. */
export interface Listing {
  readonly tools: ReadonlyMap<string, Listed>;
  /** How many entries have no name that one could call. */
  readonly nameless: number;
}

const longestName = 256;

export function readListing(entries: readonly unknown[], sha256: Sha256): Listing {
  const tools = new Map<string, Listed>();
  let nameless = 0;
  for (const entry of entries) {
    const named = z.looseObject({ name: z.string().min(1).max(longestName) }).safeParse(entry);
    if (!named.success) nameless += 1;
    else {
      const { name } = named.data;
      tools.set(name, tools.has(name) ? { unfit: "is listed twice" } : readTool(entry, sha256));
    }
  }
  return { tools, nameless };
}

const shape = z.looseObject({
  name: z.string(),
  description: z.string().optional(),
  inputSchema: z.looseObject({ type: z.literal("object") }),
});

const deepest = 20;
const largestSchema = 64 * 1024;
/** Of all that is hashed: a definition is no place for data. */
const largest = 1024 * 1024;

function readTool(entry: unknown, sha256: Sha256): Listed {
  // First of all: what is deep must not meet anything that recurs.
  if (isDeeper(entry, deepest + 1)) return { unfit: `is nested deeper than ${deepest} levels` };
  const read = shape.safeParse(entry);
  if (!read.success) return { unfit: "has no input schema of type object" };
  const { name, description, inputSchema, annotations } = read.data;
  const schema = canonical(inputSchema);
  const bytes = Buffer.byteLength(schema);
  if (bytes > largestSchema) return { unfit: `has an input schema of more than ${largestSchema / 1024} KiB` };
  if (hidesSomething(inputSchema)) return { unfit: "has characters in its input schema that nobody sees" };
  const definition = {
    name,
    description,
    inputSchema: inputSchema as { [key: string]: Json },
    annotations: annotations as Json | undefined,
  };
  if (canonical(definition).length > largest) return { unfit: "is described at too great a length" };
  return { definition, digest: definitionDigest(definition, sha256) };
}

/** Level by level, so that no depth is too much for it. */
function isDeeper(value: unknown, most: number): boolean {
  let level = [value];
  for (let depth = 0; depth <= most; depth += 1) {
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}

/** Words for a reader: they are shown with such characters written out. All else is passed on as it is. */
const isWords = (key: string, value: unknown): value is string =>
  typeof value === "string" && ["description", "title", "$comment"].includes(key);

function hidesSomething(value: unknown): boolean {
  if (typeof value === "string") return hasUnseen(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, member]) => hasUnseen(key) || (!isWords(key, member) && hidesSomething(member)),
  );
}

const longestDescription = 4000;

/** How the tool is shown to a model. */
export function specOf(server: string, definition: McpDefinition, sha256: Sha256): ToolSpec {
  const { name, description = "", inputSchema } = definition;
  const words = plain(description).trim();
  const says =
    words === ""
      ? `A tool of the MCP server ${server}, which does not describe it.`
      : `From the MCP server ${server}, in its own words: ${words}`;
  return {
    name: mcpToolName(server, name, sha256),
    description:
      says.length > longestDescription ? `${says.slice(0, longestDescription - 1).toWellFormed()}…` : says,
    parameters: plainWords(inputSchema) as { [key: string]: Json },
  };
}

function plainWords(value: Json): Json {
  if (Array.isArray(value)) return value.map(plainWords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      isWords(key, member) ? plain(member) : plainWords(member as Json),
    ]),
  );
}
