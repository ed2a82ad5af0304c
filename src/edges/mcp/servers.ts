import { createHash } from "node:crypto";
import type { Sha256 } from "../../core/chain.ts";
import type { Digest } from "../../core/id.ts";
import type { McpDefinition, McpServerSpec, McpSpec } from "../../core/mcp.ts";
import type { OutsideTool } from "../../core/ports.ts";
import type { Redaction } from "../../core/redaction.ts";
import { filled, placeholdersIn } from "../../core/secret.ts";
import type { Secret } from "../../core/secret.ts";
import type { Start } from "./child.ts";
import { specOf } from "./definitions.ts";
import type { Listing } from "./definitions.ts";
import { plainLine } from "./plain.ts";
import { Server } from "./server.ts";

export interface McpOptions {
  /** The directory of `harness.yaml`: where servers start. */
  readonly projectDir: string;
  /** Ours: of it a server gets PATH, HOME and LANG. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the environment of a server may name. Here that is what says where it may go, whatever its hosts are. */
  readonly secrets: readonly Pick<Secret, "name" | "value">[];
  readonly redaction: Pick<Redaction, "text">;
  /** Takes a line about a server, for the log. */
  readonly log: (line: string) => void;
}

/** A tool of a server, as it was when the servers were opened: that one is called, or none. */
export interface McpTool extends OutsideTool {
  readonly server: string;
  /** Its name as the server has it. */
  readonly tool: string;
  /** Of its whole definition: what a run pins. */
  readonly digest: Digest;
}

export interface McpServers {
  readonly tools: readonly McpTool[];
  /** One line for each server that did not start and each tool that is not offered, with what to do. */
  readonly faults: readonly string[];
  /** Ends all of them. Until then they keep this process alive. */
  close(): Promise<void>;
}

/** Starts the servers and takes their definitions. Never rejects for what a server does. */
export async function openMcp(spec: McpSpec, options: McpOptions): Promise<McpServers> {
  const begun = Object.entries(spec).map(([name, one]) => begin(name, one, options));
  const opened = await Promise.all(begun.map(async (one) => ("fault" in one ? one : open(one, options))));
  const found = opened.flatMap((one) => ("fault" in one ? [] : one.tools));
  const tools = found.slice(0, mostTools);
  const leftOut = found.slice(mostTools).map(({ server, tool }) => `${server} ${plainLine(tool, 60)}`);
  const tooMany = `mcp: ${leftOut.length} tools are left out, from ${leftOut[0] ?? ""} on: there may be ${mostTools}; name those you need in mcp.NAME.tools`;
  return {
    tools,
    faults: [
      ...opened.flatMap((one) => ("fault" in one ? [one.fault] : one.faults)),
      ...(leftOut.length === 0 ? [] : [tooMany]),
    ],
    close: async () => {
      await Promise.all(begun.map(async (one) => ("fault" in one ? undefined : one.server.close())));
    },
  };
}

const mostTools = 200;
const defaultTimeoutS = 60;

interface Begun {
  readonly name: string;
  readonly spec: McpServerSpec;
  readonly server: Server;
}
interface Fault {
  readonly fault: string;
}

function begin(name: string, spec: McpServerSpec, options: McpOptions): Begun | Fault {
  const env = environment(spec, options);
  if ("missing" in env)
    return {
      fault: `mcp ${name}: the secret ${env.missing} is not there; name it under secrets, or take it out of mcp.${name}.env`,
    };
  const start: Start = {
    argv: spec.command ?? ["/bin/sh", "-c", spec.run ?? ""],
    cwd: options.projectDir,
    env: env.all,
  };
  const server = new Server({
    name,
    start,
    timeoutMs: (spec.timeout_s ?? defaultTimeoutS) * 1000,
    redact: (text) => options.redaction.text(text),
    log: options.log,
    sha256,
  });
  return { name, spec, server };
}

/** All the environment of a server, or the secret that is missing. */
function environment(
  spec: McpServerSpec,
  { env, secrets }: McpOptions,
): { readonly all: Readonly<Record<string, string>> } | { readonly missing: string } {
  const all: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "LANG"]) {
    const value = env[name];
    if (value !== undefined) all[name] = value;
  }
  const values = new Map(secrets.map(({ name, value }) => [name, value]));
  for (const [name, text] of Object.entries(spec.env ?? {})) {
    const missing = placeholdersIn(text).find((one) => !values.has(one));
    if (missing !== undefined) return { missing };
    all[name] = filled(text, (one) => values.get(one) ?? "");
  }
  return { all };
}

async function open(
  begun: Begun,
  options: McpOptions,
): Promise<{ readonly tools: readonly McpTool[]; readonly faults: readonly string[] } | Fault> {
  const { name, spec, server } = begun;
  const listing = await server.listing();
  if ("why" in listing) {
    await server.close();
    const why = plainLine(options.redaction.text(listing.why), 500);
    const how = plainLine(options.redaction.text(spec.run ?? spec.command?.join(" ") ?? ""), 200);
    return { fault: `mcp ${name}: did not start: ${why}; try it by hand (${how}), or take mcp.${name} out` };
  }
  return offered(begun, listing);
}

function offered(
  { name, spec, server }: Begun,
  { tools, nameless }: Listing,
): { readonly tools: readonly McpTool[]; readonly faults: readonly string[] } {
  const wanted = [...tools].filter(([tool]) => spec.tools?.includes(tool) ?? true);
  const absent = (spec.tools ?? []).filter((tool) => !tools.has(tool));
  return {
    tools: wanted.flatMap(([, one]) =>
      "digest" in one ? [toolOf(name, server, one.definition, one.digest)] : [],
    ),
    faults: [
      ...absent.map((tool) => `mcp ${name}: it has no tool ${plainLine(tool, 60)}; mend mcp.${name}.tools`),
      ...wanted.flatMap(([tool, one]) =>
        "unfit" in one ? [`mcp ${name}: its tool ${plainLine(tool, 60)} ${one.unfit}, and is left out`] : [],
      ),
      ...(nameless === 0 ? [] : [`mcp ${name}: ${nameless} of its tools have no name, and are left out`]),
    ],
  };
}

const toolOf = (name: string, server: Server, definition: McpDefinition, digest: Digest): McpTool => ({
  server: name,
  tool: definition.name,
  digest,
  spec: specOf(name, definition, sha256),
  run: async (_, args, key, signal) =>
    isObject(args)
      ? server.call({ tool: definition.name, args, key }, digest, signal)
      : { outcome: "failed", text: `The MCP server ${name} was sent nothing: the arguments are no object` },
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const sha256: Sha256 = (text) => createHash("sha256").update(text).digest("hex");
