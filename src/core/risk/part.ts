import { worst } from "../assessment.ts";
import type { Part } from "../assessment.ts";
import { textOf } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Finding } from "./finding.ts";

/** What was found of one command, as one part. The worst says why. */
export function partOf(text: string, words: readonly Arg[], findings: readonly Finding[]): Part {
  const risk = worst(findings);
  const main = findings.find((finding) => finding.risk === risk);
  const removing = findings.filter((finding) => finding.risk === "destructive");
  return {
    text,
    words: words.map(textOf),
    risk,
    because: main?.because ?? "it only reads",
    hosts: hostsOfAll(findings),
    touches: [...new Set(findings.flatMap(({ touches = [] }) => touches))],
    removes: risk === "destructive" ? removesOf(removing) : null,
    isOpaque: findings.some(({ isOpaque }) => isOpaque === true),
    unreachable: findings.find(({ unreachable }) => unreachable !== undefined)?.unreachable ?? null,
  };
}

function hostsOfAll(findings: readonly Finding[]): readonly string[] | null {
  const all = findings.flatMap(({ hosts }) => (hosts === undefined ? [] : [hosts]));
  return all.includes(null) ? null : [...new Set(all.flatMap((hosts) => hosts ?? []))];
}

function removesOf(findings: readonly Finding[]): readonly string[] | null {
  const all = findings.map(({ removes }) => removes ?? null);
  return all.includes(null) ? null : [...new Set(all.flatMap((removes) => removes ?? []))];
}
