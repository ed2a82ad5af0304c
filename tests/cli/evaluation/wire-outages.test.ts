import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hangUp, resetting, silence, status, streaming } from "../../edges/models/wire/server.ts";
import type { Reply } from "../../edges/models/wire/server.ts";
import type { Seat } from "../ground.ts";
import { found, keptBy, mailCases, said } from "./eval-ground.ts";
import { provider, reportIn, says, seatOf, wiredShop, wires } from "./wires.ts";
import type { Heard, Provider } from "./wires.ts";

const slow = { timeout: 90_000 };
const { kit, model, served } = wires.anthropic;
const begun = kit.frames({ ...says("yes"), model: served }).slice(0, 5);
const answerMicros = 60;
/** The most that one answer may cost: about 300 bytes of a request at 1.25, 2048 tokens of an answer at 5. */
const [least, most] = [2048 * 5, 2048 * 5 + 600];

const overloaded = status(529, kit.errorBody("overloaded_error", "Overloaded"), { "retry-after": "0" });
const faults: Readonly<Record<number, Reply>> = {
  1: status(429, kit.errorBody("rate_limit_error", "slow down"), { "retry-after": "0" }),
  2: overloaded,
  3: status(500, "<html><body>Bad gateway</body></html>", { "content-type": "text/html" }),
  4: resetting(begun),
  5: streaming([...begun, kit.errorFrame("overloaded_error", "Overloaded")]),
  6: silence,
};

interface Shop {
  readonly dir: string;
  readonly server: Provider;
  readonly seat: Seat;
}

async function shop(answer: Parameters<typeof provider>[1], suite: object = {}, mails = 12): Promise<Shop> {
  const server = await provider(wires.anthropic, answer);
  const dir = await wiredShop(model, suite, { "tasks/mails/cases.jsonl": mailCases(mails) });
  return { dir, server, seat: await seatOf({ anthropic: server }) };
}

const receipts = async (dir: string): Promise<string[]> => readdir(join(dir, "receipts")).catch(() => []);
const total = (dir: string): number => Object.values(keptBy(dir)).reduce((sum, n) => sum + n, 0);

test("what passes is asked again, and nothing is missing; what may have cost is counted", slow, async () => {
  const answer = ({ mail, time }: Heard) => (time === 1 ? faults[mail] : undefined) ?? says("yes");
  const { dir, server, seat } = await shop(answer, { timeout: "4s" });
  const { evaluation, looks } = await found(dir, 6, "eval", seat);
  expect(looks).toMatchObject([{ answers: 24, errors: 0, outages: 0, repeated: 12 }]);
  expect(server.heard).toHaveLength(24 + 12);
  // Of three faults in each arm the provider may have written an answer.
  expect(looks[0]?.micros).toBeGreaterThan(24 * answerMicros + 6 * least);
  expect(looks[0]?.micros).toBeLessThan(24 * answerMicros + 6 * most);
  const { answers } = await reportIn(dir, evaluation);
  expect(answers.map(({ answered }) => answered.micros)).toEqual(
    Array.from({ length: 24 }, () => answerMicros),
  );
});

test("what remains decides nothing, in plain words, until it is asked for again", slow, async () => {
  let isWell = false;
  const answer = ({ mail }: Heard) => (isWell || mail > 2 ? says("yes") : (faults[mail + 3] ?? says("no")));
  const { dir, server, seat } = await shop(answer, {}, 24);
  const open = await said(dir, 6, "eval", seat);
  expect(open).toMatch(/ 4 outages left, which decide nothing/);
  expect(open).toContain("INCONCLUSIVE");
  expect(await receipts(dir)).toEqual([]);
  expect(total(dir)).toBe(44);
  const before = server.heard.length;
  // Three tries, and three more when all else was there.
  expect(before).toBe(44 + 4 * 6);
  isWell = true;
  const ended = await found(dir, 0, "eval", seat);
  expect(ended).toMatchObject({ looks: [{ answers: 48, outages: 0 }], decision: { verdict: "PROMOTE" } });
  expect(server.heard.length - before).toBe(4);
});

describe("a provider that is down", () => {
  test("from the start ends it soon, costs nothing, and is asked for everything later", slow, async () => {
    let isWell = false;
    const { dir, server, seat } = await shop(() => (isWell ? says("yes") : overloaded));
    const stopped = await said(dir, 5, "eval", seat);
    expect(stopped).toContain("no answers come: overloaded: HTTP 529: Overloaded");
    expect(stopped).toContain(
      " stopped    0 answers are kept, go on with: harness eval mails --candidate prompt:sort@2",
    );
    expect(stopped.match(/no answers come/g)).toHaveLength(1);
    expect(stopped).not.toMatch(/look 1|PROMOTE/);
    expect(total(dir)).toBe(0);
    isWell = true;
    const before = server.heard.length;
    expect((await found(dir, 6, "eval", seat)).looks).toMatchObject([{ micros: 24 * answerMicros }]);
    expect(server.heard.length - before).toBe(24);
  });

  test("half-way: what was answered is kept, and only the rest is asked later", slow, async () => {
    let isWell = false;
    const { dir, server, seat } = await shop(({ mail }) => (isWell || mail <= 3 ? says("yes") : hangUp));
    await said(dir, 5, "eval", seat);
    const known = total(dir);
    expect(known).toBe(6);
    isWell = true;
    const before = server.heard.length;
    expect((await found(dir, 6, "eval", seat)).looks).toMatchObject([{ answers: 24, outages: 0 }]);
    expect(server.heard.length - before).toBe(18);
  });

  test("and says nothing at all is no proof that both versions are equally good", slow, async () => {
    const { dir, seat } = await shop(() => silence, { timeout: "2s" }, 24);
    const stopped = await said(dir, 5, "eval", seat);
    expect(stopped).toMatch(/no answers come: stalled: .*the time for this call was over/);
    expect(await receipts(dir)).toEqual([]);
  });

  test("also for a few cases, which a smoke run asks", slow, async () => {
    const { dir, seat } = await shop(() => hangUp, { held_out: { share: 0.5 } });
    expect(await said(dir, 5, "eval --smoke", seat)).toContain("no answers come: network:");
  });
});

describe("errors of both versions", () => {
  test("prove nothing: a request that the provider never takes", slow, async () => {
    const refused = status(400, kit.errorBody("invalid_request_error", "max_tokens: 2048 > 1024"));
    const { dir, server, seat } = await shop(() => refused, { concurrency: 1 }, 24);
    const stopped = await said(dir, 5, "eval", seat);
    expect(stopped).toContain("no version gets an answer: bad-request: HTTP 400: max_tokens: 2048 > 1024");
    expect(stopped).toContain(" stopped    0 answers are kept, mend it and go on with: harness eval mails");
    expect(server.heard.length).toBeLessThan(24);
    expect(await receipts(dir)).toEqual([]);
    expect(await said(dir, 5, "eval", seat)).toContain("no version gets an answer");
  });

  test("are told at once where there is no such model", slow, async () => {
    const missing = status(404, kit.errorBody("not_found_error", "model: claude-haiku-4-5"));
    const { dir, seat } = await shop(() => missing);
    expect(await said(dir, 5, "eval", seat)).toContain(
      "anthropic/claude-haiku-4-5: HTTP 404: model: claude-haiku-4-5; what was answered is kept, mend it and go on",
    );
    expect(total(dir)).toBe(0);
  });

  test("of the candidate alone reject it", slow, async () => {
    const refused = status(400, kit.errorBody("invalid_request_error", "too brief"));
    const { dir, seat } = await shop(({ text }) => (text.includes("brief") ? refused : says("yes")), {}, 24);
    expect(await found(dir, 1, "eval", seat)).toMatchObject({
      looks: [{ errors: 24, outages: 0 }],
      decision: { verdict: "REJECT" },
    });
  });
});
