import type { Criterion } from "../core/criterion.ts";
import type { RubricSpec } from "../core/goal.ts";
import type { Digest } from "../core/id.ts";
import { listTree } from "../core/tree-diff.ts";
import type { Work } from "./work.ts";
import { workspaceTree } from "./workspace-map.ts";
import type { MapEntry } from "./workspace-map.ts";

/** A criterion as planner, worker, evaluator and people read it. A named rubric brings its questions along. */
export function criterionText(criterion: Criterion, rubrics?: ReadonlyMap<string, RubricSpec>): string {
  switch (criterion.type) {
    case "command":
      return commandText(criterion.run, criterion.exit ?? 0);
    case "file":
      return `the file ${criterion.path} exists${criterion.schema === undefined ? "" : " and fits its JSON schema"}`;
    case "rubric": {
      const rubric = rubrics?.get(criterion.rubric);
      const asks = rubric === undefined ? criterion.rubric : `${criterion.rubric}: ${rubricText(rubric)}`;
      return `the evaluator finds: ${asks}${criterion.threshold === undefined ? "" : ` (at least ${criterion.threshold})`}`;
    }
  }
}

const commandText = (run: string, exit: number): string =>
  run.trim().includes("\n")
    ? `this exits with ${exit}:\n\`\`\`\n${run.trim()}\n\`\`\``
    : `\`${run.trim()}\` exits with ${exit}`;

export const rubricText = (rubric: RubricSpec): string =>
  rubric.criteria.map((criterion) => `${criterion.ask}${levelsText(criterion.levels)}`).join(" ");

export const levelsText = (levels: Readonly<Record<string, string>> | undefined): string =>
  levels === undefined
    ? ""
    : ` (${Object.entries(levels)
        .toSorted(([a], [b]) => Number(a) - Number(b))
        .map(([score, text]) => `${score}: ${text}`)
        .join("; ")})`;

/** What is there, as a tree that fits. */
export async function workspaceMap(work: Work, tree: Digest): Promise<string> {
  const found: MapEntry[] = [];
  for await (const { path, entry } of listTree(work.trees, tree)) {
    if (entry.type === "file") found.push({ path, what: `${entry.size} bytes` });
    if (entry.type === "symlink") found.push({ path, what: `-> ${entry.target}` });
  }
  return workspaceTree(found);
}

export function capabilitiesText(work: Work): string {
  const { programs, python, notes } = work.capabilities;
  return [
    `programs: ${programs.join(" ")}`,
    `python: ${python ?? "none"}; network: ${networkText(work)}`,
    ...notes,
    ...(work.config.notes ?? []),
  ].join("\n");
}

/** What commands may reach. The embedded shell has one program for it, and only where a host is open. */
function networkText({ open, ports }: Work): string {
  if (open.length === 0)
    return "none, but a command may be let through to hosts that it names, if a person allows it";
  const how = ports.sandbox.kind === "embedded" ? ", by curl; Python has none" : ", by HTTP and HTTPS";
  return `only ${open.map(({ host }) => host).join(", ")}${how}`;
}
