import type { Redirect, Word } from "../shell.ts";
import type { Arg } from "./arg.ts";
import { asText, turnsOf } from "./expand.ts";
import { destroys } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { fullPath, judgePath } from "./path.ts";
import type { Use } from "./path.ts";
import { mostValues, overTurns } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** What is known of the command a redirect belongs to. */
export interface Redirected {
  /** Nothing comes out of it: the file is left empty. "mostly": unless something is written later (`exec > f`). */
  readonly isSilent: boolean | "mostly";
  /** Words of the commands that may be files they read. */
  readonly read: readonly Word[];
}

/** What reading or writing the target means. */
export function redirectFindings(redirect: Redirect, scope: Scope, about: Redirected): Finding[] {
  const { operator, target } = redirect;
  if (operator === "<<" || operator === "<<<") return [];
  const turns = Math.min(turnsOf([target], scope), mostValues);
  const paths = overTurns(scope, turns, () => [asText(target, scope)]);
  if (target.pieces.some(({ kind }) => kind === "process")) return [];
  if (operator === "<") return paths.flatMap((path) => judgePath(path, "read", scope.cwd) ?? []);
  if (/^[<>]&$/.test(operator) && paths.every(({ shape }) => /^(?:\d+-?|-|\uE001|\uE000)$/.test(shape)))
    return [];
  const isFresh = /^(?:>|>\||&>|>&)$/.test(operator);
  const own = paths.flatMap((path) => judgePath(path, useOf(path, isFresh, about, scope), scope.cwd) ?? []);
  const isLost = isFresh && about.read.slice(0, mostRead).some((word) => isSame(word, target, scope));
  return isLost ? [...own, destroys("the file is emptied before it is read")] : own;
}

/** More words than a person would look through are not compared. */
const mostRead = 64;

function useOf(path: Arg, isFresh: boolean, { isSilent, read }: Redirected, scope: Scope): Use {
  if (!isFresh) return "write";
  if (isSilent === true || (isSilent === "mostly" && !looksLikeLog(path))) return "empty";
  return path.isGlob && !isBesideRead(path, read, scope) ? "overwrite" : "write";
}

/** In a loop over files: the name of the one that is read, with something behind it. */
const isBesideRead = ({ shape }: Arg, read: readonly Word[], scope: Scope): boolean =>
  read.slice(0, mostRead).some((word) => {
    const source = asText(word, scope);
    return source.isGlob && shape.length > source.shape.length && shape.startsWith(source.shape);
  });

const looksLikeLog = ({ shape }: Arg): boolean =>
  /\.(?:log|out|txt|err)$|\/dev\/|(?:^|\/)logs?\//.test(shape);

/** Whether two words are the same file, known or not. */
function isSame(word: Word, target: Word, scope: Scope): boolean {
  if (word.text === target.text) return true;
  const [one, other] = [asText(word, scope), asText(target, scope)].map((path) => fullPath(path, scope.cwd));
  return one !== null && one !== undefined && one === other && !/[\uE000-\uE002]/.test(one);
}
