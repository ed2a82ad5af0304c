import { expect, test } from "vitest";
import { mapped } from "./mapper.ts";
import type { OtlpRequest } from "./mapper.ts";
import { resource, unsaid, vectors } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

const value = (said: string | number): object =>
  typeof said === "string" ? { stringValue: said } : { intValue: said };

const listed = (said: Readonly<Record<string, string | number>>): object[] =>
  Object.entries(said).map(([key, one]) => ({ key, value: value(one) }));

const requestOf = ({ attributes, name, status }: Vector): OtlpRequest =>
  ({
    resourceSpans: [
      {
        resource: { attributes: listed(resource) },
        scopeSpans: [
          {
            scope: { name: "our-harness", version: "0.1.0" },
            spans: [
              {
                traceId: "0123456789abcdef0123456789abcdef",
                spanId: "0123456789abcdef",
                name: name ?? "s",
                kind: 1,
                startTimeUnixNano: "1747872000000000000",
                endTimeUnixNano: "1747872001000000000",
                attributes: listed(attributes),
                events: [],
                status: status ?? { code: 0 },
              },
            ],
          },
        ],
      },
    ],
  }) as unknown as OtlpRequest;

/** Said by the request's headers, or of experiments: nothing of a span. */
const besides = [
  "projectId",
  "isAppRoot",
  "source",
  "ingestionApiKey",
  "ingestionSdkName",
  "ingestionSdkVersion",
];

test("there are 32 vectors", () => {
  expect(vectors).toHaveLength(32);
});

test.each(vectors)("the model of the server maps $case as the server did", (vector) => {
  const wanted = Object.entries({ ...unsaid, ...vector.mapped }).filter(([name]) => !besides.includes(name));
  expect(mapped(requestOf(vector))).toEqual([Object.fromEntries(wanted)]);
});
