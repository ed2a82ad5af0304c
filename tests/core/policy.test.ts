import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Part } from "../../src/core/assessment.ts";
import { following, judge } from "../../src/core/policy.ts";
import type { PolicySpec } from "../../src/core/policy.ts";
import type { Circumstances } from "../../src/core/ports.ts";
import { risks } from "../../src/core/tool.ts";
import type { Judgement } from "../../src/core/tool.ts";
import { partOf } from "../memory/policy.ts";

const usual: PolicySpec = {
  askFrom: "network",
  rules: [],
  opens: true,
  outside: { http_request: "d", mcp__a__b: "d" },
};
const calm: Circumstances = { now: 0, open: [], isTainted: false };
const said = (
  parts: readonly Part[],
  {
    tool = "bash",
    spec = {},
    at = {},
  }: { tool?: string; spec?: Partial<PolicySpec>; at?: Partial<Circumstances> } = {},
): Judgement => judge({ ...usual, ...spec }, () => () => false, tool, { parts }, { ...calm, ...at });

const anyPart = fc.record({
  risk: fc.constantFrom(...risks),
  hosts: fc.constantFrom([], ["a.example:443"], null),
  isOpaque: fc.boolean(),
  unreachable: fc.constantFrom(null, "it cannot be"),
  words: fc.constantFrom(["git", "push"], ["ls"], [null]),
});
const weight = { allow: 0, ask: 1, refuse: 2 };

describe("the policy", () => {
  test("never decides more softly about more", () => {
    fc.assert(
      fc.property(fc.array(anyPart, { minLength: 1, maxLength: 4 }), anyPart, (some, more) => {
        const few = said(some.map(partOf));
        const all = said([...some, more].map(partOf));
        expect(weight[all.decision]).toBeGreaterThanOrEqual(weight[few.decision]);
        expect(risks.indexOf(all.risk)).toBeGreaterThanOrEqual(risks.indexOf(few.risk));
      }),
    );
  });

  test("lets nothing of that level or above through without a rule, but what network.allow opens", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...risks),
        fc.array(anyPart, { minLength: 1, maxLength: 4 }),
        (askFrom, some) => {
          const { decision, risk, hosts } = said(some.map(partOf), { spec: { askFrom } });
          const isBelow = risks.indexOf(risk) < risks.indexOf(askFrom);
          expect({ decision, isSound: decision !== "allow" || isBelow }).toEqual({ decision, isSound: true });
          expect(decision === "refuse" ? hosts : []).toEqual([]);
        },
      ),
    );
  });

  test("opens a host for a call, and asks no more about what is open", () => {
    const fetch = [partOf({ risk: "network", hosts: ["a.example:443"] })];
    expect(said(fetch)).toMatchObject({ decision: "ask", hosts: ["a.example:443"], reach: "outside" });
    const open = [{ host: "a.example", repeat: false }];
    expect(said(fetch, { at: { open } })).toMatchObject({
      decision: "allow",
      hosts: ["a.example"],
      reach: "outside",
    });
    expect(said(fetch, { at: { open: [{ host: "a.example", repeat: true }] } }).reach).toBe("sandbox");
    expect(said(fetch, { spec: { opens: false } })).toMatchObject({ decision: "refuse" });
  });

  test("an effect outside is asked about though its host is open", () => {
    const post = [partOf({ risk: "external", hosts: ["a.example:443"] })];
    expect(said(post, { at: { open: [{ host: "a.example", repeat: false }] } }).decision).toBe("ask");
  });

  test("a program of the project may act outside where a host is open that must not be reached twice", () => {
    const make = [partOf({ risk: "write", isOpaque: true })];
    expect(said(make).reach).toBe("sandbox");
    expect(said(make, { at: { open: [{ host: "a.example", repeat: false }] } })).toMatchObject({
      decision: "allow",
      reach: "outside",
    });
    const cat = [partOf({ risk: "read" })];
    expect(said(cat, { at: { open: [{ host: "a.example", repeat: false }] } })).toMatchObject({
      reach: "sandbox",
      hosts: [],
    });
  });

  test("a package mirror may be reached twice", () => {
    expect(said([partOf({ risk: "network", hosts: ["registry.npmjs.org:443"] })]).reach).toBe("sandbox");
  });

  test("what is published at a mirror is there once, unless a person says that it may be repeated", () => {
    const publishes = partOf({
      risk: "external",
      hosts: ["registry.npmjs.org:443"],
      words: ["npm", "publish"],
    });
    expect(said([publishes]).reach).toBe("outside");
    const open = [{ host: "registry.npmjs.org", repeat: true }];
    expect(said([publishes], { at: { open } }).reach).toBe("outside");
    const own = partOf({ risk: "external", hosts: ["npm.mine.example:443"], words: ["npm", "publish"] });
    expect(said([own], { at: { open: [{ host: "npm.mine.example", repeat: true }] } }).reach).toBe("sandbox");
  });

  test("a request that asks for nothing to be changed may be repeated, others not", () => {
    const request = (method: string, risk: Part["risk"]): string =>
      said([partOf({ risk, words: [method, "https://a.example/"] })], { tool: "http_request" }).reach;
    expect([request("GET", "network"), request("GET", "external"), request("POST", "external")]).toEqual([
      "sandbox",
      "outside",
      "outside",
    ]);
    expect(said([partOf({ risk: "external", words: ["mcp__a__b"] })], { tool: "mcp__a__b" }).reach).toBe(
      "outside",
    );
  });

  test("the first rule that fits a part decides it; what is denied outweighs what is allowed", () => {
    const push = partOf({ risk: "external", words: ["git", "push"], hosts: ["a.example:443"] });
    const rules: PolicySpec["rules"] = [
      { bash: "git push", then: "ask", because: "look first" },
      { bash: "git *", then: "allow" },
      { bash: "ls", then: "deny" },
    ];
    expect(said([push], { spec: { rules } })).toMatchObject({ decision: "ask", rule: "rule 1 (git push)" });
    expect(said([push, partOf({ risk: "read", words: ["ls"] })], { spec: { rules } }).decision).toBe(
      "refuse",
    );
  });

  test("a tool whose definition changed is asked about whatever a rule says, for the rest of the run", () => {
    const rules = [{ tool: "mcp__a__b", then: "allow" } as const];
    const first = { ...usual, rules, outside: { mcp__a__b: "1", http_request: "d" } };
    const call = [partOf({ risk: "external" })];
    const decide = (spec: PolicySpec): string => said(call, { tool: "mcp__a__b", spec }).decision;
    const second = following(first, { ...first, outside: { ...first.outside, mcp__a__b: "2" } });
    const third = following(second, { ...second, changed: [] });
    expect([first, second, third].map(decide)).toEqual(["allow", "ask", "ask"]);
    expect(following(first, first)).toBe(first);
    const added = following(first, { ...first, outside: { ...first.outside, mcp__a__c: "3" } });
    expect(added.changed).toBeUndefined();
  });

  test("once text of the network was read, no rule lets an effect through unasked", () => {
    const rules: PolicySpec["rules"] = [{ bash: "git push", then: "allow" }];
    const push = [partOf({ risk: "external", words: ["git", "push"], hosts: ["a.example:443"] })];
    expect(said(push, { spec: { rules } }).decision).toBe("allow");
    expect(said(push, { spec: { rules }, at: { isTainted: true } }).decision).toBe("ask");
    expect(said(push, { spec: { askFrom: "privilege" }, at: { isTainted: true } }).decision).toBe("ask");
  });
});
