import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { McpServerSpec } from "../../../src/core/mcp.ts";
import { redaction } from "../../../src/core/redaction.ts";
import { openMcp } from "../../../src/edges/mcp/servers.ts";
import type { McpServers, McpTool } from "../../../src/edges/mcp/servers.ts";

const oddServer = fileURLToPath(new URL("odd-server.mjs", import.meta.url));
export const sdkServer = fileURLToPath(new URL("sdk-server.mjs", import.meta.url));
export const secret = "s3cret-value-of-tracker";
const secrets = [
  { name: "TRACKER_TOKEN", value: secret },
  { name: "WITH_NUL", value: "a value with \0 in it" },
];

export interface Ground {
  readonly dir: string;
  readonly servers: McpServers;
  /** Lines of a file that the odd server keeps: `effects`, `pid`, `told`. */
  readonly lines: (file: string) => readonly string[];
  /** What was said to the log. */
  readonly log: readonly string[];
  readonly tool: (name: string) => McpTool;
  readonly call: (tool?: string, more?: CallOptions) => ReturnType<McpTool["run"]>;
}

interface CallOptions {
  readonly args?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** A project with one MCP server, `odd`, that behaves in this way. All of it is gone when the test is. */
export async function openOdd(
  way: string,
  more: Partial<McpServerSpec> = {},
  finished: AtEnd = onTestFinished,
): Promise<Ground> {
  const dir = temporary(finished);
  return openServer(dir, { command: [process.execPath, oddServer, way, dir], ...more }, finished);
}

/** The hook of the test itself, where several run at once. */
type AtEnd = (clean: () => Promise<void> | void) => void;

export async function openServer(
  dir: string,
  spec: McpServerSpec,
  finished: AtEnd = onTestFinished,
): Promise<Ground> {
  const log: string[] = [];
  const servers = await openMcp(
    { odd: spec },
    {
      projectDir: dir,
      env: { ...process.env, ANTHROPIC_API_KEY: "sk-not-for-servers", LANG: "C.UTF-8" },
      secrets,
      redaction: redaction(secrets),
      log: (line) => log.push(line),
    },
  );
  finished(async () => servers.close());
  const lines = linesIn(dir);
  const tool = (name: string): McpTool => {
    const found = servers.tools.find((one) => one.tool === name);
    if (found === undefined) throw new Error(`no ${name}: ${servers.faults.join("; ")}`);
    return found;
  };
  const call: Ground["call"] = async (
    name = "create",
    { args = { title: "one" }, key = "k1", signal } = {},
  ) => tool(name).run("task/a/1/1/1", args, key, signal ?? new AbortController().signal);
  return { dir, servers, lines, log, tool, call };
}

export function temporary(finished: AtEnd = onTestFinished): string {
  const dir = mkdtempSync(join(tmpdir(), "harness-mcp-"));
  finished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export const linesIn =
  (dir: string) =>
  (file: string): readonly string[] =>
    existsSync(join(dir, file)) ? readFileSync(join(dir, file), "utf8").split("\n").slice(0, -1) : [];

export function isAlive(pid: string | number | undefined): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}
