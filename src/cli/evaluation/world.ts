import type { AnswerStore } from "../../evals/runner/store.ts";
import type { Models, Prompts } from "../../core/ports.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { openModels } from "../../edges/models/models.ts";
import { prompts } from "../../edges/prompts/prompts.ts";
import { openEvaluations } from "../../edges/sqlite/evaluations.ts";
import type { Evaluations } from "../../edges/sqlite/evaluations.ts";
import type { Io } from "../io.ts";
import { readableKept, redactedIo } from "../kept-secrets.ts";
import type { Kept } from "../kept-secrets.ts";
import { openedAt } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { failpoint, stateDir } from "../wire.ts";
import { answerStore } from "./answer-store.ts";

/** What every evaluation of a project uses. */
export interface World {
  readonly io: Io;
  readonly project: ProjectFile;
  readonly opened: Opened;
  readonly kept: Kept;
  readonly models: Models;
  readonly prompts: Prompts;
  readonly evaluations: Evaluations;
  readonly store: AnswerStore;
}

/** Opens it for as long as `work` takes. */
export async function inWorld<T>(terminal: Io, work: (world: World) => Promise<T>): Promise<T> {
  const project = await readProject(terminal.cwd);
  const kept = await readableKept(project.dir, project.spec, terminal.env);
  const opened = await openedAt(project.dir);
  const die = failpoint(terminal.env).failpoint;
  const evaluations = await openEvaluations(stateDir(project.dir), die);
  try {
    return await work({
      io: redactedIo(terminal, kept),
      project,
      opened,
      kept,
      models: openModels({ projectDir: project.dir, env: terminal.env, project: project.spec }),
      prompts: prompts(),
      evaluations,
      store: answerStore(evaluations, kept),
    });
  } finally {
    evaluations.close();
  }
}
