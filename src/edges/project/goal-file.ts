import { basename, extname } from "node:path";
import type { Criterion } from "../../core/criterion.ts";
import { goalSpec, projectSpec, settleCheck } from "../../core/goal.ts";
import type { CheckSpec, GoalSpec } from "../../core/goal.ts";
import { BadInput } from "./bad-input.ts";
import { splitFrontMatter } from "./front-matter.ts";
import { parseSpec } from "./parse-spec.ts";
import type { Kind, Parsed } from "./parse-spec.ts";
import { readText } from "./read-text.ts";
import { titleOf } from "./title.ts";

/** A goal as a person wrote it, read and checked. */
export interface GoalFile {
  /** Absolute. */
  readonly path: string;
  readonly spec: GoalSpec;
  /** One line of at most 100 characters. */
  readonly title: string;
  /** The prose after the front matter, without blank lines around it. */
  readonly text: string;
  readonly checks: readonly Criterion[];
  /** The file as on disk: what to store, so that it is what was checked. */
  readonly source: Uint8Array;
  /** The line of the file on which a setting is named. */
  readonly lineOf?: Parsed<GoalSpec>["lineOf"];
}

const frontMatter: Kind<GoalSpec> = {
  called: "the front matter",
  schema: goalSpec,
  elsewhere: Object.fromEntries(
    Object.keys(projectSpec.shape)
      .filter((key) => !Object.hasOwn(goalSpec.shape, key))
      .map((key) => [key, "harness.yaml"]),
  ),
};

/** Reads a goal file: Markdown with optional YAML front matter. @throws BadInput */
export async function readGoal(file: string): Promise<GoalFile> {
  const { path, bytes, text } = await readText(file);
  if (!saysSomething(text)) throw new BadInput(path, 1, "the file is empty; write the goal in it");
  if ([".yaml", ".yml", ".json"].includes(extname(path)))
    throw new BadInput(path, null, "a goal is a file of Markdown; name one, like goal.md");
  const { yaml, yamlLine, body, bodyLine } = splitFrontMatter(path, text);
  const parsed = parseSpec({ path, line: yamlLine, text: yaml ?? "" }, frontMatter);
  const checks = settleChecks(path, parsed);
  const prose = body.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
  if (!saysSomething(prose.replaceAll(/<!--[\s\S]*?-->/g, ""))) {
    throw new BadInput(
      path,
      bodyLine,
      "the goal has no text; say after the front matter what is to be true in the end",
    );
  }
  return {
    path,
    spec: parsed.spec,
    title: titleOf(prose) || basename(path),
    text: prose,
    checks,
    source: bytes,
    lineOf: parsed.lineOf,
  };
}

/** Whether there is a character that anybody sees. */
const saysSomething = (text: string): boolean => /[^\p{Cc}\p{Cf}\p{Z}]/u.test(text);

function settleChecks(path: string, { spec, lineOf }: Parsed<GoalSpec>): readonly Criterion[] {
  const ids = new Set<string>();
  return (spec.checks ?? []).map((check, index) => {
    const settled = settleCheck(check, index);
    if (typeof settled === "string") throw new BadInput(path, lineOf(["checks", index]), settled);
    const wrong = misplaced(check, settled);
    if (wrong !== null) throw new BadInput(path, lineOf(["checks", index, wrong.key]), wrong.what);
    if (ids.has(settled.id)) {
      throw new BadInput(
        path,
        lineOf(["checks", index, "id"]),
        `check id "${settled.id}" is used twice; rename one`,
      );
    }
    ids.add(settled.id);
    return settled;
  });
}

const belongsTo = {
  exit: "run",
  timeout_s: "run",
  protect: "run",
  schema: "path",
  threshold: "rubric",
} as const;
const fieldOf = { command: "run", file: "path", rubric: "rubric" } as const;

/** A field that a check of its type does not have would be dropped in silence; a path must stay in the workspace. */
function misplaced(
  check: CheckSpec,
  settled: Criterion,
): { readonly key: string; readonly what: string } | null {
  const own = fieldOf[settled.type];
  for (const [key, field] of Object.entries(belongsTo)) {
    if (field === own || check[key as keyof typeof belongsTo] === undefined) continue;
    return { key, what: `check "${settled.id}": ${key} goes with ${field}, not with ${own}; take it out` };
  }
  if (settled.type !== "file" || !leaves(settled.path)) return null;
  const what = `check "${settled.id}": path "${settled.path}" leaves the workspace; give it relative, without ..`;
  return { key: "path", what };
}

const leaves = (path: string): boolean => path.startsWith("/") || path.split("/").includes("..");
