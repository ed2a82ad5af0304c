import { isFrom, worst } from "./assessment.ts";
import type { Assessment, Part } from "./assessment.ts";
import { coversHost, isMirror } from "./host.ts";
import { isSafe } from "./http-call.ts";
import type { Digest } from "./id.ts";
import type { Circumstances } from "./ports.ts";
import { isOpenHost } from "./open-hosts.ts";
import { fits, nameOf } from "./rule.ts";
import type { RuleSpec } from "./rule.ts";
import type { Judgement, Reach, Risk } from "./tool.ts";

/** What decides about calls (spec: resolved at the start of a run, its digest pinned and bound into approvals). */
export interface PolicySpec {
  readonly askFrom: Risk;
  readonly rules: readonly RuleSpec[];
  /** Whether the sandbox can be opened to hosts for one call. */
  readonly opens: boolean;
  /** Tools that act on this machine instead of in the sandbox, with digests of their definitions. */
  readonly outside: Readonly<Record<string, Digest>>;
  /** Those of them whose definitions changed while the run lasted: asked about, whatever a rule says. */
  readonly changed?: readonly string[];
}

/** What a policy that was stored before says of tools; older versions said nothing. */
type Before = Partial<Pick<PolicySpec, "outside" | "changed">>;

/** A policy as any version stored it. */
export type StoredPolicy = Partial<PolicySpec> & Pick<PolicySpec, "askFrom">;

/** The same with all that versions before this one did not say. */
export const completed = (stored: StoredPolicy): PolicySpec => ({
  rules: [],
  opens: false,
  outside: {},
  ...stored,
});

/** A policy that follows another in the same run: it knows which tools are no longer what they were. */
export function following(before: Before, now: PolicySpec): PolicySpec {
  const changed = Object.entries(now.outside)
    .filter(
      ([name, digest]) => before.changed?.includes(name) === true || isOther(before.outside?.[name], digest),
    )
    .map(([name]) => name)
    .toSorted();
  return changed.length === 0 ? now : { ...now, changed };
}

const isOther = (before: Digest | undefined, now: Digest): boolean => before !== undefined && before !== now;

/** The level from which a person is asked when nothing is configured. */
export const levelRisk = (configured: Risk | undefined): Risk => configured ?? "network";

type Glob = (patterns: readonly string[]) => (path: string) => boolean;

/** How a part of a call is decided, and by what. */
interface Decided {
  readonly part: Part;
  readonly decision: Judgement["decision"];
  readonly rule: string | null;
  readonly because: string;
  /** What is opened for it. */
  readonly opened: readonly string[];
  readonly probe: Judgement["probe"];
}

/** Each part is decided by itself; what is refused outweighs what is asked about, and that what is allowed. */
export function judge(
  spec: PolicySpec,
  glob: Glob,
  tool: string,
  { parts }: Assessment,
  at: Circumstances,
): Judgement {
  const decided = parts.map((part) => decidePart(spec, glob, tool, part, at));
  const [first] = decided.toSorted(byWeight);
  if (first === undefined) throw new Error(`an assessment of ${tool} has no parts`);
  const opened = decided.flatMap((one) => one.opened);
  const hosts = [...new Set(couldReach(parts) ? [...at.open.map(({ host }) => host), ...opened] : [])];
  return {
    risk: worst(parts),
    reach: reachOf(spec, tool, parts, hosts, at),
    decision: first.decision,
    rule: first.rule,
    because: first.because,
    hosts: first.decision === "refuse" ? [] : hosts,
    probe: decided.find(({ probe }) => probe !== null)?.probe ?? null,
  };
}

const weights = { allow: 0, ask: 1, refuse: 2 } as const;

const byWeight = (a: Decided, b: Decided): number =>
  weights[b.decision] - weights[a.decision] ||
  Number(isFrom(b.part.risk, a.part.risk)) - Number(isFrom(a.part.risk, b.part.risk));

function decidePart(spec: PolicySpec, glob: Glob, tool: string, part: Part, at: Circumstances): Decided {
  const index = spec.rules.findIndex((rule) => fits(rule, { tool, part, now: at.now, glob }));
  const rule = spec.rules[index] ?? null;
  const named = rule === null ? null : nameOf(rule, index);
  const why = `${part.risk}: ${part.because}`;
  const decided = (
    decision: Judgement["decision"],
    because: string,
    opened: readonly string[] = [],
  ): Decided => ({
    part,
    decision,
    rule: named,
    because,
    opened,
    probe: rule?.probe ?? null,
  });
  if (rule?.then === "deny") return decided("refuse", `${why}; ${named} says deny${reason(rule)}`);
  const needed = neededHosts(spec, tool, part, rule, at);
  if ("refused" in needed) return decided("refuse", `${why}; ${needed.refused}`);
  const { hosts } = needed;
  if (rule?.then === "ask") return decided("ask", `${why}; ${named} says ask${reason(rule)}`, hosts);
  if (at.isTainted && isFrom(part.risk, "external") && (rule !== null || !isFrom(part.risk, spec.askFrom)))
    return decided("ask", `${why}; asked because text from the network was read before`, hosts);
  if (spec.changed?.includes(tool) === true)
    return decided("ask", `${why}; ${tool} is not what it was when the run began`, hosts);
  if (rule !== null) return decided("allow", `${why}; ${named} says allow${reason(rule)}`, hosts);
  if (isOpenAlready(spec, tool, part, hosts, at))
    return decided("allow", `${why}, which network.allow opens`);
  return isFrom(part.risk, spec.askFrom)
    ? decided("ask", `${why}; no rule matched, ask_from: ${spec.askFrom}`, hosts)
    : decided("allow", `${why}; below ask_from: ${spec.askFrom}`, hosts);
}

const reason = ({ because }: RuleSpec): string => (because === undefined ? "" : ` (${because})`);

/** To reach what a person opened to the sandbox is not asked about again. */
const isOpenAlready = (
  spec: PolicySpec,
  tool: string,
  part: Part,
  needed: readonly string[],
  { open }: Circumstances,
): boolean =>
  !isOutside(spec, tool) &&
  part.risk === "network" &&
  !part.isOpaque &&
  part.hosts?.length !== 0 &&
  open.length > 0 &&
  needed.length === 0;

const isOutside = ({ outside }: PolicySpec, tool: string): boolean => Object.hasOwn(outside, tool);

/** What must be opened for a part to work at all, or why no yes could make it work. */
function neededHosts(
  spec: PolicySpec,
  tool: string,
  { hosts, unreachable, isOpaque }: Part,
  rule: RuleSpec | null,
  { open }: Circumstances,
): { readonly hosts: readonly string[] } | { readonly refused: string } {
  if (unreachable !== null) return { refused: unreachable };
  if (isOutside(spec, tool)) return { hosts: [] };
  // A program nobody can tell before may do what it does without a network, too.
  if (hosts === null && (open.length > 0 || isOpaque)) return { hosts: [] };
  const wanted = hosts ?? rule?.hosts;
  if (wanted === undefined)
    return {
      refused:
        "the sandbox has no network, and no host is named that could be opened: name it in the command",
    };
  const needed = wanted.filter((host) => !open.some((one) => coversHost(one.host, host)));
  const closed = needed.find((host) => !isOpenHost(host));
  if (closed !== undefined) return { refused: `${closed} is no host that could be opened` };
  if (needed.length === 0 || spec.opens) return { hosts: needed };
  return { refused: `this sandbox has no network, so ${needed.join(", ")} cannot be reached` };
}

/** Programs of the project may reach whatever is open, whatever they are called with. */
const couldReach = (parts: readonly Part[]): boolean =>
  parts.some(({ hosts, isOpaque }) => isOpaque || hosts === null || hosts.length > 0);

/** What may be repeated needs no care about happening twice. */
function reachOf(
  spec: PolicySpec,
  tool: string,
  parts: readonly Part[],
  hosts: readonly string[],
  { open }: Circumstances,
): Reach {
  if (isOutside(spec, tool)) return parts.every(isSafeRequest) ? "sandbox" : "outside";
  // From a mirror things are fetched as often as one likes; what is published there is there once.
  const sends = parts.some((part) => isFrom(part.risk, "external") && part.hosts?.length !== 0);
  const isDeclared = (host: string): boolean =>
    open.some(
      (one) =>
        one.repeat && !(sends && isMirror(one.host)) && (one.host === host || coversHost(one.host, host)),
    );
  const mayRepeat = (host: string): boolean => isDeclared(host) || (!sends && isMirror(host));
  return hosts.every(mayRepeat) ? "sandbox" : "outside";
}

const isSafeRequest = ({ words, risk }: Part): boolean => isSafe(words[0] ?? "") && risk !== "external";
