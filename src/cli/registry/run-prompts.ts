import { join } from "node:path";
import type { Digest, Role } from "../../core/id.ts";
import { meant } from "../../core/nearest.ts";
import type { Which } from "../../core/registry/artifact.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import { readRegistry, refuseFaults } from "../../edges/registry/registry.ts";
import { Refused } from "../exit.ts";
import { statThere } from "../there.ts";
import { refTyped } from "./open-registry.ts";
import type { Opened } from "./open-registry.ts";
import { digestIfWhole, digestOf, labelOf, promptText, workingPath } from "./prompt-text.ts";
import type { PromptText } from "./prompt-text.ts";

/** The prompts a new run uses. */
export interface RunPrompts {
  readonly of: Readonly<Record<Role, PromptText>>;
  /** What a person should know of them, a line each. */
  readonly notes: readonly string[];
}

export const roles = ["planner", "worker", "evaluator"] as const;

/**
 * Of each role the version in production, else the working file, unless the command line says which.
 * @param typed as after `--prompt`: `worker=file`, `worker@6`
 * @throws Refused, BadInput, RegistryRefused
 */
export async function runPrompts(dir: string, typed: readonly string[]): Promise<RunPrompts> {
  const opened = { dir, registry: await readRegistry(dir) };
  refuseFaults(opened.registry.faults);
  const asked = askedFor(typed);
  const notes: string[] = [];
  const of = async (role: Role): Promise<PromptText> => {
    const which = asked.get(role);
    const found = await promptText(opened, {
      kind: "prompt",
      name: role,
      which: which ?? { type: "unsaid" },
    });
    const note = which === undefined ? await differenceNote(opened, found) : null;
    if (note !== null) notes.push(note);
    return found;
  };
  const prompts = {
    planner: await of("planner"),
    worker: await of("worker"),
    evaluator: await of("evaluator"),
  };
  return { of: prompts, notes };
}

/** Texts of the prompts that were typed, by role: as `runPrompts`, of those alone. @throws as `runPrompts` */
export async function askedPrompts(
  dir: string,
  typed: readonly string[],
): Promise<Readonly<Partial<Record<Role, PromptText>>>> {
  if (typed.length === 0) return {};
  const asked = askedFor(typed);
  const { of } = await runPrompts(dir, typed);
  return Object.fromEntries(Object.entries(of).filter(([role]) => asked.has(role)));
}

function askedFor(typed: readonly string[]): ReadonlyMap<string, Which> {
  const asked = new Map<string, Which>();
  for (const text of typed) {
    const { name, which } = refTyped("--prompt", text, "prompt");
    if (!roles.some((role) => role === name))
      throw new Refused(
        `--prompt ${text}: a run has the prompts ${roles.join(", ")}${meant(name, roles)}; say --prompt worker@5 or worker=file`,
      );
    if (which.type === "unsaid")
      throw new Refused(`--prompt ${text}: say which, like --prompt ${name}@5 or --prompt ${name}=file`);
    if (asked.has(name)) throw new Refused(`--prompt ${text}: ${name} is given twice; keep one`);
    asked.set(name, which);
  }
  return asked;
}

/** Said where a person may think that their own file is used; null: there is no such file, or it says the same. */
export async function differenceNote(opened: Opened, used: PromptText): Promise<string | null> {
  if (used.version?.stage !== "production") return null;
  if ((await statThere(join(opened.dir, workingPath(used.name)))) === null) return null;
  if ((await fileDigest(opened, used.name)) === digestOf(used.source, used.path)) return null;
  const label = labelOf(used);
  return `${workingPath(used.name)} differs from production ${label}; running ${label} (use --prompt ${used.name}=file)`;
}

/** Of the project's own working file; null: it is broken. */
async function fileDigest(opened: Opened, name: string): Promise<Digest | null> {
  try {
    const { source, path } = await promptText(opened, { kind: "prompt", name, which: { type: "file" } });
    return digestIfWhole(source, path);
  } catch (error) {
    if (error instanceof PromptError) return null;
    throw error;
  }
}
