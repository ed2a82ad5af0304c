import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { junitText } from "../../../src/cli/report/junit.ts";
import { markdownText } from "../../../src/cli/report/markdown.ts";
import { reportPage } from "../../../src/cli/report/page/document.ts";
import type { Report } from "../../../src/evals/report/report.ts";
import { parse } from "../page/markup.ts";
import type { Element } from "../page/markup.ts";
import { sampleReport } from "../../evals/report/sample-report.ts";
import type { Sample } from "../../evals/report/sample-report.ts";

const ending = { receipt: null, exit: null };

/** What breaks out of HTML, XML, CDATA, Markdown, tables, terminals. */
const hostile =
  "<script>alert(1)</script>\u202e]]> --> | \\| ``` `a` & \"'</pre></svg><!-- [x](javascript:1) @all #1 \u0000\u001b[31m\ud800 \uffff\r\n### hi\n| a | b |\n```\n<b>";
const kinds: Readonly<Record<string, Sample>> = {
  promote: {
    cases: 40,
    looks: [2],
    best: {},
    forms: ["robustness:typos", "fairness:gender"],
    errors: 0.02,
    wholes: [
      { name: "pass_at_2", pass_at: 2, of: "quasi_exact_match" },
      { name: "pass_at_4", pass_at: 4, of: "quasi_exact_match" },
      { name: "classification_macro_f1", f1: "macro" },
    ],
  },
  reject: { cases: 60, candidate: { right: 0.2 } },
  open: { cases: 20, outages: 0.1 },
  first: { cases: 40, baseline: null, gate: firstGate() },
  smoke: { cases: 8, mode: "smoke" },
  hostile: {
    cases: 40,
    candidate: { right: 0.5 },
    errors: 0.1,
    outages: 0.05,
    groups: [hostile, "<b>x</b>", "__proto__"],
    wholes: [
      { name: hostile, pass_at: 1, of: "quasi_exact_match" },
      { name: `${hostile}2`, pass_at: 2, of: hostile },
      { name: `${hostile}3`, f1: "macro" },
    ],
    words: (place) => `${hostile} ${place}`,
  },
};
function firstGate(): NonNullable<Sample["gate"]> {
  const quality = { kind: "rate", metric: "quasi_exact_match", better: "higher", margin: 0.05 } as const;
  return { guards: { quality: { ...quality, floor: 0.6 } } };
}
const named = new Map(Object.entries(kinds).map(([name, sample]) => [name, sampleReport(sample)]));
const reportOf = (name: string): Report => {
  const found = named.get(name);
  if (found === undefined) throw new Error(`no report ${name}`);
  return found;
};

/** Every text of others in a report is this one. */
const saying = (report: Report, text: string): Report => ({
  ...report,
  suite: { ...report.suite, name: text },
  candidate: { ...report.candidate, name: text, model: text, served: [text] },
  cases: report.cases.map((one) => ({
    cluster: `${one.cluster}${text}`,
    case: { ...one.case, groups: [text], vars: { [text]: text }, expect: [text, text] },
  })),
  answers: report.answers.map((one) => ({
    ...one,
    answered: { ...one.answered, text, why: one.answered.why === null ? null : text, served: text },
  })),
});

const values = (elements: readonly Element[], name: string): readonly string[] =>
  elements.flatMap(({ attributes }) => attributes.get(name) ?? []);

const elementNames =
  "html head meta title style body a svg defs symbol circle path rect use header p code h1 span dl div dt dd nav ul li main section h2 h3 h5 g text table thead tbody tr th td pre details summary article figure figcaption b footer".split(
    " ",
  );

function checkPage(page: string): ReturnType<typeof parse> {
  const parsed = parse(page);
  const { elements } = parsed;
  expect(elements.filter(({ name }) => !elementNames.includes(name)).map(({ name }) => name)).toEqual([]);
  const ids = values(elements, "id");
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  const links = values(elements, "href");
  expect(links.filter((href) => !href.startsWith("#") || !ids.includes(href.slice(1)))).toEqual([]);
  expect(/(?!\n|\t)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u.exec(page)).toBeNull();
  const numbers = elements.flatMap(({ attributes }) =>
    ["d", "x", "y", "cx", "cy", "r", "width", "height", "viewBox"].flatMap(
      (name) => attributes.get(name) ?? [],
    ),
  );
  expect(numbers.filter((one) => /NaN|Infinity|undefined/.test(one))).toEqual([]);
  return parsed;
}

describe("the page of a report", () => {
  test.each(Object.keys(kinds))(
    "of %s is ours alone, loads nothing, and comes out the same again",
    (name) => {
      const page = reportPage(reportOf(name));
      checkPage(page);
      expect(page).not.toMatch(/https?:|\ssrc=|<script|<link|<img|<iframe|\son\w+=/);
      expect(reportPage(JSON.parse(JSON.stringify(reportOf(name))) as Report)).toBe(page);
    },
  );

  test("has a picture with a text for each plot that people want", () => {
    const { elements } = checkPage(reportPage(reportOf("promote")));
    const pictures = elements.filter(({ attributes }) => attributes.get("role") === "img");
    const labels = pictures.map(({ attributes }) => attributes.get("aria-label") ?? "");
    for (const begins of [
      "differences with",
      "money against",
      "time of answers",
      "reliability of worker@6",
      "candidate .",
    ])
      expect(labels.filter((label) => label.startsWith(begins))).not.toEqual([]);
    const inside = (id: string, className: string): number => {
      const parts = reportPage(reportOf("promote")).split(/<section id="/);
      const section = parts.find((part) => part.startsWith(`${id}"`)) ?? "";
      return section.split(`class="${className}"`).length - 1;
    };
    // Three guards, one of them against the best version ever, and two groups.
    expect(inside("differences", "reach candidate")).toBe(6);
    expect(inside("differences", "margin")).toBe(1);
    expect(inside("money", "point candidate")).toBe(1 + 1 + 2);
    expect(inside("time", "curve candidate")).toBe(1);
  });

  test("whatever moves by itself can be reached by keys, and has a name", () => {
    const { elements } = checkPage(reportPage(reportOf("promote")));
    const wide = elements.filter(({ attributes }) => attributes.get("class") === "wide");
    expect(wide.length).toBeGreaterThan(5);
    for (const { attributes } of wide) {
      expect(attributes.get("tabindex")).toBe("0");
      expect(attributes.get("aria-label")).toMatch(/\w/);
    }
  });

  test("ten regressions, side by side: what was expected, both answers, why", () => {
    const { elements, text } = checkPage(reportPage(reportOf("reject")));
    expect(elements.filter(({ name }) => name === "article").length).toBe(10);
    expect(text).toMatch(
      /the right answer to c\d+[\s\S]*worker@6, answer \d\s*the wrong answer to c\d+, sample/,
    );
    expect(text).toMatch(/quasi_exact_match 1\.000 → \.000/);
  });

  test("text of others adds no element, wherever it stands", () => {
    const shape = (text: string): readonly string[] =>
      checkPage(reportPage(saying(reportOf("open"), text))).elements.map(({ name }) => name);
    const plain = shape("plain");
    fc.assert(
      fc.property(fc.oneof(fc.constant(hostile), fc.string({ minLength: 1, unit: "binary" })), (text) => {
        expect(shape(`x${text}`)).toEqual(plain);
      }),
      { numRuns: 5 },
    );
  });

  test("long texts are cut, so that the page stays small", () => {
    const page = reportPage(saying(reportOf("open"), "<&>".repeat(50_000)));
    expect(page.length).toBeLessThan(1_000_000);
    expect(page).toContain("characters left out");
  });
});

/** Reads XML strictly, with no more of it than JUnit needs. */
function readXml(text: string): readonly Element[] {
  const [head = "", mark = "", ...rest] = text.split("\n");
  expect(head).toBe('<?xml version="1.0" encoding="UTF-8"?>');
  expect(mark).toBe("<!-- harness: JUnit of an evaluation -->");
  const body = rest.join("\n").trimEnd();
  // Characters that XML 1.0 may hold.
  expect(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.exec(text)).toBeNull();
  const found: Element[] = [];
  const open: string[] = [];
  const token = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<>\n]*")*)(\/?)>|([^<>]+)/gy;
  let at = 0;
  for (let one = token.exec(body); one !== null; one = token.exec(body)) {
    at = token.lastIndex;
    const [, closing, name = "", attributes = "", empty, words = ""] = one;
    expect(words.replaceAll(/&(amp|lt|gt|quot|apos);/g, "")).not.toContain("&");
    if (words !== "") continue;
    if (closing === "/") expect(open.pop()).toBe(name);
    else {
      const pairs = [...attributes.matchAll(/([a-z]+)="([^"]*)"/g)];
      found.push({
        name,
        inside: [...open],
        attributes: new Map(pairs.map(([, key = "", value = ""]) => [key, value])),
      });
      if (empty !== "/") open.push(name);
    }
  }
  expect([at, open]).toEqual([body.length, []]);
  return found;
}

/** Jenkins' junit-10.xsd: what may stand in what, with which attributes. */
const schema: Readonly<
  Record<string, { readonly in: string | null; readonly may: string; readonly must: string }>
> = {
  testsuites: { in: null, may: "name time tests failures disabled errors", must: "" },
  testsuite: {
    in: "testsuites",
    may: "name tests failures errors time skipped timestamp",
    must: "name tests",
  },
  properties: { in: "testsuite", may: "", must: "" },
  property: { in: "properties", may: "name value", must: "name value" },
  testcase: { in: "testsuite", may: "name time classname", must: "name" },
  failure: { in: "testcase", may: "type message", must: "" },
  skipped: { in: "testcase", may: "type message", must: "" },
  "system-out": { in: "testcase", may: "", must: "" },
};

function checkJunit(report: Report): readonly Element[] {
  const all = readXml(junitText(report));
  for (const { name, inside, attributes } of all) {
    const rule = schema[name];
    if (rule === undefined) throw new Error(`no element ${name}`);
    expect(inside.at(-1) ?? null).toBe(rule.in);
    expect([...attributes.keys()].filter((key) => !rule.may.split(" ").includes(key))).toEqual([]);
    expect(rule.must.split(" ").filter((key) => key !== "" && !attributes.has(key))).toEqual([]);
  }
  const count = (name: string): string => String(all.filter((one) => one.name === name).length);
  const suite = all.find(({ name }) => name === "testsuite")?.attributes;
  expect([suite?.get("tests"), suite?.get("failures"), suite?.get("skipped")]).toEqual([
    count("testcase"),
    count("failure"),
    count("skipped"),
  ]);
  return all;
}

test("a class of answers is what others wrote, too", () => {
  const wholes = [{ name: "classification_f1", f1: "all" as const }];
  const one = { ...saying(reportOf("hostile"), hostile), wholes };
  const page = reportPage(one);
  expect(page).toContain("classification_f1 class");
  const plain = reportPage({ ...saying(reportOf("hostile"), "said"), wholes });
  expect(checkPage(page).elements.length).toBe(checkPage(plain).elements.length);
  expect(checkJunit(one).length).toBe(checkJunit({ ...saying(reportOf("hostile"), "said"), wholes }).length);
  expect(markdownText(one, ending)).toMatch(/^\| `classification_f1 class .*\|$/m);
});

describe("JUnit", () => {
  test.each(Object.keys(kinds))("of %s keeps to the schema, and counts right", (name) => {
    expect(checkJunit(reportOf(name)).length).toBe(checkJunit(saying(reportOf(name), hostile)).length);
  });

  test("one case for each comparison and each reported dimension; what does not hold fails", () => {
    const cases = (name: string): readonly string[] =>
      checkJunit(reportOf(name)).flatMap(({ name: of, attributes }) =>
        of === "testcase" ? [`${attributes.get("classname")} ${attributes.get("name")}`] : [],
      );
    expect(cases("promote")).toEqual([
      "core.guards quality against worker@5",
      "core.guards refusals against worker@5",
      "core.guards cost against worker@5",
      "core.guards quality against worker@3, the best ever",
      "core.reported robustness",
      "core.reported ECE",
      "core.reported p95",
      "core.reported tokens",
      "core.reported invalid",
      "core.reported latency",
      "core.reported pass_at_2",
      "core.reported pass_at_4",
      "core.reported classification_macro_f1",
    ]);
    expect(cases("first")[0]).toBe("core.guards quality reaches its floor");
    const failed = checkJunit(reportOf("reject")).filter(({ name }) => name === "failure");
    expect(failed[0]?.attributes.get("type")).toBe("worse");
    expect(failed[0]?.attributes.get("message")).toMatch(/^worse: quality −\d\d\.\d pts, margin −5\.0$/);
    const open = checkJunit(reportOf("open")).filter(({ name }) => name === "failure");
    expect(open.map(({ attributes }) => attributes.get("type"))).toContain("open");
    expect(checkJunit(reportOf("smoke")).filter(({ name }) => name === "skipped").length).toBe(1);
  });
});

describe("Markdown", () => {
  test("verdict, guards, what is reported, the worst cases, and the commands", () => {
    const text = markdownText(reportOf("reject"), ending);
    expect(text).toContain("\n### REJECT: `worker@6` against `worker@5` on `core`\n");
    expect(text).toMatch(
      /^\| `quality` \| `worker@5` \.8\d\d \| \.\d\d\d \| −\d\d\.\d pts \| .* \| ❌ worse \|$/m,
    );
    expect(text).toMatch(/^\| `p95` \| `\d\.\d s → \d\.\d s` \|$/m);
    expect(text.match(/^\| `c\d+` \| \S+ \| \S+ \|$/gm)?.length).toBe(10);
    expect(text).toMatch(/^ {3}see the cases {3}harness report e1 --html report\.html$/m);
    expect(markdownText(reportOf("smoke"), ending)).toContain("\n### No gate: ");
  });

  /** What is left when code and our own marks are taken away. */
  const outside = (text: string): string =>
    text
      .replaceAll(/^```text\n[\s\S]*?\n```$/gm, "")
      .replaceAll(/(?<!`)(`+)(?!`)(?:(?!\1(?!`))[\s\S])*?[^`]\1(?!`)/g, "");

  test("nothing of others stands outside of code, in any place", () => {
    for (const name of Object.keys(kinds)) {
      const text = markdownText(saying(reportOf(name), hostile), ending);
      const bare = outside(text);
      expect(bare).not.toMatch(/[<>]|javascript|@all|alert|\p{Cf}/u);
      const rows = text.split("\n").filter((line) => line.startsWith("|"));
      const bars = rows.map((line) => line.replaceAll("\\|", "").split("|").length);
      expect(new Set(bars).size).toBeLessThanOrEqual(3);
      expect(text.match(/^```/gm)?.length).toBe(2);
    }
  });
});
