import { encodeJson, encodeText } from "../../src/core/canonical.ts";
import { noBudget } from "../../src/core/budget.ts";
import type { Criterion } from "../../src/core/criterion.ts";
import type { Body, Limits } from "../../src/core/event.ts";
import type { RunConfig } from "../../src/core/goal.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Ports } from "../../src/core/ports.ts";

export const modelName = "fixed/model";

interface Asked {
  readonly base: Digest;
  readonly checks: readonly Criterion[];
  readonly limits: Limits;
}

/** Pins what the run will use, as the command line does. All of it is durable when this resolves. */
export async function createdBody(
  ports: Ports,
  { base, checks, limits }: Asked,
): Promise<Body<"run-created">> {
  const put = async (bytes: Uint8Array): Promise<Digest> => (await ports.blobs.put([bytes]))[0] as Digest;
  const config: RunConfig = {
    title: "a goal",
    text: "a goal",
    checks,
    protect: ["kept/**"],
    scratch: [],
    environment: null,
    askFrom: "network",
    workspace: "/",
    git: null,
    leftOut: [],
  };
  const prompt = await put(encodeText("prompt"));
  return {
    kind: "goal",
    goal: await put(encodeText("a goal")),
    config: await put(encodeJson(config)),
    base,
    pins: {
      harness: "0.0.0",
      prompts: { planner: prompt, worker: prompt, evaluator: prompt },
      rubrics: {},
      models: { planner: modelName, worker: modelName, evaluator: modelName, fallback: null },
      policy: ports.policy.digest,
      image: ports.sandbox.image,
      profile: ports.sandbox.profile,
      capabilities: await put(encodeJson(await ports.sandbox.capabilities())),
      prices: await put(encodeJson({})),
    },
    limits,
    budget: noBudget,
    seed: 1,
    parent: null,
    plan: null,
  };
}
