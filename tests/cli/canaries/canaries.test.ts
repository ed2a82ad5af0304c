import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zstdDecompressSync } from "node:zlib";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { kits } from "../../edges/models/wire/kits.ts";
import type { Block, Kit } from "../../edges/models/wire/kit.ts";
import { serve, streaming } from "../../edges/models/wire/server.ts";
import type { Reply } from "../../edges/models/wire/server.ts";
import { capture } from "../../edges/traces/capture.ts";
import { folder, harness, runId } from "../ground.ts";
import { greeting, writes } from "../stories.ts";

/**
 * Twenty secrets, each of which comes back to the harness in every way the outside has: in answers of a host that repeats
 * what it was sent, in where it sends us, in what an MCP server prints and fails with, in a provider's error. What is
 * searched afterwards is all a person or a model gets to see, and all that is kept.
 */
const unusual = [
  "-----BEGIN KEY-----\ncanary17/+aGVsbG8gd29ybGQ\nc2Vjb25kIGxpbmU=\n-----END KEY-----",
  `canary18 "quoted" \\back\\ <&'>`,
  "canary19-pässwörd-日本-🙂-end",
  "2019845562031847",
];
const plain = Array.from({ length: 14 }, (_, at) => `canary-${at + 1}-${"x7Q/k+9=".repeat(2)}${at}`);
const values = [...plain, "sk-ant-canary-15-0123456789", "sk-lf-canary-16-0123456789", ...unusual];
const nameOf = (at: number): string => `CANARY_${at + 1}`;
/** All but the two keys of the harness itself. */
const named = values.flatMap((value, at) => (value.startsWith("sk-") ? [] : [{ name: nameOf(at), value }]));
const inFiles = named.slice(0, 4);
const inHeaders = named.filter(({ value }) => plain.includes(value));
const marks = named.map(({ name }) => `{{secret:${name}}}`);

test("twenty canaries over a whole run: none is in what is kept, shown or sent to the model", async () => {
  const tracker = await echo();
  const [kit] = kits;
  if (kit === undefined) throw new Error("there is no kit");
  await using model = await serve(worker(kit, tracker.url));
  const traces = await capture();
  const dir = await project(tracker.url.replace("http://", ""));
  const seat = {
    env: { ...env(model.url), LANGFUSE_PUBLIC_KEY: "pk-lf-1", LANGFUSE_BASE_URL: traces.url },
    terminal: { columns: 100, rows: 40, write: () => undefined },
    person: { presses: Array.from({ length: 20 }, () => "y") },
  };
  const done = await harness(dir, ["run", "goal.md", "--yes"], seat);
  expect(done).toMatchObject({ code: 0 });

  // They went where they should, or nothing below means anything.
  const received = tracker.received.join("\n");
  for (const { value } of named) expect(received).toContain(value);

  const shown = [done.out, done.err];
  for (const argv of [
    ["show"],
    ["show", "report"],
    ["audit"],
    ["approvals"],
    ["runs"],
    ["report", "nothing"],
  ])
    shown.push(...Object.values(await harness(dir, argv, { env: env(model.url) })).map(String));
  const prompts = model.requests.map(({ body }) => JSON.stringify(body));
  expect(prompts.length).toBeGreaterThan(7);
  expect(prompts.at(-1)).toContain(marks[0]);
  const traced = traces.arrivals.flatMap(({ path, text }) => [path, text]);
  expect(traced.join("\n")).toContain(marks[0]);
  const kept = await keptIn(join(dir, ".harness"));
  expect(kept.length).toBeGreaterThan(50);
  expect(kept.join("\n")).toContain(marks[0]);
  expect([...new Set([...shown, ...prompts, ...traced, ...kept].flatMap(canariesIn))]).toEqual([]);
});

test("what people say with their answers is kept without canaries", async () => {
  const dir = await folder({
    ...greeting({ "task/greet/*": [{ bash: { command: "rm -rf old" } }, ...writes("Hello.")] }),
    "harness.yaml": JSON.stringify({ secrets: { CANARY_1: { hosts: ["a.example"] } } }),
    "old/file": "1",
    "edited.sh": `rm -rf old # ${plain[0]}`,
  });
  const seat = { env: { CANARY_1: plain[0] } };
  const { code, err } = await harness(dir, ["run", "goal.md"], seat);
  expect(code).toBe(3);
  const run = runId(err);
  const [id = ""] = /a\d+/.exec((await harness(dir, ["approvals"])).out) ?? [];
  await harness(dir, ["tell", run, `it is ${plain[0]}`], seat);
  const answer = ["approvals", "approve", id, "--edit", "edited.sh", "--note", `as ${plain[0]} says`];
  expect(await harness(dir, answer, seat)).toMatchObject({ code: 0 });
  const kept = await keptIn(join(dir, ".harness"));
  expect(kept).toContain(`as ${marks[0]} says`);
  expect(kept).toContain(`it is ${marks[0]}`);
  expect(kept.flatMap(canariesIn)).toEqual([]);
});

test("the search finds a canary in each of its spellings", () => {
  for (const value of values) {
    const spellings = [value, JSON.stringify({ value }), encodeURIComponent(value)];
    for (const text of [
      ...spellings,
      Buffer.from(value).toString("base64"),
      Buffer.from(value).toString("hex"),
    ])
      expect(canariesIn(`before ${text} after`)).toEqual([value]);
  }
});

/** The canaries in a text, also in base64, as an address and in JSON. */
const canariesIn = (text: string): readonly string[] =>
  values.filter((value) =>
    [
      value,
      JSON.stringify(value).slice(1, -1),
      JSON.stringify(JSON.stringify(value)).slice(3, -3),
      encodeURIComponent(value),
      Buffer.from(value).toString("base64").replace(/=+$/, ""),
      Buffer.from(value).toString("hex"),
    ].some((form) => text.includes(form)),
  );

const env = (url: string): Record<string, string> => ({
  HOME: "/nonexistent",
  ANTHROPIC_API_KEY: "sk-ant-canary-15-0123456789",
  LANGFUSE_SECRET_KEY: "sk-lf-canary-16-0123456789",
  ANTHROPIC_BASE_URL: url,
  ...Object.fromEntries(named.slice(inFiles.length).map(({ name, value }) => [name, value])),
});

async function project(tracker: string): Promise<string> {
  const keeper = fileURLToPath(new URL("keeper.mjs", import.meta.url));
  const secrets = Object.fromEntries(
    named.map(({ name }) => [
      name,
      inFiles.some((one) => one.name === name)
        ? { hosts: [tracker], file: `keys/${name}` }
        : { hosts: [tracker] },
    ]),
  );
  const config = {
    approvals: {
      rules: [
        { http: `GET http://${tracker}/*`, then: "allow" },
        { tool: "mcp__keeper__reveal", then: "allow" },
      ],
    },
    secrets,
    mcp: {
      keeper: {
        command: [process.execPath, keeper],
        env: Object.fromEntries(named.map(({ name }) => [`HELD_${name}`, `{{secret:${name}}}`])),
      },
    },
  };
  const dir = await folder({
    "harness.yaml": JSON.stringify(config),
    "goal.md": `---\n${JSON.stringify({
      model: "anthropic/claude-x",
      sandbox: { kind: "embedded" },
      checks: [{ id: "there", path: "report.txt" }],
    })}\n---\nWrite report.txt.\n`,
    "settings.ini": `token=${plain[7]}\n`,
    ...Object.fromEntries(inFiles.map(({ name, value }) => [`keys/${name}`, `${value}\n`])),
  });
  for (const { name } of inFiles) await chmod(join(dir, "keys", name), 0o600);
  return dir;
}

/** Repeats all it was sent in as many spellings as it can, cut in the middle of values, and sends on to where they are in the address. */
async function echo(): Promise<{ readonly url: string; readonly received: string[] }> {
  const received: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const all = `${request.rawHeaders.join("\n")}\n${Buffer.concat(chunks).toString()}`;
    received.push(all);
    const path = request.url ?? "";
    if (path === "/moved")
      response.writeHead(302, { location: `/then?${encodeURIComponent(all.slice(0, 4000))}` }).end();
    else await inPieces(response, path === "/broken" ? 500 : 200, all);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function inPieces(response: ServerResponse, status: number, all: string): Promise<void> {
  response.writeHead(status, { "x-again": encodeURIComponent(all.slice(0, 2000)) });
  const forms = [all, JSON.stringify({ all }), encodeURIComponent(all), Buffer.from(all).toString("base64")];
  for (const piece of forms.join("\n\n").match(/[\s\S]{1,97}/gu) ?? [])
    if (!response.write(piece)) await once(response, "drain");
  response.end();
}

const call = (tool: string, args: unknown): Block => ({
  id: `call_${Math.round(performance.now() * 1000)}`,
  tool,
  json: JSON.stringify(args),
});

/** Plays the planner and then, turn by turn, a worker that does all that can bring a secret back. */
function worker(kit: Kit, tracker: string): Reply {
  const headers = Object.fromEntries(inHeaders.map(({ name }, at) => [`x-key-${at}`, `{{secret:${name}}}`]));
  const plan = {
    tasks: [
      {
        id: "report",
        title: "report.txt is there",
        instructions: "Write it.",
        criteria: [{ type: "file", path: "report.txt" }],
      },
    ],
  };
  const turns: Block[] = [
    call("submit_plan", plan),
    call("http_request", { method: "GET", url: `${tracker}/echo`, headers }),
    call("http_request", { method: "POST", url: `${tracker}/broken`, headers, body: marks.join("\n") }),
    call("http_request", { method: "GET", url: `${tracker}/moved`, headers }),
    call("mcp__keeper__reveal", {}),
    call("mcp__keeper__fail", {}),
    call("bash", { command: "env; cat settings.ini keys/* 2>&1; ls -a" }),
    call("write_file", { path: "report.txt", content: `all done, with ${marks.join(" ")}\n` }),
    call("submit", {
      summary: "Done.",
      artifacts: ["report.txt"],
      decisions: [],
      open_questions: [],
      confidence: 1,
    }),
  ];
  let isFirst = true;
  return (response, seen) => {
    if (isFirst) {
      isFirst = false;
      const said = `no such key: ${JSON.stringify(seen.headers)}`;
      response.writeHead(529, { "content-type": "application/json", "retry-after": "0" });
      response.end(kit.errorBody("overloaded_error", said));
      return;
    }
    const block = turns.length > 1 ? turns.shift() : turns[0];
    streaming(kit.frames({ blocks: block === undefined ? [] : [block] }))(response, seen);
  };
}

/** Everything under `.harness`: files as they are, and of the databases each text and each blob as it was put in. */
async function keptIn(dir: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) found.push((await readFile(join(entry.parentPath, entry.name))).toString("latin1"));
  const utf8 = found.map((text) => Buffer.from(text, "latin1").toString());
  const journal = new Database(join(dir, "harness.db"), { readonly: true });
  const bodies = journal.prepare("SELECT body FROM events UNION ALL SELECT value FROM answers").pluck().all();
  journal.close();
  const blobs = new Database(join(dir, "blobs.db"), { readonly: true });
  const chunks = blobs.prepare("SELECT codec, bytes FROM chunks").all() as { codec: number; bytes: Buffer }[];
  blobs.close();
  const texts = chunks.map(({ codec, bytes }) =>
    (codec === 1 ? zstdDecompressSync(bytes) : bytes).toString("utf8"),
  );
  return [...utf8, ...bodies.map(String), ...texts];
}
