import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A version of a prompt as Langfuse's server keeps it. */
interface Kept {
  readonly name: string;
  readonly version: number;
  readonly type: "chat" | "text";
  readonly prompt: unknown;
  readonly config: unknown;
  labels: string[];
  tags: string[];
  readonly commitMessage: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
}

interface Fault {
  readonly method: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `hang`: no answer; `reset`: the connection ends. */
  readonly instead?: "hang" | "reset";
  /** What was asked is done all the same. */
  readonly isDone?: boolean;
}

export interface FakeLangfuse {
  readonly url: string;
  readonly kept: Kept[];
  /** `GET /path?query`, in order. */
  readonly asked: string[];
  /** The next requests of a method that go wrong. */
  readonly faults: Fault[];
  readonly env: Readonly<Record<string, string>>;
}

const secret = "sk-lf-0123456789abcdef";

/** A server that keeps prompts by the rules of Langfuse's own (v3): numbers, labels, types, answers. */
export async function fakeLangfuse(): Promise<FakeLangfuse> {
  const kept: Kept[] = [];
  const [asked, faults]: [string[], Fault[]] = [[], []];
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const text = (await Array.fromAsync(incoming)).join("");
    const { method = "", url = "" } = incoming;
    asked.push(`${method} ${url}`);
    const at = faults.findIndex((fault) => fault.method === method);
    const [fault] = at === -1 ? [] : faults.splice(at, 1);
    const isIn = incoming.headers.authorization === `Basic ${btoa(`pk-lf-x:${secret}`)}`;
    const done = !isIn
      ? { status: 401, body: { message: `Invalid credentials ${incoming.headers.authorization}` } }
      : fault === undefined || fault.isDone === true
        ? handle(kept, method, new URL(url, "http://x"), text)
        : { status: 200, body: {} };
    if (fault?.instead === "hang") return;
    if (fault?.instead === "reset") return void incoming.socket.destroy();
    outgoing.writeHead(fault?.status ?? done.status, {
      "content-type": "application/json",
      ...fault?.headers,
    });
    outgoing.end(
      fault?.body ?? JSON.stringify(fault === undefined ? done.body : { message: `sad ${secret}` }),
    );
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { LANGFUSE_PUBLIC_KEY: "pk-lf-x", LANGFUSE_SECRET_KEY: secret, LANGFUSE_BASE_URL: `${url}/` };
  return { url, kept, asked, faults, env };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const api = "/api/public/v2/prompts";

function handle(kept: Kept[], method: string, url: URL, text: string): Answer {
  const path = url.pathname.startsWith(api) ? url.pathname.slice(api.length) : null;
  const [, name = "", , version = ""] = path?.split("/").map(decodeURIComponent) ?? [];
  if (path === null) return { status: 404, body: { message: "Not found" } };
  if (method === "GET") return path === "" ? list(kept, url) : get(kept, name, url.searchParams);
  const body = JSON.parse(text) as Record<string, unknown>;
  return method === "POST"
    ? create(kept, body)
    : patch(kept, name, Number(version), body["newLabels"] as string[]);
}

function list(kept: readonly Kept[], { searchParams }: URL): Answer {
  const only = searchParams.get("name");
  const [limit, page] = [Number(searchParams.get("limit") ?? 10), Number(searchParams.get("page") ?? 1)];
  const names = [...Map.groupBy(kept, ({ name }) => name)].filter(([name]) => only === null || name === only);
  const data = names
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(limit * (page - 1), limit * page)
    .map(([name, all]) => ({
      name,
      type: all[0]?.type,
      versions: all.map(({ version }) => version).toReversed(),
      labels: all.flatMap(({ labels }) => labels),
      tags: all[0]?.tags,
      lastUpdatedAt: "2026-11-01T00:00:00.000Z",
    }));
  const totalItems = names.length;
  return {
    status: 200,
    body: { data, meta: { page, limit, totalItems, totalPages: Math.ceil(totalItems / limit) } },
  };
}

function get(kept: readonly Kept[], name: string, query: URLSearchParams): Answer {
  const version = query.get("version");
  const found = kept.find(
    (one) =>
      one.name === name &&
      (version === null ? one.labels.includes("production") : one.version === Number(version)),
  );
  if (found === undefined)
    return { status: 404, body: { message: `Prompt not found: '${name}'`, error: "LangfuseNotFoundError" } };
  return { status: 200, body: { id: "x", ...found, isActive: null, resolutionGraph: null } };
}

function create(kept: Kept[], body: Record<string, unknown>): Answer {
  const {
    name,
    type = "text",
    prompt,
    config = {},
    labels = [],
    tags = [],
    commitMessage = null,
  } = body as unknown as Partial<Kept> & Pick<Kept, "name">;
  const before = kept.filter((one) => one.name === name);
  const wrong = (message: string): Answer => ({
    status: 400,
    body: { message, error: "InvalidRequestError" },
  });
  if (before.some((one) => one.type !== type))
    return wrong("Previous versions have different prompt type. Create a new prompt with a different name.");
  if (commitMessage !== null && commitMessage.length > 500) return wrong("Invalid request data");
  if (type === "chat" ? !Array.isArray(prompt) : typeof prompt !== "string")
    return wrong("Invalid request data");
  const version = Math.max(0, ...before.map((one) => one.version)) + 1;
  const made: Kept = {
    name,
    version,
    type,
    prompt,
    config,
    labels: [],
    tags,
    commitMessage,
    createdBy: "API",
    createdAt: "2026-11-02T10:00:00.000Z",
  };
  for (const one of before) one.tags = tags;
  kept.push(made);
  give(kept, made, [...labels, "latest"]);
  return { status: 201, body: made };
}

function patch(kept: Kept[], name: string, version: number, labels: readonly string[]): Answer {
  const found = kept.find((one) => one.name === name && one.version === version);
  if (found === undefined) return { status: 404, body: { message: `Prompt not found: ${name}` } };
  give(kept, found, labels);
  return { status: 200, body: found };
}

/** A label is on one version of a name; none is taken away but by giving it to another. */
function give(kept: readonly Kept[], to: Kept, labels: readonly string[]): void {
  for (const one of kept)
    if (one.name === to.name) one.labels = one.labels.filter((label) => !labels.includes(label));
  to.labels = [...new Set([...to.labels, ...labels])];
}
