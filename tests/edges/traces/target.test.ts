import { expect, test } from "vitest";
import { targetsOf } from "../../../src/edges/traces/targets.ts";
import { keys } from "./items.ts";

const langfuse = (env: Readonly<Record<string, string>>): unknown => targetsOf(env).targets[0];

test("without keys and endpoints there is nothing to do, and nothing to say", () => {
  expect(targetsOf({})).toEqual({ targets: [], faults: [] });
  expect(targetsOf({ ...keys, LANGFUSE_TRACING_ENABLED: "false" })).toEqual({ targets: [], faults: [] });
  expect(
    targetsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:4318", OTEL_SDK_DISABLED: "true" }).targets,
  ).toEqual([]);
  expect(
    targetsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:4318", OTEL_TRACES_EXPORTER: "none" }).targets,
  ).toEqual([]);
});

test("Langfuse is reached by its keys, at its cloud or where the address says", () => {
  expect(langfuse(keys)).toMatchObject({
    kind: "langfuse",
    name: "Langfuse at https://cloud.langfuse.com",
    tracesUrl: "https://cloud.langfuse.com/api/public/otel/v1/traces",
    scoresUrl: "https://cloud.langfuse.com/api/public/scores",
    headers: {
      authorization: `Basic ${Buffer.from("pk-lf-1:sk-lf-0123456789").toString("base64")}`,
      "x-langfuse-ingestion-version": "4",
    },
    isGzip: true,
  });
  expect(langfuse({ ...keys, LANGFUSE_BASE_URL: "http://host:3000/path/" })).toMatchObject({
    tracesUrl: "http://host:3000/path/api/public/otel/v1/traces",
  });
  expect(langfuse({ ...keys, LANGFUSE_BASEURL: "http://older" })).toMatchObject({
    name: "Langfuse at http://older",
  });
});

test("another project or server has a cursor of its own, another secret has not", () => {
  const key = (more: object): string => targetsOf({ ...keys, ...more }).targets[0]?.key ?? "";
  expect(key({ LANGFUSE_SECRET_KEY: "sk-lf-another" })).toBe(key({}));
  expect(key({ LANGFUSE_PUBLIC_KEY: "pk-lf-2" })).not.toBe(key({}));
  expect(key({ LANGFUSE_BASE_URL: "http://host" })).not.toBe(key({}));
});

test.each([
  [
    { LANGFUSE_PUBLIC_KEY: "pk" },
    "LANGFUSE_SECRET_KEY is missing beside LANGFUSE_PUBLIC_KEY: no traces are sent",
  ],
  [
    { LANGFUSE_SECRET_KEY: "sk" },
    "LANGFUSE_PUBLIC_KEY is missing beside LANGFUSE_SECRET_KEY: no traces are sent",
  ],
  [
    { ...keys, LANGFUSE_BASE_URL: "host" },
    "LANGFUSE_BASE_URL is not an address like https://cloud.langfuse.com: no traces are sent",
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "host:4318" },
    "OTEL_EXPORTER_OTLP_ENDPOINT is not an address like http://localhost:4318: no traces are sent there",
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://h", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    "OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and harness speaks http/json: name an endpoint for that, no traces are sent there",
  ],
])("%j is told in one line", (env, fault) => {
  expect(targetsOf(env)).toEqual({ targets: [], faults: [fault] });
});

test("the variables of OpenTelemetry mean what its specification says", () => {
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://user:p%40ss@h:4318/x/" };
  expect(langfuse(base)).toMatchObject({
    kind: "otlp",
    name: "OTLP at http://h:4318/x/v1/traces",
    tracesUrl: "http://h:4318/x/v1/traces",
    scoresUrl: null,
    headers: { authorization: `Basic ${Buffer.from("user:p@ss").toString("base64")}` },
    isGzip: false,
    timeoutMs: 10_000,
  });
  expect(
    langfuse({
      ...base,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t/own?a=1",
      OTEL_EXPORTER_OTLP_HEADERS: "Api-Key=a%20b, x=1",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "2500",
      OTEL_SERVICE_NAME: "mine",
      OTEL_RESOURCE_ATTRIBUTES: "team=a,service.name=other",
    }),
  ).toMatchObject({
    tracesUrl: "http://t/own?a=1",
    headers: { "api-key": "a b", x: "1" },
    isGzip: true,
    timeoutMs: 2500,
    resource: { "service.name": "mine", team: "a" },
  });
});

test("both may be told at once", () => {
  expect(
    targetsOf({ ...keys, OTEL_EXPORTER_OTLP_ENDPOINT: "http://h" }).targets.map(({ kind }) => kind),
  ).toEqual(["langfuse", "otlp"]);
});
