import { canonical } from "../canonical.ts";
import type { Manifest } from "./manifest.ts";

/** The part of a manifest a field belongs to: the four questions of reproducibility, and what is versioned. */
export type FieldGroup = "code" | "data" | "artifacts" | "configuration" | "environment";

/** One thing in which two runs may differ, under the name that `runs --where` and `diff` know it by. */
export interface Field {
  readonly group: FieldGroup;
  readonly key: string;
  /** For people, in one line: `worker@5`, or the beginning of a digest. */
  readonly value: string;
  /** Equal in two runs exactly where they do not differ in it. */
  readonly exact: string;
}

/** All fields of a manifest, in the order in which people ask about them. Each key is there once. */
export const fieldsOf = (manifest: Manifest): readonly Field[] => [
  ...codeFields(manifest),
  ...dataFields(manifest),
  ...artifactFields(manifest),
  ...configurationFields(manifest),
  ...environmentFields(manifest),
];

function codeFields({ code }: Manifest): readonly Field[] {
  const { workspace } = code;
  return [
    plain("code", "harness", code.harness),
    plain("code", "harness.commit", code.commit),
    digested("code", "workspace", workspace.tree),
    plain("code", "workspace.commit", workspace.commit),
    plain("code", "workspace.dirty", workspace.dirty),
  ];
}

const dataFields = ({ data }: Manifest): readonly Field[] => [
  { ...plain("data", "goal", data.text), value: `"${data.title}"` },
  digested("data", "plan", data.plan),
  ...Object.entries(data.lockfiles).map(([path, digest]) => digested("data", `lockfile.${path}`, digest)),
];

function artifactFields({ artifacts }: Manifest): readonly Field[] {
  const { prompts, rubrics, models, fallback, unproven } = artifacts;
  const used = (kind: string, all: Manifest["artifacts"]["prompts"]): readonly Field[] =>
    Object.entries(all).map(([name, { version, digest }]) => ({
      ...digested("artifacts", `${kind}.${name}`, digest),
      value: version ?? `file ${digest.slice(0, 4)}`,
    }));
  return [
    ...used("prompt", prompts),
    ...used("rubric", rubrics),
    ...Object.entries(models).map(([role, { name, version }]) => ({
      ...plain("artifacts", `model.${role}`, name),
      value: version ?? name,
      exact: canonical(version === null ? name : { name, version }),
    })),
    plain("artifacts", "model.fallback", fallback),
    listed("artifacts", "unproven", unproven),
    ...Object.entries(models).map(([role, { served }]) => listed("artifacts", `served.${role}`, served)),
  ];
}

function configurationFields({ configuration: of }: Manifest): readonly Field[] {
  const { policy } = of;
  return [
    ...of.checks.map((check) => structured("configuration", `check.${check.id}`, check)),
    listed("configuration", "protect", of.protect),
    listed("configuration", "scratch", of.scratch),
    structured("configuration", "network", of.network, (of.network ?? []).map(({ host }) => host).join(", ")),
    structured("configuration", "rules", policy.rules, `${policy.rules.length} rules`),
    plain("configuration", "ask_from", policy.askFrom),
    ...Object.entries(policy.outside ?? {}).map(([name, digest]) =>
      digested("configuration", `tool.${name}`, digest),
    ),
    plain("configuration", "expire", of.expireMs),
    ...Object.entries(of.limits).flatMap(([name, value]) => limitFields(name, value)),
    ...Object.entries(of.budget).map(([name, value]) => plain("configuration", `budget.${name}`, value)),
    listed("configuration", "secrets", of.secrets ?? []),
    listed("configuration", "left_out", of.leftOut),
  ];
}

type Limit = Manifest["configuration"]["limits"][keyof Manifest["configuration"]["limits"]];

function limitFields(name: string, value: Limit): readonly Field[] {
  if (typeof value !== "object") return [plain("configuration", `limit.${name}`, value)];
  return Object.entries(value).map(([part, of]) => plain("configuration", `limit.${name}.${part}`, of));
}

function environmentFields({ environment: of }: Manifest): readonly Field[] {
  const { programs, python } = of.capabilities;
  return [
    plain("environment", "node", of.node),
    plain("environment", "platform", of.platform),
    ...(["kind", "memory", "cpus", "disk"] as const).map((name) =>
      plain("environment", `sandbox.${name}`, of.sandbox[name] ?? null),
    ),
    plain("environment", "image", of.image),
    plain("environment", "profile", of.profile),
    structured(
      "environment",
      "capabilities",
      of.capabilities,
      `${programs.length} programs${python === null ? "" : `, ${python}`}`,
    ),
    digested("environment", "setup", of.setup),
    listed("environment", "notes", of.notes),
    ...Object.entries(of.prices).map(([model, price]) =>
      structured("environment", `price.${model}`, price, priceText(price)),
    ),
    plain("environment", "seed", of.seed),
  ];
}

const priceText = (price: Manifest["environment"]["prices"][string]): string =>
  price === null ? "unknown" : `$${price.input} in, $${price.output} out per million tokens`;

const plain = (group: FieldGroup, key: string, value: string | number | boolean | null): Field => ({
  group,
  key,
  value: value === null ? "none" : String(value),
  exact: canonical(value),
});

const digested = (group: FieldGroup, key: string, digest: string | null): Field => ({
  ...plain(group, key, digest),
  value: digest?.slice(0, 12) ?? "none",
});

const listed = (group: FieldGroup, key: string, values: readonly string[]): Field => ({
  ...structured(group, key, values),
  value: values.length === 0 ? "none" : values.join(", "),
});

const structured = (group: FieldGroup, key: string, value: unknown, shown?: string): Field => ({
  group,
  key,
  value: shown === undefined ? canonical(value) : shown === "" ? "none" : shown,
  exact: canonical(value),
});
