import { describe, expect, test } from "vitest";
import type { ModelResponse } from "../../../src/core/model.ts";
import { anthropic } from "./wire/anthropic.ts";
import { compatible } from "./wire/compatible.ts";
import { asking, type Kit } from "./wire/kit.ts";
import { openai } from "./wire/openai.ts";
import { serve, streaming } from "./wire/server.ts";

const never = new AbortController().signal;
const said = { blocks: [{ text: "It is about delivery." }] };

type Fields = Record<string, unknown>;

/** Frames with a change in the JSON of each. */
const changed = (frames: readonly string[], change: (event: Fields) => void): readonly string[] =>
  frames.map((frame) =>
    frame.replace(/^data: (\{.*\})$/m, (_, json: string) => {
      const event = JSON.parse(json) as Fields;
      change(event);
      return `data: ${JSON.stringify(event)}`;
    }),
  );

const tokensOf = (logprobs: readonly unknown[]): readonly Fields[] =>
  logprobs.map((logprob, at) => ({ token: `t${at}`, bytes: [1], logprob, top_logprobs: [] }));

/** Chat completions list the tokens of each delta beside it. */
function compatibleFrames(logprobs: readonly unknown[]): readonly string[] {
  const left = [...tokensOf(logprobs)];
  return changed(compatible.frames(said), (event) => {
    const [choice] = (event["choices"] ?? []) as Fields[];
    const delta = choice?.["delta"] as Fields | undefined;
    if (choice !== undefined && typeof delta?.["content"] === "string" && delta["content"] !== "")
      choice["logprobs"] = { content: left.splice(0, 2), refusal: null };
  });
}

/** The Responses API lists them in the text of the whole response. */
const openaiFrames = (logprobs: readonly unknown[]): readonly string[] =>
  changed(openai.frames(said), (event) => {
    const output = ((event["response"] as Fields | undefined)?.["output"] ?? []) as Fields[];
    for (const item of output)
      for (const content of item["content"] as Fields[]) content["logprobs"] = tokensOf(logprobs);
  });

interface Told {
  readonly body: unknown;
  readonly response: ModelResponse;
}

async function told(kit: Kit, frames: readonly string[], asks: { readonly logprobs?: true }): Promise<Told> {
  await using server = await serve(streaming(frames));
  const response = await kit.model(server.url).respond(asking(asks), never);
  return { body: server.requests[0]?.body, response };
}

describe.each([
  { kit: compatible, frames: compatibleFrames, asked: { logprobs: true } },
  {
    kit: openai,
    frames: openaiFrames,
    asked: { include: expect.arrayContaining(["message.output_text.logprobs"]) },
  },
])("$kit.name", ({ kit, frames, asked }) => {
  test("tells how likely its tokens were, when asked", async () => {
    const { body, response } = await told(kit, frames([-0.5, -0.25, 0, -2, 3e-9]), { logprobs: true });
    expect(body).toMatchObject(asked);
    expect(response).toMatchObject({ outcome: "complete", logprobs: [-0.5, -0.25, 0, -2, 0] });
  });

  test("is not asked otherwise, and what it tells then is dropped", async () => {
    const { body, response } = await told(kit, frames([-0.5, -0.25]), {});
    expect(JSON.stringify(body)).not.toContain("logprobs");
    expect(response.outcome).toBe("complete");
    expect(response).not.toHaveProperty("logprobs");
  });

  test.each([[[]], [[-0.5, null]], [[-0.5, 0.5]], [[-0.5, "-1"]]])("%j is nothing told", async (logprobs) => {
    const { response } = await told(kit, frames(logprobs), { logprobs: true });
    expect(response.outcome).toBe("complete");
    expect(response).not.toHaveProperty("logprobs");
  });

  test("says of itself that it can be asked", () => {
    expect(kit.model("http://127.0.0.1:1").tellsLogprobs).toBe(true);
  });
});

test("Anthropic tells none", async () => {
  const { body, response } = await told(anthropic, anthropic.frames(said), { logprobs: true });
  expect(JSON.stringify(body)).not.toContain("logprobs");
  expect(response).not.toHaveProperty("logprobs");
  expect(anthropic.model("http://127.0.0.1:1")).not.toHaveProperty("tellsLogprobs");
});
