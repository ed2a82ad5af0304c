import { basename, join, relative, resolve } from "node:path";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { statThere } from "../there.ts";

/** A model that `suite.yaml` names, and under which key. */
export interface SaidModel {
  readonly key: readonly string[];
  readonly named: string;
}

export const modelsSaid = ({ model, judge }: SuiteSpec): readonly SaidModel[] => [
  ...(model === undefined ? [] : [{ key: ["model"], named: model }]),
  ...(judge.model === undefined ? [] : [{ key: ["judge", "model"], named: judge.model }]),
];

/** Of judgements who judges is asked, where that is said; else `judge.model` is another matter. */
export const isAsked = ({ kind, judge }: SuiteSpec, { key }: SaidModel): boolean =>
  (key.length === 1) !== (kind === "judge" && judge.model !== undefined);

const prefix = "scripted/";

/** What is wrong with a script that a suite names, and where it would be found; null: it is there, or is no script. */
export async function scriptFault(named: string, folder: string, dir: string): Promise<string | null> {
  if (!named.startsWith(prefix)) return null;
  const path = named.slice(prefix.length);
  if (await isThere(resolve(folder, path))) return null;
  const others = [resolve(dir, path), join(folder, basename(path)), join(dir, basename(path))];
  const isOther = await Promise.all(others.map(isThere));
  const found = others.find((_, index) => isOther[index]);
  const hint = found === undefined ? "put it there" : `write ${prefix}${relative(folder, found)}`;
  return `${named}: there is no ${resolve(folder, path)}, as paths in suite.yaml are relative to its own folder; ${hint}`;
}

const isThere = async (path: string): Promise<boolean> => (await statThere(path))?.isFile() === true;
