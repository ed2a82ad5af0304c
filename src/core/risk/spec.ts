import type { Risk } from "../tool.ts";
import { anything, roughText } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Call, Judge } from "./call.ts";
import type { Finding, Outcome } from "./finding.ts";
import { hiddenCommand } from "./hidden-command.ts";
import { given, valuesOf } from "./options.ts";
import type { Given, Grammar, Option } from "./options.ts";
import { judgePath } from "./path.ts";
import type { Use } from "./path.ts";

/** What most programs need to be judged: what they are, and which options make them something else. */
export interface Spec extends Grammar {
  readonly risk?: Risk;
  readonly because?: string;
  readonly isOpaque?: boolean;
  /** What happens to the paths it is given; "none": they are no paths. */
  readonly operands?: Use | "none";
  /** So many operands before the paths are something else (a pattern, a mode). */
  readonly lead?: number;
  /** Options whose values are paths that are read. */
  readonly reads?: string;
  /** Options whose values are paths that are written. */
  readonly writes?: string;
  /** Options whose values are commands that are run. */
  readonly runs?: string;
  /** Options that make it more: names → what. */
  readonly flags?: Readonly<Record<string, readonly [Risk, string]>>;
}

/** The judge a table's row is. */
export const bySpec =
  (spec: Spec): Judge =>
  (call) =>
    specOutcome(call, spec);

export function specOutcome(call: Call, spec: Spec): Outcome {
  const found = givenBy(call.args, spec);
  const commands = spec.runs === undefined ? [] : valuesOf(found, spec.runs);
  return [
    base(call, spec),
    ...optionFindings(found, call, spec),
    ...pathFindings(found, call, spec),
    ...commands.flatMap((command) => hiddenCommand(`${call.name} runs a program`, command)),
  ];
}

export function givenBy(args: readonly Arg[], spec: Spec): Given {
  const paths = [spec.reads ?? "", spec.writes ?? "", spec.runs ?? ""].join(" ");
  const flags = Object.keys(spec.flags ?? {}).join(" ");
  return given(args, {
    ...spec,
    valued: `${spec.valued ?? ""} ${paths}`.trim(),
    telling: `${spec.telling ?? ""} ${flags}`,
  });
}

function base({ name }: Call, { risk = "read", because, isOpaque = false }: Spec): Finding {
  return { risk, because: because ?? (risk === "read" ? `${name} reads` : `${name} writes`), isOpaque };
}

function optionFindings({ options }: Given, call: Call, spec: Spec): Finding[] {
  return options.flatMap((option) => [
    ...flagFinding(option, call, spec),
    ...valueFinding(option, call, spec),
  ]);
}

function flagFinding({ name }: Option, call: Call, { flags = {} }: Spec): Finding[] {
  const entry = Object.entries(flags).find(([names]) => names.split(" ").includes(name));
  if (entry === undefined) return [];
  const [risk, because] = entry[1];
  return [
    {
      risk,
      because: `${call.name} ${name} ${because}`,
      ...(risk === "destructive" ? { removes: null } : {}),
    },
  ];
}

function valueFinding({ name, value }: Option, { cwd }: Call, { reads = "", writes = "" }: Spec): Finding[] {
  if (value === null) return [];
  if (reads.split(" ").includes(name)) return present(judgePath(value, "read", cwd));
  if (writes.split(" ").includes(name)) return present(judgePath(value, "write", cwd));
  return [];
}

const present = (finding: Finding | null): Finding[] => (finding === null ? [] : [finding]);

function pathFindings(
  { operands }: Given,
  { cwd }: Call,
  { operands: use = "read", lead = 0 }: Spec,
): Finding[] {
  if (use === "none") return [];
  return pathsFindings(operands.slice(lead), use, cwd);
}

export const pathsFindings = (paths: readonly Arg[], use: Use, cwd: string | null): Finding[] =>
  paths.flatMap((path) => (path.shape === "-" ? [] : present(judgePath(path, use, cwd))));

/** Paths among words nobody knows the meaning of: read only where they are outside or secret. */
export function suspectPaths(args: readonly Arg[], cwd: string | null): Finding[] {
  const paths = args.map((arg) => ({
    ...arg,
    shape: arg.shape.replace(/^-{1,2}[\w-]+=?(?=[/~.\uE002])|^@/, ""),
  }));
  return pathsFindings(paths.filter(looksLikePath), "read", cwd);
}

const looksLikePath = (arg: Arg): boolean =>
  !arg.shape.startsWith(anything) &&
  /^[/~.\uE002]|\/\.\.\/|(?:^|\/)\.[a-z]/.test(arg.shape) &&
  roughText(arg) !== "/";
