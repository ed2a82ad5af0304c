import { createHash } from "node:crypto";
import { otlpTarget } from "./otlp-target.ts";
import type { Environment, Target } from "./target.ts";

export interface Targets {
  readonly targets: readonly Target[];
  /** What of the environment cannot be kept to, in one line each. */
  readonly faults: readonly string[];
}

/** The targets that the environment names: Langfuse by its keys, any OTLP endpoint by the variables of OpenTelemetry. */
export function targetsOf(env: Environment): Targets {
  const found = [langfuseTarget(env), otlpTarget(env, keyOf)];
  return {
    targets: found.flatMap((one) => (one === null || typeof one === "string" ? [] : [one])),
    faults: found.filter((one) => typeof one === "string"),
  };
}

/** The variables without which nothing is sent. */
export const neededVariables =
  "LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY and LANGFUSE_BASE_URL (for Langfuse) or OTEL_EXPORTER_OTLP_ENDPOINT";

function langfuseTarget(env: Environment): Target | string | null {
  if (env["LANGFUSE_TRACING_ENABLED"]?.toLowerCase() === "false") return null;
  const account = langfuseAccount(env);
  if (account === null) return null;
  if (typeof account === "string") return `${account}: no traces are sent`;
  const { base, publicKey, authorization, secrets } = account;
  return {
    kind: "langfuse",
    name: `Langfuse at ${base}`,
    key: keyOf(base, publicKey),
    tracesUrl: `${base}/api/public/otel/v1/traces`,
    scoresUrl: `${base}/api/public/scores`,
    headers: {
      authorization,
      "x-langfuse-ingestion-version": ingestionVersion,
      "x-langfuse-public-key": publicKey,
    },
    isGzip: true,
    timeoutMs: 30_000,
    resource: {},
    environment: env["LANGFUSE_TRACING_ENVIRONMENT"]?.trim() || null,
    release: env["LANGFUSE_RELEASE"]?.trim() || null,
    secrets,
  };
}

/** A project on a Langfuse server. */
export interface LangfuseAccount extends Pick<Target, "secrets"> {
  /** Its address, without a slash at the end. */
  readonly base: string;
  readonly publicKey: string;
  /** The value of that header. */
  readonly authorization: string;
}

/** The one that the environment names; null: none; a text: what is wrong with it. */
export function langfuseAccount(env: Environment): LangfuseAccount | string | null {
  const publicKey = env["LANGFUSE_PUBLIC_KEY"]?.trim() ?? "";
  const secretKey = env["LANGFUSE_SECRET_KEY"]?.trim() ?? "";
  if (publicKey === "" && secretKey === "") return null;
  if (publicKey === "") return "LANGFUSE_PUBLIC_KEY is missing beside LANGFUSE_SECRET_KEY";
  if (secretKey === "") return "LANGFUSE_SECRET_KEY is missing beside LANGFUSE_PUBLIC_KEY";
  const named =
    env["LANGFUSE_BASE_URL"]?.trim() ||
    env["LANGFUSE_BASEURL"]?.trim() ||
    env["LANGFUSE_HOST"]?.trim() ||
    langfuseCloud;
  const url = URL.parse(named);
  if (url === null || !/^https?:$/.test(url.protocol))
    return "LANGFUSE_BASE_URL is not an address like https://cloud.langfuse.com";
  const keys = Buffer.from(`${publicKey}:${secretKey}`).toString("base64");
  return {
    base: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    publicKey,
    authorization: `Basic ${keys}`,
    secrets: [
      { name: "LANGFUSE_SECRET_KEY", value: secretKey },
      { name: "LANGFUSE_SECRET_KEY", value: keys },
    ],
  };
}

const langfuseCloud = "https://cloud.langfuse.com";

/**
 * Asked of exporters that are not Langfuse's SDK (langfuse.com/integrations/native/opentelemetry): what is sent shows at
 * once, where a server takes its time over what comes without. Servers that do not know it pass over it.
 */
const ingestionVersion = "4";

const keyOf = (url: string, account: string): string =>
  createHash("sha256").update(`${url}\n${account}`).digest("hex");
