import type { RunConfig } from "../../core/goal.ts";
import { noEnvironment } from "../../core/environment.ts";
import type { Environment } from "../../core/environment.ts";
import type { Role, RunId } from "../../core/id.ts";
import { apply } from "../../core/apply.ts";
import type { Entry } from "../../core/event.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { Storage } from "../../edges/sqlite/storage.ts";
import { replay } from "../../loop/replay.ts";
import type { Recorded, Replayed } from "../../loop/replay.ts";
import { readJson } from "../../loop/texts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { readableKept, redactedIo } from "../kept-secrets.ts";
import { pickRun } from "../pick-run.ts";
import { differences } from "../pins.ts";
import { withState } from "../reader.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { askedPrompts } from "../registry/run-prompts.ts";
import { replayPorts } from "../replay/replay-ports.ts";
import type { ReplayPorts } from "../replay/replay-ports.ts";
import { listen } from "../signals.ts";
import { ownNewRun } from "../starting-point.ts";
import { replayJson, replayText } from "../view/replay-text.ts";
import { underWay } from "../view/under-way.ts";
import { openPinned } from "../which-sandbox.ts";
import { openState, stateDir } from "../wire.ts";

export interface ReplayOptions {
  readonly prompt?: readonly string[];
  readonly policy?: string;
  readonly json?: boolean;
}

/** `harness replay [RUN]`: does a run again from its recorded answers, and says what comes out otherwise. */
export async function replayRun(
  terminal: Io,
  named: string | undefined,
  options: ReplayOptions,
): Promise<number> {
  if (options.policy !== undefined && options.policy !== "now")
    throw new Refused(`--policy ${options.policy}: there is now: the rules of harness.yaml as they are`);
  const project = await readProject(terminal.cwd);
  const kept = await readableKept(project.dir, project.spec, terminal.env);
  const io = redactedIo(terminal, kept);
  const id = await withState(io, async ({ storage, state }) => {
    const picked = await pickRun(storage.journal, named, state);
    const { grade, because } = await readManifest(storage, picked);
    if (grade === "replayable") return picked;
    throw new Refused(
      `run ${picked} cannot be replayed: ${because ?? ""}; run its goal again, which asks models anew`,
    );
  });
  const asked = await askedPrompts(project.dir, options.prompt ?? []);
  const prompts = Object.fromEntries(Object.entries(asked).map(([role, { source }]) => [role, source]));
  const storage = await openState(project.dir, {});
  try {
    const recorded = await recordedRun(storage, id);
    const found = await again(
      io,
      { project, kept, storage, recorded, isPolicyOfNow: options.policy === "now" },
      prompts,
    );
    const shown = { run: id, recorded, found };
    if (options.json === true) io.out(`${JSON.stringify(replayJson(shown))}\n`);
    else io.out(await replayText(storage.blobs, shown, io.columns));
    return found.deviations.length === 0 ? exit.ok : exit.notMet;
  } finally {
    await storage.close();
  }
}

async function recordedRun({ journal }: Storage, id: RunId): Promise<Recorded> {
  return { entries: await Array.fromAsync(journal.read(id, 0)), answers: await journal.answers(id) };
}

interface Again {
  readonly project: Awaited<ReturnType<typeof readProject>>;
  readonly kept: Awaited<ReturnType<typeof readableKept>>;
  readonly storage: Storage;
  readonly recorded: Recorded;
  readonly isPolicyOfNow: boolean;
}

async function again(
  io: Io,
  { project, kept, storage, recorded, isPolicyOfNow }: Again,
  prompts: Readonly<Partial<Record<Role, string>>>,
): Promise<Replayed> {
  const [first] = recorded.entries as readonly [Entry];
  const run = apply(null, first);
  const config = await readJson<RunConfig>(storage.blobs, run.config);
  const named = config.environment ?? null;
  const environment = named === null ? noEnvironment : await readJson<Environment>(storage.blobs, named);
  const { sandbox, owner, quota } = await openPinned(
    io,
    config.sandbox,
    run.pins.image,
    stateDir(project.dir),
  );
  const ownership = await ownNewRun(storage.journal);
  const signals = listen((line) => io.err(`${line}\n`));
  try {
    const world = await replayPorts({
      projectDir: project.dir,
      project: project.spec,
      storage,
      sandbox,
      ground: { base: run.base, scratch: config.scratch, environment, owner, quota },
      env: io.env,
      kept,
      run,
      config,
      entries: recorded.entries,
      slots: ownership.run,
      isPolicyOfNow,
    });
    await refuseOther(world, run.pins);
    return await underWay(io, "replay", `run ${run.id}`, async (onLine) =>
      replay(world.ports, recorded, {
        prompts,
        onTime: (now) => world.onTime(now),
        onPast: async (entry) => {
          if (io.isTerminal || entry.seq % 100 === 0)
            onLine(`event ${entry.seq} of ${recorded.entries.length}`);
          await world.onPast(entry);
        },
        signal: AbortSignal.any([signals.drain, signals.halt]),
      }),
    );
  } finally {
    signals.forget();
    await ownership.release();
  }
}

async function refuseOther({ ports }: ReplayPorts, pins: Parameters<typeof differences>[1]): Promise<void> {
  const changed = await differences(ports, pins);
  if (changed.length > 0)
    throw new Refused(`this run cannot be replayed here: ${changed.join("; ")}`, exit.infrastructure);
}
