import { resolve } from "node:path";
import type { ProjectSpec } from "../../core/goal.ts";
import type { Model, ModelError } from "../../core/model.ts";
import type { Models } from "../../core/ports.ts";
import { accessToCompatible, accessToProvider } from "./access.ts";
import type { Settings } from "./access.ts";
import { meant } from "../../core/nearest.ts";
import { priceOf } from "./prices.ts";
import { ModelRefused } from "./refused.ts";
import { type Hold, noHold, sharedHold } from "./shared-holds.ts";

export interface ModelsOptions {
  /** Absolute; the files of `scripted/FILE` are relative to it. */
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly project: ProjectSpec;
}

/** Models by name, each opened once. A name that was refused is tried again: the key or the script may be mended. */
export function openModels({ projectDir, env, project }: ModelsOptions): Models {
  const open = opener(projectDir, { env, baseUrls: project.base_urls ?? {} }, project.prices ?? {});
  const models = new Map<string, Promise<Opened>>();
  const opened = async (name: string): Promise<Opened> => {
    const known = models.get(name);
    if (known !== undefined) return known;
    const opening = open(name);
    models.set(name, opening);
    opening.catch(() => models.delete(name));
    return opening;
  };
  return {
    model: async (name) => (await opened(name)).model,
    heldUntil: async (name) => (await opened(name)).hold.until(),
  };
}

interface Opened {
  readonly model: Model;
  readonly hold: Hold;
}

export const providers = ["anthropic", "openai", "openai-compatible", "scripted"] as const;

/** What a provider needs is imported when it is named. @throws ModelRefused */
const opener =
  (projectDir: string, settings: Settings, prices: NonNullable<ProjectSpec["prices"]>) =>
  async (name: string): Promise<Opened> => {
    const { provider, model } = partsOf(name);
    const named = { name, model, price: priceOf(name, prices) };
    switch (provider) {
      case "anthropic": {
        const access = accessToProvider(name, provider, settings);
        const { anthropicModel } = await import("./anthropic.ts");
        return held(anthropicModel({ ...named, ...access }), sharedHold(settings.env, provider, access));
      }
      case "openai": {
        const access = accessToProvider(name, provider, settings);
        const { openaiModel } = await import("./openai.ts");
        return held(openaiModel({ ...named, ...access }), sharedHold(settings.env, provider, access));
      }
      case "openai-compatible": {
        const access = accessToCompatible(name, settings);
        const { compatibleModel } = await import("./openai-compatible.ts");
        return held(compatibleModel({ ...named, ...access }), sharedHold(settings.env, provider, access));
      }
      case "scripted": {
        const { scriptedModel } = await import("./scripted.ts");
        const file = resolve(projectDir, model);
        return { model: await scriptedModel({ name, file, price: named.price }), hold: noHold };
      }
    }
  };

/** A model whose provider's wish that we wait is heard by every run on this machine. */
const held = (model: Model, hold: Hold): Opened => ({
  hold,
  model: {
    name: model.name,
    price: model.price,
    ...(model.tellsLogprobs === true ? { tellsLogprobs: true } : {}),
    respond: async (request, signal) => {
      const response = await model.respond(request, signal);
      if (response.outcome === "failed") await heed(hold, response.error);
      return response;
    },
  },
});

async function heed(hold: Hold, error: ModelError): Promise<void> {
  const isShared = error.class === "rate-limit" || error.class === "overloaded";
  if (isShared && error.retryAfterMs !== null) await hold.extend(Date.now() + error.retryAfterMs);
}

/** `PROVIDER/MODEL`; what follows the first `/` is the provider's own. @throws ModelRefused where it names none */
export function partsOf(name: string): { provider: (typeof providers)[number]; model: string } {
  const slash = name.indexOf("/");
  const said = slash === -1 ? name : name.slice(0, slash);
  const provider = providers.find((candidate) => candidate === said);
  if (provider === undefined) {
    throw new ModelRefused(
      `no provider of models is called ${JSON.stringify(said)}${meant(said, providers) || ";"} write PROVIDER/MODEL with one of ${providers.join(", ")}`,
    );
  }
  const model = slash === -1 ? "" : name.slice(slash + 1);
  if (model.trim() !== "") return { provider, model };
  const what = provider === "scripted" ? "FILE" : "MODEL";
  throw new ModelRefused(`${JSON.stringify(name)} names no model; write ${provider}/${what}`);
}
