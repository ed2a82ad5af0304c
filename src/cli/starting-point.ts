import { randomInt } from "node:crypto";
import { encodeJson } from "../core/canonical.ts";
import { addedPaths, noEnvironment, withEnvironment } from "../core/environment.ts";
import type { Environment } from "../core/environment.ts";
import type { Digest, RunId } from "../core/id.ts";
import type { Blobs, Journal, Ownership } from "../core/ports.ts";
import type { Sandbox } from "../core/sandbox.ts";
import { lookup } from "../core/tree-diff.ts";
import type { TreeStore } from "../core/tree.ts";
import { treeStore } from "../core/tree-store.ts";
import { patternFor } from "../edges/files/exclude.ts";
import { defaultExclude, importDirectory } from "../edges/files/import.ts";
import type { Imported, ImportRequest } from "../edges/files/import.ts";
import { ignoreRules } from "../edges/files/ignore-rules.ts";
import { readingGit } from "../edges/files/reading-git.ts";
import { FilesRefused } from "../edges/files/refused.ts";
import type { Storage } from "../edges/sqlite/storage.ts";
import { setUp } from "../loop/set-up.ts";
import { putJson, readJson } from "../loop/texts.ts";
import { Refused } from "./exit.ts";
import type { Request } from "./request.ts";
import { sha256 } from "./sha256.ts";
import { defaultScratch, openGround, stateDir } from "./wire.ts";
import type { Ground } from "./wire.ts";
import type { OpenedSandbox } from "./which-sandbox.ts";

type Reading = NonNullable<Awaited<ReturnType<typeof readingGit>>>;

/** What a new run starts from, made and durable before its first event. */
export interface StartingPoint {
  readonly id: RunId;
  /** Held from here on, so that nobody takes its slots for a dead run's. */
  readonly ownership: Ownership;
  readonly imported: Imported;
  readonly ground: Ground;
  /** What is there of the repository's history, in words; null: none. */
  readonly history: string | null;
  readonly setup: SetupNote | null;
  /** Sentences for workers: what is in every slot besides the tree, and what is no part of a result. */
  readonly notes: readonly string[];
}

export interface SetupNote {
  readonly run: string;
  readonly cached: boolean;
  /** Files of the workspace that the setup changed, which were left as they are. */
  readonly changed: readonly string[];
}

/** All that a starting point asks of a request. */
export type Starting = Pick<Request, "project" | "workspace" | "scratch" | "sandbox"> & {
  /** What no file of the workspace may hold. */
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
  /** The state directory, where it is not the project's. */
  readonly state?: string;
  /** Of a run whose id is settled already. */
  readonly ownership?: Ownership;
};

export interface Telling {
  readonly onProgress: ImportRequest["onProgress"];
  /** Shows that a setup goes on, until it has ended. */
  readonly whileSettingUp: <T>(command: string, work: () => Promise<T>) => Promise<T>;
}

/** Imports the workspace and makes its environment. @throws Refused, SandboxDown, FilesRefused */
export async function startingPoint(
  storage: Storage,
  opened: OpenedSandbox,
  request: Starting,
  telling: Telling,
): Promise<StartingPoint> {
  const { blobs } = storage;
  const exclude = request.project.spec.workspace?.exclude ?? defaultExclude;
  const dir = request.workspace;
  const fixed = request.scratch ?? defaultScratch;
  const imported = await importDirectory({
    dir,
    exclude: [...exclude, ...fixed],
    secrets: request.secrets,
    blobs,
    onProgress: telling.onProgress,
  });
  const wanted = [...exclude, ...fixed, ...imported.holding.map(patternFor)];
  const ignored = request.scratch === null ? await ignoreRules(treeStore(blobs), blobs, imported.tree) : [];
  const history = (await hasGit(opened.sandbox)) ? await historyOf({ dir, blobs, exclude: wanted }) : null;
  const git = history?.git ?? null;
  const ownership = request.ownership ?? (await ownNewRun(storage.journal));
  try {
    const environment: Environment = { v: 1, added: git === null ? [] : [{ dir: "", entry: git.entry }] };
    const scratch = [...fixed, ...ignored];
    const ground = { base: imported.tree, scratch, environment, owner: opened.owner, quota: opened.quota };
    const made = await settle(storage, opened, request, {
      id: ownership.run,
      tree: imported.tree,
      ground,
      telling,
    });
    const added = [...environment.added, ...made.environment.added];
    return {
      id: ownership.run,
      ownership,
      imported,
      ground: { ...ground, environment: { v: 1, added } },
      history: history?.note ?? null,
      setup: made.note,
      notes: notesOf(git, made, ignored),
    };
  } catch (error) {
    await ownership.release();
    throw error;
  }
}

/** Without history a run can still work: a person is told why there is none. */
async function historyOf(
  wanted: Parameters<typeof readingGit>[0],
): Promise<{ readonly git: Reading | null; readonly note: string } | null> {
  try {
    const git = await readingGit(wanted);
    return git === null ? null : { git, note: git.note };
  } catch (error) {
    if (error instanceof FilesRefused) return { git: null, note: `none: ${error.message}` };
    throw error;
  }
}

function notesOf(git: Reading | null, { environment, note }: Settled, ignored: readonly string[]): string[] {
  const made = addedPaths(environment).slice(0, 20).join(", ");
  return [
    ...(note === null
      ? []
      : [
          `\`${note.run}\` has been run: what it made (${made === "" ? "nothing" : made}) is in every sandbox as it was then, and a change to it is no part of a result.`,
        ]),
    ...(git === null ? [] : [`.git is for reading (${git.note}); commits made in it are not kept.`]),
    ...(ignored.length === 0
      ? []
      : ["What a .gitignore ignores is scratch: no part of a result, and gone when the attempt ends."]),
  ];
}

/** The worker reads history with a git of its own. */
const hasGit = async (sandbox: Sandbox): Promise<boolean> => {
  const { native, programs } = await sandbox.capabilities();
  return native && programs.includes("git");
};

interface Settled {
  readonly environment: Environment;
  readonly note: SetupNote | null;
}

interface Settling {
  readonly id: RunId;
  readonly tree: Digest;
  /** With what is in every slot besides the setup's result. */
  readonly ground: Ground;
  readonly telling: Telling;
}

type Setup = NonNullable<Extract<Request["sandbox"], { kind: "docker" }>["setup"]>;

/** What the setup adds, from the cache where nothing it depends on has changed; nothing where there is no setup. */
async function settle(
  storage: Storage,
  { sandbox, owner, quota }: OpenedSandbox,
  request: Starting,
  { id, tree, ground, telling }: Settling,
): Promise<Settled> {
  const setup = request.sandbox.kind === "docker" ? request.sandbox.setup : null;
  if (setup === null) return { environment: noEnvironment, note: null };
  const { blobs, environments } = storage;
  const key = sha256(await keyText(blobs, setup, tree, sandbox.image));
  const known = environments.find(key);
  const kept =
    known === null || (await blobs.missing([known])).length > 0
      ? null
      : await readJson<Environment>(blobs, known);
  if (kept !== null && (await fits(treeStore(blobs), tree, kept))) {
    return { environment: kept, note: { run: setup.run, cached: true, changed: [] } };
  }
  // Nothing is left out of what it makes but what it was given.
  const { environment } = ground;
  const workspaces = openGround(request.state ?? stateDir(request.project.dir), blobs, {
    base: null,
    scratch: [],
    environment,
    owner,
    quota,
  });
  const made = await telling.whileSettingUp(setup.run, async () =>
    setUp({ blobs, sandbox }, workspaces, `${id}/setup`, tree, setup),
  );
  if (!made.ok) throw new Refused(`sandbox.setup: \`${setup.run}\` failed: ${made.why}`);
  environments.keep(key, await putJson(blobs, made.environment));
  return { environment: made.environment, note: { run: setup.run, cached: false, changed: made.changed } };
}

/**
 * What a setup's result depends on: command, image and the files it names, or the whole workspace where it names none.
 * @throws Refused when one is not there
 */
async function keyText(blobs: Blobs, setup: Setup, tree: Digest, image: string): Promise<string> {
  const trees = treeStore(blobs);
  const files = await Promise.all(
    setup.key.map(async (path) => {
      const entry = await lookup(trees, tree, path.replace(/^\.\/|\/+$/g, ""));
      if (entry === null) throw new Refused(`sandbox.setup.key: ${path} is not in the workspace`);
      return [path, entry];
    }),
  );
  const { run, network } = setup;
  return new TextDecoder().decode(
    encodeJson({ v: 1, run, network, image, files: files.length === 0 ? tree : files }),
  );
}

/** Whether all of an environment can be added to a tree: the setup may have made it beside other files. */
async function fits(trees: TreeStore, tree: Digest, environment: Environment): Promise<boolean> {
  const whole = await withEnvironment(trees, tree, environment);
  for (const { dir, entry } of environment.added) {
    const path = dir === "" ? entry.name : `${dir}/${entry.name}`;
    if ((await lookup(trees, tree, path)) !== null || (await lookup(trees, whole, path)) === null)
      return false;
  }
  return true;
}

const letters = "23456789abcdefghjkmnpqrstuvwxyz";

/** Four characters that are easy to read aloud, not yet taken in this project, and from now on ours. */
export async function ownNewRun(journal: Journal): Promise<Ownership> {
  const taken = new Set((await journal.runs()).map((row) => row.id));
  for (;;) {
    const id = Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join("");
    if (taken.has(id)) continue;
    const lock = await journal.own(id);
    if ("owned" in lock) return lock.owned;
  }
}
