import { nameText, versionText } from "../../core/registry/artifact.ts";
import type { ArtifactKind, ArtifactRef } from "../../core/registry/artifact.ts";
import { inLf } from "../../core/registry/closure.ts";
import { inProduction, newestVersion, short } from "../../core/registry/history.ts";
import type { VersionState } from "../../core/registry/history.ts";
import { logCommand, makeCommand } from "../../core/registry/kind-words.ts";
import type { VersionRecord } from "../../core/registry/record.ts";
import { newVersion } from "../../core/registry/stage.ts";
import type { Signature } from "../../core/registry/stage.ts";
import { hunks } from "../../edges/files/hunks.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { sha256 } from "../sha256.ts";
import { jsonLine } from "../view/json-line.ts";
import { listLines } from "../view/registry-list.ts";
import { logLines } from "../view/registry-log.ts";
import { visibleLines } from "../view/visible.ts";
import { labelOf } from "./artifact-text.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { kinds } from "./kinds.ts";
import { listNames } from "./list.ts";
import { add, openRegistry, refTyped } from "./open-registry.ts";
import type { Opened } from "./open-registry.ts";
import { signature } from "./signature.ts";

/** A command about artifacts of one kind, as it was typed. */
export interface Asked<O extends ArtifactOptions = ArtifactOptions> {
  readonly io: Io;
  readonly opened: Opened;
  readonly kind: ArtifactKind;
  readonly names: readonly string[];
  readonly options: O;
}

export interface ArtifactOptions {
  readonly message?: string;
  readonly json?: boolean;
}

type Action<O extends ArtifactOptions> = (asked: Asked<O>) => Promise<number>;

/** Does one of the actions of a kind. @throws Refused for a word that is none */
export async function act<O extends ArtifactOptions>(
  actions: Readonly<Record<string, Action<O>>>,
  action: string,
  { io, kind, names, options }: Omit<Asked<O>, "opened">,
): Promise<number> {
  const known = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (known === undefined)
    throw new Refused(`harness ${kind}s ${action}: there are ${Object.keys(actions).join(", ")}`);
  return known({ io, opened: await openRegistry(io), kind, names, options });
}

/** Names, versions, stages, digests, who and when. */
export async function list({ io, opened, kind, options }: Asked): Promise<number> {
  const names = await listNames(opened, kind);
  if (options.json === true) {
    for (const { history, file, about } of names) {
      for (const one of history.versions.values())
        io.out(jsonLine({ ...versionJson(one), about: about.get(one.made.version) ?? null }));
      if (file !== null) io.out(jsonLine({ name: history.name, version: null, stage: null, ...file }));
    }
    return exit.ok;
  }
  for (const line of listLines(names, { now: Date.now(), columns: io.columns })) io.out(`${line}\n`);
  if (names.length === 0) io.err(` there is none yet; make one: ${makeCommand({ kind, name: "NAME" })}\n`);
  return exit.ok;
}

/** What was done about a name, newest first. */
export async function log({ io, opened, kind, names, options }: Asked): Promise<number> {
  const ref = nameTyped(kind, "log", names);
  const { records } = opened.registry.history(ref);
  if (options.json === true) for (const record of records.toReversed()) io.out(jsonLine(record));
  else for (const line of logLines(records, { now: Date.now(), columns: io.columns })) io.out(`${line}\n`);
  if (records.length === 0) io.err(` ${ref.name} has no version yet; make one: ${makeCommand(ref)}\n`);
  return exit.ok;
}

/** The text itself, for whoever uses it elsewhere: production where there is one, else the file. */
export async function get({ io, opened, kind, names, options }: Asked): Promise<number> {
  const found = await kinds[kind].textOf(opened, oneTyped(kind, "get", names));
  if (options.json === true) io.out(jsonLine({ ...factsOf(kind, found), source: found.source }));
  else shown(io, found.source.endsWith("\n") ? found.source : `${found.source}\n`);
  return exit.ok;
}

/** Two versions; one version and the file; a name: production (else the newest) and the file. */
export async function diff({ io, opened, kind, names, options }: Asked): Promise<number> {
  const [from, to] = pairTyped(opened, kind, names);
  const [before, after] = [await kinds[kind].textOf(opened, from), await kinds[kind].textOf(opened, to)];
  const patch = [...hunks(inLf(before.source), inLf(after.source))].join("");
  const [a, b] = [labelOf(kind, before), labelOf(kind, after)];
  if (options.json === true) io.out(jsonLine({ from: a, to: b, same: patch === "", patch }));
  else if (patch === "") io.err(` ${a} and ${b} are the same\n`);
  else shown(io, `--- ${before.shown}\n+++ ${after.shown}\n${patch}`);
  return exit.ok;
}

/** Makes a version of the file or folder as it is. */
export async function commit({ io, opened, kind, names, options }: Asked): Promise<number> {
  const ref = nameTyped(kind, "commit", names);
  const by = await signature(opened.dir, options.message, makeCommand(ref));
  const text = await kinds[kind].textOf(opened, { ...ref, which: { type: "file" } });
  await make({ io, opened, ref, text, by });
  return exit.ok;
}

interface Making {
  readonly opened: Opened;
  readonly ref: ArtifactRef;
  readonly text: ArtifactText;
  readonly by: Signature;
}

/** Makes the next version of a text, and says how it goes on. @throws Refused when there is such a version already */
export async function make(asked: Making & { readonly io: Io }): Promise<void> {
  const { io, ref, text } = asked;
  const record = await makeVersion(asked);
  io.err(` made ${versionText(ref, record.version)} ${short(record.digest)} of ${text.shown}\n`);
  io.err(` next: harness promote ${nameText(ref)}@${record.version} --to staging --why "…"\n`);
}

/** Makes the next version of a text. @throws Refused when there is such a version already */
export async function makeVersion({ opened, ref, text, by }: Making): Promise<VersionRecord> {
  const source = inLf(text.source);
  const history = opened.registry.history(ref);
  const made = { digest: kinds[ref.kind].digestOf(text), text: sha256(source), renderer: 1 };
  return add(opened, history, newVersion(history, made, by), source);
}

function versionJson({ made, stage, placed }: VersionState): object {
  const { name, version, digest } = made;
  const { who, at, why, commit: on } = placed ?? made;
  return { name, version, stage, digest, who, at, why, commit: on, receipt: placed?.receipt ?? null };
}

/** What machines are told of a text. */
export const factsOf = (kind: ArtifactKind, text: ArtifactText): object =>
  text.version === null
    ? { name: text.name, version: null, stage: null, digest: kinds[kind].digestOf(text), receipt: null }
    : versionJson(text.version);

/** A name alone. @throws Refused */
export function nameTyped(kind: ArtifactKind, action: string, names: readonly string[]): ArtifactRef {
  const command = `harness ${kind === "suite" ? kind : `${kind}s`} ${action}`;
  const [first, second] = names;
  const ref = first === undefined ? null : refTyped(command, first, kind);
  if (ref === null || second !== undefined || ref.which.type !== "unsaid")
    throw new Refused(`say the name of one ${kind}: ${command} ${ref?.name ?? "NAME"}`);
  return ref;
}

/** A name, or a version of it. @throws Refused */
export function oneTyped(kind: ArtifactKind, action: string, names: readonly string[]): ArtifactRef {
  const [first, second] = names;
  if (first !== undefined && second === undefined) return refTyped(`harness ${kind}s ${action}`, first, kind);
  throw new Refused(`say one ${kind}: harness ${kind}s ${action} NAME, or a version of it like NAME@1`);
}

function pairTyped(opened: Opened, kind: ArtifactKind, names: readonly string[]): [ArtifactRef, ArtifactRef] {
  const [first, second] = names;
  const command = `harness ${kind}s diff`;
  if (first === undefined || names.length > 2)
    throw new Refused(`say what: ${command} NAME@1 NAME@2; NAME alone is production against what is there`);
  const from = startOf(opened, refTyped(command, first, kind));
  return [from, second === undefined ? otherOf(opened, from) : refTyped(command, second, kind)];
}

/** The version a name alone begins with: production, else the newest. @throws Refused */
export function startOf({ registry }: Opened, ref: ArtifactRef): ArtifactRef {
  if (ref.which.type !== "unsaid") return ref;
  const history = registry.history(ref);
  const version = inProduction(history) ?? newestVersion(history);
  if (version !== null) return { ...ref, which: { type: "version", version } };
  throw new Refused(`${ref.name} has no version to compare with; make one: ${makeCommand(ref)}`);
}

/** What it is compared with: the file, or the newest version of what has none. */
function otherOf({ registry }: Opened, from: ArtifactRef): ArtifactRef {
  if (from.kind !== "model") return { ...from, which: { type: "file" } };
  const version = newestVersion(registry.history(from));
  if (version === null) throw new Refused(`${from.name} has no version; see: ${logCommand(from)}`);
  return { ...from, which: { type: "version", version } };
}

/** Exact in a pipe, safe to look at on a terminal. */
const shown = (io: Io, text: string): void => io.out(io.isOutTerminal ? visibleLines(text) : text);
