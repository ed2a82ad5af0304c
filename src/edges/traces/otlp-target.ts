import type { Environment, Target } from "./target.ts";

/**
 * The endpoint of OTEL_EXPORTER_OTLP_*, as "OpenTelemetry Protocol Exporter" of their specification says; what is said of
 * traces alone goes before what is said of all signals. null: there is none; a text: why it cannot be used.
 */
export function otlpTarget(
  env: Environment,
  keyOf: (url: string, account: string) => string,
): Target | string | null {
  if (env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return null;
  if (env["OTEL_TRACES_EXPORTER"]?.trim() === "none") return null;
  const url = endpoint(env);
  if (url === null || typeof url === "string") return url;
  const protocol = setting(env, "PROTOCOL");
  if (protocol === "grpc")
    return "OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and harness speaks http/json: name an endpoint for that, no traces are sent there";
  const headers = pairs(setting(env, "HEADERS") ?? "");
  const tracesUrl = `${url.origin}${url.pathname}${url.search}`;
  return {
    kind: "otlp",
    name: `OTLP at ${url.origin}${url.pathname}`,
    key: keyOf(tracesUrl, ""),
    tracesUrl,
    scoresUrl: null,
    headers: { ...basic(url), ...headers },
    isGzip: setting(env, "COMPRESSION") === "gzip",
    timeoutMs: milliseconds(setting(env, "TIMEOUT")) ?? 10_000,
    resource: resourceOf(env),
    environment: null,
    release: null,
    secrets: Object.values(headers).map((value) => ({ name: "OTEL_EXPORTER_OTLP_HEADERS", value })),
  };
}

const setting = (env: Environment, name: string): string | null =>
  env[`OTEL_EXPORTER_OTLP_TRACES_${name}`]?.trim() || env[`OTEL_EXPORTER_OTLP_${name}`]?.trim() || null;

/** The one for traces is taken as it is; to that for all signals `v1/traces` is added. */
function endpoint(env: Environment): URL | string | null {
  const own = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]?.trim() ?? "";
  const base = env["OTEL_EXPORTER_OTLP_ENDPOINT"]?.trim() ?? "";
  if (own === "" && base === "") return null;
  const name = own === "" ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  const url = URL.parse(own === "" ? base : own);
  if (url === null || !/^https?:$/.test(url.protocol))
    return `${name} is not an address like http://localhost:4318: no traces are sent there`;
  if (own === "") url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/traces`;
  return url;
}

function basic({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const account = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(account).toString("base64")}` };
}

/** `a=b,c=d`, values spelt as in an address. */
function pairs(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const at = pair.indexOf("=");
    if (at > 0) found[decoded(pair.slice(0, at).trim()).toLowerCase()] = decoded(pair.slice(at + 1).trim());
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

const milliseconds = (text: string | null): number | null =>
  text !== null && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : null;

function resourceOf(env: Environment): Record<string, string> {
  const named = pairs(env["OTEL_RESOURCE_ATTRIBUTES"] ?? "");
  const service = env["OTEL_SERVICE_NAME"]?.trim() ?? "";
  return service === "" ? named : { ...named, "service.name": service };
}
