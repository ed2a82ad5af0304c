import { inheritance } from "../../core/inherited.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { clearDeadSlots, createRun } from "../../loop/own.ts";
import { atWork, ownerNow } from "../at-work.ts";
import { announce } from "../detach.ts";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { keptSecrets, redactedIo } from "../kept-secrets.ts";
import { pickRun } from "../pick-run.ts";
import { differences } from "../pins.ts";
import { withState } from "../reader.ts";
import { askedPrompts } from "../registry/run-prompts.ts";
import { ownNewRun } from "../starting-point.ts";
import { openPinned } from "../which-sandbox.ts";
import { openState, stateDir, wire } from "../wire.ts";
import type { Wired } from "../wire.ts";
import { bodyOf, modelsFor } from "../fork/body.ts";
import type { ForkOptions } from "../fork/body.ts";
import { parentOf } from "../fork/parent.ts";
import type { Parent } from "../fork/parent.ts";
import { forkOpening } from "../view/fork-opening.ts";

/** `harness fork RUN --at TASK`: a new run that goes on from where another one stood, with something else in it. */
export async function fork(terminal: Io, named: string, options: ForkOptions): Promise<number> {
  if (options.plan !== undefined && options.replan === true)
    throw new Refused("--plan is a plan of yours, --replan asks the planner for one; keep one of them");
  const project = await readProject(terminal.cwd);
  const kept = await keptSecrets(project.dir, project.spec, terminal.env);
  const io = redactedIo(terminal, kept);
  const id = await withState(io, async ({ storage, state }) => pickRun(storage.journal, named, state));
  const prompts = await askedPrompts(project.dir, options.prompt ?? []);
  const storage = await openState(project.dir, io.env);
  try {
    const from = await parentOf(storage, id, options.at);
    const { sandbox, owner, quota } = await openPinned(
      io,
      from.config.sandbox,
      from.run.pins.image,
      stateDir(project.dir),
    );
    const { base } = from.run;
    const { scratch } = from.config;
    const ports = await wire({
      projectDir: project.dir,
      project: project.spec,
      storage,
      sandbox,
      env: io.env,
      kept,
      policy: from.run.policy,
      ground: { base, scratch, environment: from.environment, owner, quota },
    });
    await refuseOther(ports, from);
    await clearDeadSlots(ports);
    const ownership = await ownNewRun(storage.journal);
    try {
      const models = await modelsFor(io, project, from, options.model);
      const body = await bodyOf({ io, project, ports, from, prompts, options, models, id: ownership.run });
      const kept = inheritance(from.run, from.entries);
      const owned = await createRun(ports, ownership.run, body, ownerNow(), ownership, kept);
      if ("owner" in owned) throw new Error("a run that is held was owned by another process");
      io.err(forkOpening(io, ownership.run, from, { body, prompts }));
      announce(io, stateDir(project.dir), ownership.run);
      return await atWork(io, project, ports, owned, options.json === true);
    } finally {
      await ownership.release();
    }
  } finally {
    await storage.close();
  }
}

async function refuseOther(ports: Wired, { run }: Parent): Promise<void> {
  const changed = await differences(ports, run.pins);
  if (changed.length > 0)
    throw new Refused(`run ${run.id} cannot be gone on from here: ${changed.join("; ")}`);
}
