import type { Pins } from "../../core/event.ts";
import { meant } from "../../core/nearest.ts";
import { parseRef, versionText } from "../../core/registry/artifact.ts";
import type { ArtifactRef } from "../../core/registry/artifact.ts";
import { inProduction } from "../../core/registry/history.ts";
import { logCommand } from "../../core/registry/kind-words.ts";
import { Refused } from "../exit.ts";
import { artifactText } from "./artifact-text.ts";
import { modelKind, modelOf } from "./model-kind.ts";
import type { Opened } from "./open-registry.ts";

/** The models a new run uses. */
export interface RunModels {
  readonly models: Pins["models"];
  /** Versions they are, by role, like `my-ft@2`; those that were named as `provider/model` are not there. */
  readonly used: Readonly<Record<string, string>>;
  /** What a person should know of them, a line each. */
  readonly notes: readonly string[];
  /** Most tokens of one answer that every one of them gives; null: no version says. */
  readonly outputTokens: number | null;
}

/** A version of a model that is kept here. */
interface Kept {
  /** `my-ft@2`. */
  readonly label: string;
  /** `provider/model`, as all else knows it. */
  readonly model: string;
  readonly outputTokens: number | null;
  /** Parameters that no request of harness has. */
  readonly notSent: readonly string[];
}

/**
 * Names of models of this project become those of their providers.
 * @param where what an error about a name begins with @throws Refused, RegistryRefused
 */
export async function runModels(
  opened: Opened,
  named: Pins["models"],
  where: (name: string) => string,
): Promise<RunModels> {
  const kept = new Map<string, Kept>();
  const used: Record<string, string> = {};
  for (const [role, name] of Object.entries(named)) {
    const found = name === null ? null : await keptModel(opened, name, where(name));
    if (name === null || found === null) continue;
    kept.set(name, found);
    used[role] = found.label;
  }
  const of = <N extends string | null>(name: N): N | string =>
    name === null ? name : (kept.get(name)?.model ?? name);
  const { planner, worker, evaluator, fallback } = named;
  return {
    models: { planner: of(planner), worker: of(worker), evaluator: of(evaluator), fallback: of(fallback) },
    used,
    notes: [...new Map([...kept.values()].map((one) => [one.label, one])).values()].flatMap(noteOf),
    outputTokens: leastOf([...kept.values()].flatMap(({ outputTokens }) => outputTokens ?? [])),
  };
}

/** null: it is named as its provider does, or no such name is kept here. */
export async function keptModel(opened: Opened, name: string, where = ""): Promise<Kept | null> {
  const ref = name.includes("/") ? "" : parseRef(name, "model");
  if (typeof ref === "string" || ref.kind !== "model") return null;
  const known = [...opened.registry.byName.values()].flatMap((one) =>
    one.kind === "model" ? [one.name] : [],
  );
  if (!known.includes(ref.name)) {
    const hint = meant(ref.name, known);
    if (hint === "") return null;
    throw new Refused(`${where}no model of this project is called ${JSON.stringify(ref.name)}${hint}`);
  }
  return keptOf(opened, ref, where);
}

async function keptOf(opened: Opened, ref: ArtifactRef, where: string): Promise<Kept> {
  const isOpen = ref.which.type === "file" || ref.which.type === "unsaid";
  if (isOpen && (ref.which.type === "file" || inProduction(opened.registry.history(ref)) === null))
    throw new Refused(
      `${where}no version of the model ${ref.name} is in production; say which, like ${ref.name}@1 (${logCommand(ref)}), or promote one: harness promote model:${ref.name}@1 --to production --why "…"`,
    );
  const text = await artifactText(modelKind, opened, ref);
  const { provider, id, parameters } = modelOf(text);
  const limits = Object.entries(parameters).filter(([key]) => limitNames.has(key));
  const counts = limits.flatMap(([, value]) => (isCount(value) ? [value] : []));
  return {
    label: versionText(ref, text.version?.made.version ?? 0),
    model: `${provider}/${id}`,
    outputTokens: leastOf(counts),
    notSent: Object.keys(parameters).filter((key) => !limitNames.has(key) || !isCount(parameters[key])),
  };
}

/** As providers call it. */
const limitNames = new Set(["max_tokens", "max_output_tokens", "max_completion_tokens"]);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

const leastOf = (counts: readonly number[]): number | null =>
  counts.length === 0 ? null : Math.min(...counts);

const noteOf = ({ label, notSent }: Kept): readonly string[] =>
  notSent.length === 0
    ? []
    : [`${label}: its parameters ${notSent.join(", ")} are kept with it, and no request says them`];
