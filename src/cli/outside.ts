import type { ProjectSpec } from "../core/goal.ts";
import { assessHttp, httpArgs } from "../core/http-call.ts";
import type { Digest } from "../core/id.ts";
import type { OutsideTool, Policy, Ports } from "../core/ports.ts";
import { probe } from "../edges/http/probe.ts";
import { httpRequest } from "../edges/http/request.ts";
import type { McpOptions, McpServers } from "../edges/mcp/servers.ts";
import type { Judgement } from "../core/tool.ts";
import { canonical } from "../core/canonical.ts";
import { sha256 } from "./sha256.ts";
import type { Kept } from "./kept-secrets.ts";

export interface Outside {
  readonly tools: readonly OutsideTool[];
  /** Of the definitions of the tools: a changed one is another policy. */
  readonly digests: Readonly<Record<string, Digest>>;
  readonly probe: Ports["probe"];
  /** What of `harness.yaml` cannot be had, in one line each. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

export interface OutsideWanted {
  readonly projectDir: string;
  readonly project: ProjectSpec;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kept: Kept;
  /** The policy in force when a redirect is to be followed. */
  readonly policy: () => Policy;
  readonly now: () => number;
}

/** The tools that act on this machine instead of in a sandbox: requests, and those of MCP servers. */
export async function openOutside(wanted: OutsideWanted): Promise<Outside> {
  const { project, projectDir, env, kept } = wanted;
  const judged = (method: string, url: string): Judgement | null => judgeRequest(wanted, method, url);
  const options = {
    secrets: kept.secrets,
    redaction: kept.redaction,
    // Where a rule allows a name it may lead anywhere; what a person granted leads where everybody's does.
    addresses: (method: string, url: string) =>
      isAllowedByRule(judged(method, url)) ? ("any" as const) : ("public" as const),
  };
  const servers = await openServers(project, { projectDir, env, ...kept, log: () => undefined });
  const request = httpRequest({
    ...options,
    mayGo: async (method, url, from) => mayGo(judged(method, url), url, from),
  });
  const tools = [request, ...servers.tools];
  return {
    tools,
    digests: Object.fromEntries(tools.map(({ spec }) => [spec.name, sha256(canonical(spec))])),
    probe: async ({ url, happened, not }, key, signal) =>
      probe(url.replaceAll("{key}", encodeURIComponent(key)), { happened, not }, options, signal),
    faults: servers.faults,
    close: async () => servers.close(),
  };
}

/** What the policy would say of a request nobody asks about. null: it is none. */
function judgeRequest({ policy, now }: OutsideWanted, method: string, url: string): Judgement | null {
  const args = httpArgs.safeParse({ method, url });
  if (!args.success) return null;
  return policy().judge("http_request", assessHttp(args.data, []), {
    now: now(),
    open: [],
    isTainted: false,
  });
}

const isAllowedByRule = (judgement: Judgement | null): boolean =>
  judgement?.decision === "allow" && judgement.rule !== null;

/** A redirect to the same host is part of the request, unless a rule speaks of it; what a rule allows is allowed. */
function mayGo(judgement: Judgement | null, url: string, from: string): string | null {
  const isSameHost = URL.parse(url)?.origin === URL.parse(from)?.origin;
  if (judgement?.decision === "allow") return null;
  if (isSameHost && judgement?.decision === "ask" && judgement.rule === null) return null;
  return "nobody allowed that; make the request there yourself if it is needed";
}

async function openServers({ mcp }: ProjectSpec, options: McpOptions): Promise<McpServers> {
  if (mcp === undefined) return { tools: [], faults: [], close: async () => undefined };
  const { openMcp } = await import("../edges/mcp/servers.ts");
  return openMcp(mcp, options);
}
