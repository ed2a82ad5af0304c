import { nameText, versionText } from "../../core/registry/artifact.ts";
import type { ArtifactRef } from "../../core/registry/artifact.ts";
import { inLf, renderer } from "../../core/registry/closure.ts";
import { inProduction, newestVersion, short } from "../../core/registry/history.ts";
import type { VersionState } from "../../core/registry/history.ts";
import { newVersion } from "../../core/registry/stage.ts";
import { hunks } from "../../edges/files/hunks.ts";
import { prompts as renderers } from "../../edges/prompts/prompts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { turnsOf } from "../registry/case.ts";
import { listPrompts } from "../registry/list.ts";
import { add, openRegistry, refTyped } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { digestOf, inItsFile, labelOf, promptText } from "../registry/prompt-text.ts";
import type { PromptText } from "../registry/prompt-text.ts";
import { differenceNote } from "../registry/run-prompts.ts";
import { signature } from "../registry/signature.ts";
import { testPrompts } from "../registry/test-prompts.ts";
import { readVariables } from "../registry/variables.ts";
import { sha256 } from "../sha256.ts";
import { jsonLine } from "../view/json-line.ts";
import { listLines } from "../view/registry-list.ts";
import { logLines } from "../view/registry-log.ts";
import { visibleLines } from "../view/visible.ts";

export interface PromptsOptions {
  readonly message?: string;
  readonly stage?: string;
  readonly vars?: string;
  readonly json?: boolean;
  readonly force?: boolean;
}

const actions = { list, log, diff, get, render, commit, test, push, pull };

/** `harness prompts [list|log|diff|get|render|commit|test|push|pull] …`. */
export async function prompts(
  io: Io,
  action: string,
  names: readonly string[],
  options: PromptsOptions,
): Promise<number> {
  if (!Object.hasOwn(actions, action))
    throw new Refused(`harness prompts ${action}: there are ${Object.keys(actions).join(", ")}`);
  const opened = await openRegistry(io);
  return actions[action as keyof typeof actions]({ io, opened, names, options });
}

interface Asked {
  readonly io: Io;
  readonly opened: Opened;
  readonly names: readonly string[];
  readonly options: PromptsOptions;
}

async function list({ io, opened, options }: Asked): Promise<number> {
  const names = await listPrompts(opened);
  if (options.json === true) {
    for (const { history, file } of names) {
      for (const version of history.versions.values()) io.out(jsonLine(versionJson(version)));
      if (file !== null) io.out(jsonLine({ name: history.name, version: null, stage: null, ...file }));
    }
    return exit.ok;
  }
  for (const line of listLines(names, { now: Date.now(), columns: io.columns })) io.out(`${line}\n`);
  return exit.ok;
}

function versionJson({ made, stage, placed }: VersionState): object {
  const { name, version, digest } = made;
  const { who, at, why, commit } = placed ?? made;
  return { name, version, stage, digest, who, at, why, commit, receipt: placed?.receipt ?? null };
}

async function log({ io, opened, names, options }: Asked): Promise<number> {
  const ref = nameTyped("log", names);
  const { records } = opened.registry.history(ref);
  if (options.json === true) for (const record of records.toReversed()) io.out(jsonLine(record));
  else for (const line of logLines(records, { now: Date.now(), columns: io.columns })) io.out(`${line}\n`);
  if (records.length === 0)
    io.err(` ${ref.name} has no version yet; make one: harness prompts commit ${ref.name} -m "…"\n`);
  return exit.ok;
}

/** Two versions; one version and the working file; a name: production (else the newest) and the working file. */
async function diff({ io, opened, names }: Asked): Promise<number> {
  const [first, second] = names;
  if (first === undefined || names.length > 2)
    throw new Refused(
      "say what: harness prompts diff worker@1 worker@2; worker alone is production against the file",
    );
  const from = startOf(opened, refTyped("harness prompts diff", first, "prompt"));
  const to: ArtifactRef =
    second === undefined
      ? { ...from, which: { type: "file" } }
      : refTyped("harness prompts diff", second, "prompt");
  const [before, after] = [await promptText(opened, from), await promptText(opened, to)];
  const found = [...hunks(inLf(before.source), inLf(after.source))];
  if (found.length === 0) io.err(` ${labelOf(before)} and ${labelOf(after)} are the same\n`);
  else shown(io, `--- ${before.shown}\n+++ ${after.shown}\n${found.join("")}`);
  return exit.ok;
}

function startOf({ registry }: Opened, ref: ArtifactRef): ArtifactRef {
  if (ref.which.type !== "unsaid") return ref;
  const history = registry.history(ref);
  const version = inProduction(history) ?? newestVersion(history);
  if (version !== null) return { ...ref, which: { type: "version", version } };
  throw new Refused(
    `${ref.name} has no version to compare with; make one: harness prompts commit ${ref.name} -m "…"`,
  );
}

/** The text itself, for whoever uses it elsewhere. */
async function get({ io, opened, names, options }: Asked): Promise<number> {
  const found = await promptText(opened, staged("get", names, options));
  if (options.json !== true) shown(io, found.source.endsWith("\n") ? found.source : `${found.source}\n`);
  else io.out(jsonLine({ ...facts(found), source: found.source }));
  return exit.ok;
}

/** What a model would be sent. */
async function render({ io, opened, names, options }: Asked): Promise<number> {
  const found = await promptText(opened, staged("render", names, options));
  const vars = options.vars === undefined ? {} : await readVariables(io.cwd, options.vars);
  const rendered = inItsFile(found, (source) => renderers().render(source, vars));
  const note = await differenceNote(opened, found);
  if (note !== null)
    io.err(` ${note.replace("; running ", "; this is ").replace(" (use --prompt ", " (or say ")}\n`);
  if (options.json === true) io.out(jsonLine({ ...facts(found), ...rendered }));
  else for (const { role, text } of turnsOf(rendered)) shown(io, `--- ${role}\n${text}\n`);
  return exit.ok;
}

const facts = (found: PromptText): object => ({
  name: found.name,
  version: found.version?.made.version ?? null,
  stage: found.version?.stage ?? null,
  digest: found.version?.made.digest ?? digestOf(found.source, found.path),
  receipt: found.version?.placed?.receipt ?? null,
});

/** Makes a version of the working file. */
async function commit({ io, opened, names, options }: Asked): Promise<number> {
  const ref = nameTyped("commit", names);
  const by = await signature(opened.dir, options.message, `harness prompts commit ${ref.name} -m "…"`);
  const working = await promptText(opened, { ...ref, which: { type: "file" } });
  const { source, path, shown: file } = working;
  inItsFile(working, (text) => renderers().check(text));
  const text = inLf(source);
  const history = opened.registry.history(ref);
  const made = { digest: digestOf(source, path), text: sha256(text), renderer };
  const record = await add(opened, history, newVersion(history, made, by), text);
  const name = versionText(ref, record.version);
  io.err(` made ${name} ${short(record.digest)} of ${file}\n`);
  io.err(` next: harness promote ${nameText(ref)}@${record.version} --to staging --why "…"\n`);
  return exit.ok;
}

async function test({ io, opened, names }: Asked): Promise<number> {
  return testPrompts(io, opened, names.length === 0 ? undefined : nameTyped("test", names).name);
}

async function push({ io, opened, names }: Asked): Promise<number> {
  return (await import("../langfuse/push.ts")).pushPrompts(io, opened, names);
}

async function pull({ io, opened, names, options }: Asked): Promise<number> {
  return (await import("../langfuse/pull.ts")).pullPrompts(io, opened, names, options.force === true);
}

/** A name alone. @throws Refused */
function nameTyped(action: string, names: readonly string[]): ArtifactRef {
  const command = `harness prompts ${action}`;
  const [first, second] = names;
  const ref = first === undefined ? null : refTyped(command, first, "prompt");
  if (ref === null || second !== undefined || ref.which.type !== "unsaid")
    throw new Refused(`say the name of one prompt: ${command} ${ref?.name ?? "worker"}`);
  return ref;
}

/** `worker@5`, or a name and `--stage`. @throws Refused */
function staged(action: string, names: readonly string[], { stage }: PromptsOptions): ArtifactRef {
  if (stage === undefined) {
    const [first, second] = names;
    if (first === undefined || second !== undefined)
      throw new Refused(`say one prompt: harness prompts ${action} worker@5, or worker --stage production`);
    return refTyped(`harness prompts ${action}`, first, "prompt");
  }
  if (stage === "staging" || stage === "production")
    return { ...nameTyped(action, names), which: { type: "stage", stage } };
  throw new Refused(`--stage ${stage}: there are staging and production`);
}

/** Exact in a pipe, safe to look at on a terminal. */
const shown = (io: Io, text: string): void => io.out(io.isOutTerminal ? visibleLines(text) : text);
