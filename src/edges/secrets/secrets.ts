import { shortestValue, valueFault } from "../../core/redaction.ts";
import type { Secret, SecretsSpec, SecretSpec } from "../../core/secret.ts";
import { readSecretFile } from "./secret-file.ts";

export interface Place {
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The values of `secrets` in `harness.yaml`, or one line that says why there are none. It never holds a value. */
export async function readSecrets(spec: SecretsSpec, place: Place): Promise<readonly Secret[] | string> {
  const secrets: Secret[] = [];
  for (const [name, one] of Object.entries(spec)) {
    const found = await valueOf(name, one, place);
    if ("fault" in found) return found.fault;
    const fault = valueFault(name, found.value);
    if (fault !== null) return fault;
    secrets.push({ name, value: found.value, hosts: one.hosts });
  }
  return secrets;
}

/** As `readSecrets`, of those that can be had: for who only has to keep them out of what is stored. */
export async function readableSecrets(spec: SecretsSpec, place: Place): Promise<readonly Secret[]> {
  const found = await Promise.all(
    Object.entries(spec).map(async ([name, one]) => readSecrets({ [name]: one }, place)),
  );
  return found.flatMap((secrets) => (typeof secrets === "string" ? [] : secrets));
}

/** Keys of the harness's own, which no request of an agent may name. */
const keyNames = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "OPENAI_API_KEY",
  "OPENAI_COMPATIBLE_API_KEY",
  "LANGFUSE_SECRET_KEY",
];

/** Their values may be keys: `name=value`, with commas between. */
const headerNames = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];

/** Those that are set, for redaction. One too short to be told from other text is none a provider gives out. */
export const keysOf = (env: Place["env"]): readonly Pick<Secret, "name" | "value">[] =>
  [
    ...keyNames.map((name) => ({ name, value: env[name]?.trim() ?? "" })),
    ...headerNames.flatMap((name) =>
      (env[name] ?? "").split(",").map((pair) => ({ name, value: pair.slice(pair.indexOf("=") + 1).trim() })),
    ),
  ].filter(({ value }) => value.length >= shortestValue);

type Found = { readonly value: string } | { readonly fault: string };

async function valueOf(name: string, spec: SecretSpec, { projectDir, env }: Place): Promise<Found> {
  const variable = spec.env ?? name;
  if (keyNames.includes(name) || (spec.file === undefined && keyNames.includes(variable)))
    return {
      fault: `secret ${name} would be a key of harness itself, which no request may carry; use another`,
    };
  if (spec.file !== undefined) return readSecretFile(name, spec.file, projectDir, env["HOME"]);
  const value = withoutNewline(env[variable] ?? "");
  return value === "" ? { fault: missing(name, variable) } : { value };
}

const missing = (name: string, variable: string): string =>
  `secret ${name} has no value; export ${variable}=…, or name a file that you alone can read: secrets: { ${name}: { file: … } }`;

const withoutNewline = (text: string): string => text.replace(/\r?\n$/, "");
