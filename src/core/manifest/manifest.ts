import type { Body } from "../event.ts";
import type { RunConfig } from "../goal.ts";
import type { Digest, Instant, Role, RunId } from "../id.ts";
import type { Price } from "../model.ts";
import type { PolicySpec } from "../policy.ts";
import type { Capabilities } from "../sandbox.ts";

/**
 * Whether a run can be done again from what is kept. `replayable`: every answer of a model is there, so that a replay comes
 * to the same without asking anybody. `re-sampled`: some are gone; models would be asked anew, and may answer otherwise.
 */
type Grade = "replayable" | "re-sampled";

/** A version of an artifact as a run used it. */
interface Used {
  /** Like `worker@5`; null: the working file as it was. */
  readonly version: string | null;
  readonly digest: Digest;
}

/** What a run was made of, complete without anyone having written anything down. Plain JSON. */
export interface Manifest {
  readonly manifest: 1;
  readonly run: RunId;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Of the journal as it is: any later reader can tell whether it is the same. */
  readonly head: { readonly seq: number; readonly hash: Digest };
  readonly parent: Body<"run-created">["parent"];
  readonly grade: Grade;
  /** Why it is no better; null: it is the best. */
  readonly because: string | null;
  readonly code: {
    readonly harness: string;
    /** See `RunFacts`; null also for runs of an older version. */
    readonly commit: string | null;
    readonly workspace: {
      readonly tree: Digest;
      readonly commit: string | null;
      /** Uncommitted files. */
      readonly dirty: number | null;
    };
  };
  readonly data: {
    /** Of the goal file's bytes. */
    readonly goal: Digest;
    readonly title: string;
    readonly text: string;
    /** Of a person's own plan. */
    readonly plan: Digest | null;
    /** Of files that say which packages are used, by path. */
    readonly lockfiles: Readonly<Record<string, Digest>>;
  };
  readonly artifacts: {
    readonly prompts: Readonly<Record<string, Used>>;
    readonly rubrics: Readonly<Record<string, Used>>;
    readonly models: Readonly<
      Record<
        string,
        { readonly name: string; readonly served: readonly string[]; readonly version: string | null }
      >
    >;
    readonly fallback: string | null;
    /** Versions that were in production by a person's word alone, without a receipt. */
    readonly unproven: readonly string[];
  };
  readonly configuration: {
    readonly checks: RunConfig["checks"];
    readonly protect: readonly string[];
    readonly scratch: readonly string[];
    readonly network: RunConfig["network"];
    readonly policy: PolicySpec;
    readonly expireMs: number | null;
    readonly limits: Body<"run-created">["limits"];
    readonly budget: Body<"run-created">["budget"];
    /** By name; values are nowhere. */
    readonly secrets: readonly string[] | null;
    readonly leftOut: readonly string[];
  };
  readonly environment: {
    readonly node: string | null;
    readonly platform: string | null;
    readonly sandbox: NonNullable<RunConfig["sandbox"]>;
    readonly image: string;
    readonly profile: string;
    readonly capabilities: Capabilities;
    /** What every sandbox holds besides the workspace: the setup's result. */
    readonly setup: Digest | null;
    readonly notes: readonly string[];
    /** US dollars per million tokens; null: unknown. */
    readonly prices: Readonly<Record<string, Price | null>>;
    readonly seed: number;
  };
}

/** All that a manifest is told from; whoever reads a run collects it. */
export interface ManifestSources {
  readonly run: RunId;
  readonly createdAt: Instant;
  readonly head: Manifest["head"];
  readonly created: Body<"run-created">;
  readonly config: RunConfig;
  readonly policy: PolicySpec;
  readonly capabilities: Capabilities;
  readonly prices: Readonly<Record<string, Price | null>>;
  readonly lockfiles: Readonly<Record<string, Digest>>;
  /** As providers named what answered, by role. */
  readonly served: Readonly<Partial<Record<Role, readonly string[]>>>;
  /** Answers of models that are no longer there. */
  readonly gone: number;
}

export function manifestOf(from: ManifestSources): Manifest {
  const { run, head, created, config } = from;
  const isWhole = from.gone === 0;
  return {
    manifest: 1,
    run,
    created: new Date(from.createdAt).toISOString(),
    head,
    parent: created.parent,
    grade: isWhole ? "replayable" : "re-sampled",
    because: isWhole ? null : `${from.gone} answers of models are no longer kept`,
    code: {
      harness: created.pins.harness,
      commit: config.facts?.commit ?? null,
      workspace: {
        tree: created.base,
        commit: config.git?.commit ?? null,
        dirty: config.git?.dirty ?? null,
      },
    },
    data: {
      goal: created.goal,
      title: config.title,
      text: config.text,
      plan: created.plan,
      lockfiles: from.lockfiles,
    },
    artifacts: artifactsOf(from),
    configuration: configurationOf(from),
    environment: environmentOf(from),
  };
}

function artifactsOf({ created, config, served }: ManifestSources): Manifest["artifacts"] {
  const { prompts, rubrics, models } = created.pins;
  const used = (digests: Readonly<Record<string, Digest>>, versions: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(
      Object.entries(digests).map(([name, digest]) => [name, { version: versions[name] ?? null, digest }]),
    );
  const { fallback, ...byRole } = models;
  return {
    prompts: used(prompts, config.prompts),
    rubrics: used(rubrics, config.rubrics),
    models: Object.fromEntries(
      Object.entries(byRole).map(([role, name]) => [
        role,
        { name, served: served[role as Role] ?? [], version: config.models?.[role] ?? null },
      ]),
    ),
    fallback,
    unproven: config.unproven ?? [],
  };
}

const configurationOf = ({ created, config, policy }: ManifestSources): Manifest["configuration"] => ({
  checks: config.checks,
  protect: config.protect,
  scratch: config.scratch,
  network: config.network ?? [],
  policy,
  expireMs: config.expireMs ?? null,
  limits: created.limits,
  budget: created.budget,
  secrets: config.facts?.secrets ?? null,
  leftOut: config.leftOut,
});

const environmentOf = (from: ManifestSources): Manifest["environment"] => ({
  node: from.config.facts?.node ?? null,
  platform: from.config.facts?.platform ?? null,
  sandbox: from.config.sandbox ?? { kind: "embedded", memory: null, cpus: null },
  image: from.created.pins.image,
  profile: from.created.pins.profile,
  capabilities: from.capabilities,
  setup: from.config.environment ?? null,
  notes: from.config.notes ?? [],
  prices: from.prices,
  seed: from.created.seed,
});

/** Files that say which packages a workspace uses, where they lie at its top. */
export const lockfileNames = [
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "bun.lock",
  "requirements.txt",
  "poetry.lock",
  "uv.lock",
  "Pipfile.lock",
  "Cargo.lock",
  "go.sum",
  "Gemfile.lock",
  "composer.lock",
  "mix.lock",
  "gradle.lockfile",
  "packages.lock.json",
] as const;
