import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ModelResponse } from "../../../src/core/model.ts";
import { answerRows } from "./fault-rows-answers.ts";
import { callRows } from "./fault-rows-calls.ts";
import { connectionRows } from "./fault-rows-connection.ts";
import { eventRows } from "./fault-rows-events.ts";
import { statusRows } from "./fault-rows-status.ts";
import { type Complete, type Failed, type Row, servedBy, usualUsage } from "./fault-rows.ts";
import { hostileEnvironment, printed, watchOutput } from "./wire/around.ts";
import { asking, key, type Kit } from "./wire/kit.ts";
import { kits } from "./wire/kits.ts";
import { serve } from "./wire/server.ts";

/**
 * Each fault of a provider, through the provider's real SDK over real HTTP, and exactly what becomes of the call.
 * A row's title says it: the fault, and what the loop makes of the outcome.
 */
const matrix = (kit: Kit): readonly Row[] =>
  [statusRows, connectionRows, eventRows, callRows, answerRows].flatMap((rows) => rows(kit));

const matrices: ReadonlyMap<Kit, readonly Row[]> = new Map(kits.map((kit) => [kit, matrix(kit)]));

beforeAll(() => {
  hostileEnvironment();
  watchOutput();
});

afterAll(() => {
  const words = printed();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  // An SDK that logs would write into the terminal's picture.
  if (words.length > 0) throw new Error(`something was printed: ${JSON.stringify(words).slice(0, 500)}`);
});

describe.each(kits)("$name", (kit) => {
  const rows = matrices.get(kit) ?? [];
  const [light, heavy] = [false, true].map((is) => rows.filter(({ isHeavy = false }) => isHeavy === is));
  test.concurrent.each(light ?? [])("$fault → $does", async (row) => {
    expect(await played(kit, row)).toEqual({ response: outcome(kit, row.expect), requests: heard(kit, row) });
  });
  test.each(heavy ?? [])("$fault → $does", async (row) => {
    expect(await played(kit, row)).toEqual({ response: outcome(kit, row.expect), requests: heard(kit, row) });
  });
});

async function played(kit: Kit, row: Row): Promise<{ response: ModelResponse; requests: readonly string[] }> {
  await using server = await serve(row.reply);
  const url = row.elsewhere === undefined ? server.url : await row.elsewhere(server.url);
  const model = kit.model(url, row.idleMs === undefined ? {} : { idleMs: row.idleMs });
  const request = asking(row.deadlineMs === undefined ? {} : { deadline: Date.now() + row.deadlineMs });
  const response = await model.respond(request, new AbortController().signal);
  if (JSON.stringify(response).includes(key)) throw new Error("the key was said");
  return {
    response,
    requests: server.requests.map(({ path, headers }) => `${path} ${headers.authorization}`),
  };
}

/** One request, whatever happens: retries are the loop's, each with its own reservation. */
function heard(kit: Kit, row: Row): unknown {
  const once = row.elsewhere === undefined ? [`${kit.path} Bearer ${key}`] : [];
  // Where time ends the call, a busy machine may end it before the server has read all.
  return row.idleMs === undefined ? once : expect.toBeOneOf([[], once]);
}

test("the matrix has no row twice, and covers every class and every stop", () => {
  const rows = [...matrices.values()].flat();
  for (const own of matrices.values()) {
    const titles = own.map(({ fault }) => fault);
    expect(titles.toSorted()).toEqual([...new Set(titles)].toSorted());
  }
  const endings = rows.map(({ expect }) => ("failed" in expect ? expect.failed : expect.stop));
  expect([...new Set(endings)].toSorted()).toEqual(
    [
      "auth",
      "bad-request",
      "calls",
      "context-full",
      "end",
      "length",
      "network",
      "overloaded",
      "pause",
    ].concat(["protocol", "rate-limit", "refusal", "server", "stalled", "wrong-model"]),
  );
  expect(rows.length).toBeGreaterThan(400);
});

/** The response, exactly: of a failure one line, nothing else than its class to act on. */
function outcome(kit: Kit, expected: Failed | Complete): unknown {
  if ("failed" in expected) {
    const { failed, says, status = null, retryAfterMs = null, usage = null } = expected;
    const message = typeof says === "string" ? says : expect.stringMatching(says);
    return { outcome: "failed", error: { class: failed, status, retryAfterMs, message }, usage };
  }
  const { stop, parts, usage = usualUsage(kit), served = servedBy[kit.name] } = expected;
  const isSilent = parts.every((part) => part.type !== "text" && !(part.type === "call" && part.raw !== ""));
  return {
    outcome: "complete",
    stop,
    parts,
    usage,
    servedModel: served,
    requestId: expect.toBeOneOf(["req_1", null]),
    firstTokenMs: isSilent ? expect.toBeOneOf([null, expect.any(Number)]) : expect.any(Number),
  };
}
