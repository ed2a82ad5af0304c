import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { decodeText } from "../../src/core/canonical.ts";
import type { Entry } from "../../src/core/event.ts";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import { noEngine, root } from "./ground.ts";
import type { Files } from "./ground.ts";

export type Turn = Readonly<Record<string, unknown>>;

export const submits = (summary: string): Turn => ({
  submit: { summary, artifacts: [], decisions: [], open_questions: [], confidence: 1 },
});
export const writes = (path: string, content: string): Turn => ({ write_file: { path, content } });
export const posts = (url: string): Turn => ({ http_request: { method: "POST", url } });
export const runsBash = (command: string): Turn => ({ bash: { command } });

/** A task that is done when its file holds `good`. */
export const task = (id: string, needs: readonly string[] = [], more: Turn = {}): Turn => ({
  id,
  title: `what ${id} is about`,
  needs,
  instructions: `Write ${id}.txt.`,
  criteria: [{ run: `grep -q good ${id}.txt || { echo not good; exit 1; }` }],
  ...more,
});

/** A project whose goal has this plan, and whose model says what `script` says. */
export const project = (tasks: readonly Turn[], script: Turn, front: Turn = {}): Files => ({
  "goal.md": `---\n${JSON.stringify({
    workspace: "workspace",
    model: "scripted/script.yaml",
    sandbox: { kind: "embedded" },
    plan: "plan.yaml",
    concurrency: 2,
    ...front,
  })}\n---\n# Files\n\nEach file says good.\n`,
  "plan.yaml": JSON.stringify({ tasks, checks: [{ path: `${String(tasks.at(-1)?.["id"])}.txt` }] }),
  "script.yaml": JSON.stringify({ price: { input: 1, output: 5 }, ...script }),
  "workspace/input.csv": "1;2\n",
});

/** A server that answers each request with how many it had, and what it was asked for; gone after the test. */
export interface Counting {
  readonly url: string;
  readonly asked: readonly string[];
  /** Resolves when it is asked for the first time. */
  readonly reached: Promise<void>;
  readonly close: () => void;
}

/** @param silent a path whose requests get no answer */
export async function counting(silent = "/never"): Promise<Counting> {
  const asked: string[] = [];
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    resolve();
    asked.push(`${request.method} ${request.url}`);
    if (request.url !== silent) response.end(`order number ${asked.length} is in the book`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, reached, close };
}

/** Rules that let workers send to it without asking. */
export const mayPost = (url: string): Files => ({
  "harness.yaml": JSON.stringify({ approvals: { rules: [{ http: `POST ${url}/*`, then: "allow" }] } }),
});

/** A command line as a process of its own that dies at a failpoint. @returns what it told */
export async function dies(dir: string, at: string, argv: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(root, "bin", "harness.cjs"), ...argv], {
    cwd: dir,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...noEngine, HARNESS_FAILPOINT: at },
  });
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (told += text));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal !== "SIGKILL") throw new Error(`it ended with ${code} before ${at}:\n${told}`);
  return told;
}

export interface Journaled {
  readonly entries: readonly Entry[];
  /** What came of each call of a tool, as the model was told. */
  readonly results: readonly string[];
  /** What models were asked, as JSON. */
  readonly requests: readonly string[];
}

export async function journaled(dir: string, run: string): Promise<Journaled> {
  const { journal, blobs, close } = await openStorageReader(join(dir, ".harness"));
  try {
    const textOf = async (digest: string): Promise<string> => decodeText(await blobs.get(digest));
    const entries = await Array.fromAsync(journal.read(run, 0));
    const results: string[] = [];
    const requests: string[] = [];
    for (const { type, body } of entries) {
      if (type === "call-ended" && body.result !== null) results.push(await textOf(body.result));
      if (type === "model-started") requests.push(await textOf(body.request));
    }
    return { entries, results, requests };
  } finally {
    await close();
  }
}
