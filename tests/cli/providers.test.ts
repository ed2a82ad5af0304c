import { describe, expect, test } from "vitest";
import { kits } from "../edges/models/wire/kits.ts";
import type { Block, Kit } from "../edges/models/wire/kit.ts";
import { resetting, serve, streaming } from "../edges/models/wire/server.ts";
import type { Reply, Seen } from "../edges/models/wire/server.ts";
import { folder, harness } from "./ground.ts";

const goal = `---
checks: [{ id: greets, path: greeting.txt }]
---
Write greeting.txt: one friendly line.
`;

const plan = {
  tasks: [
    {
      id: "greet",
      title: "greeting.txt greets",
      instructions: "One friendly line in greeting.txt.",
      criteria: [
        { type: "file", path: "greeting.txt" },
        { id: "kind", type: "rubric", rubric: "Is it friendly?" },
      ],
    },
  ],
};
const submission = {
  summary: "It greets.",
  artifacts: ["greeting.txt"],
  decisions: [],
  open_questions: [],
  confidence: 1,
};
const verdict = {
  scores: [{ criterion: "kind", score: 1, explanation: "It says hello." }],
  explanation: "Friendly.",
};

const call = (tool: string, args: unknown): Block => ({
  id: `call_${tool}`,
  tool,
  json: JSON.stringify(args),
});

/** What the model says, read off the request alone: who is asked by its finishing tool, the turn by what was written. */
function said(body: string): Block {
  if (body.includes('"submit_plan"')) return call("submit_plan", plan);
  if (body.includes('"submit_verdict"')) return call("submit_verdict", verdict);
  return body.includes("wrote greeting.txt")
    ? call("submit", submission)
    : call("write_file", { path: "greeting.txt", content: "Hello, and welcome.\n" });
}

/** Cuts the first answer to every request in the middle of its stream, inside the arguments of the call. */
function cutting(kit: Kit): Reply {
  const seen = new Set<string>();
  return (response, request) => {
    const body = JSON.stringify(request.body);
    const frames = kit.frames({ blocks: [{ text: "I go on." }, said(body)] });
    const isFirst = !seen.has(body);
    seen.add(body);
    const reply = isFirst ? resetting(frames.slice(0, -kit.endFrames - 2)) : streaming(frames);
    reply(response, request);
  };
}

const env = (url: string): Record<string, string> => ({
  ANTHROPIC_API_KEY: "sk-ant-0123456789",
  ANTHROPIC_BASE_URL: url,
  OPENAI_API_KEY: "sk-0123456789",
  OPENAI_BASE_URL: `${url}/v1`,
});

const models: Readonly<Record<string, string>> = {
  anthropic: "anthropic/claude-x",
  openai: "openai/gpt-x",
  "openai-compatible": "openai-compatible/local-x",
};

const pathsOf = (requests: readonly Seen[]): string[] => [
  ...new Set(requests.map((request) => request.path)),
];

describe.each(kits)("a goal over the wire of $name", (kit) => {
  test("is met though every stream is cut once in the middle; each cut is charged and asked again", async () => {
    await using server = await serve(cutting(kit));
    const dir = await folder({ "goal.md": goal });
    const name = models[kit.name] ?? kit.name;
    const { code, err } = await harness(dir, ["run", "goal.md", "--model", name], { env: env(server.url) });
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(err).toMatch(/ met {8}run \w{4} · \d:\d\d · [\d.]+k tokens, price unknown/);
    expect(pathsOf(server.requests)).toEqual([kit.path]);
    // plan, write, submit and verdict, each asked twice.
    expect(server.requests).toHaveLength(8);
    const audited = await harness(dir, ["audit"]);
    expect(audited).toMatchObject({ code: 0 });
  });
});
