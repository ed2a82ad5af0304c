import { isTame, tameArg, unknownArg } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Input } from "./call.ts";
import { fullPath } from "./path.ts";
import { learn, learnArray } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** What the shell remembers after a command: where it is, what it read. */
export function noteShell(name: string | null, args: readonly Arg[], scope: Scope, input: Input): void {
  if (name === "cd" || name === "pushd") scope.cwd = moved(args, scope);
  else if (name === "popd") scope.cwd = null;
  else if (name === "read" || name === "mapfile" || name === "readarray") {
    const value = input.kind === "pipe" && isTame(input.names) ? tameArg : unknownArg;
    for (const { shape } of args) if (/^[A-Za-z_]\w*$/.test(shape)) learnArray(scope, shape, [value]);
  } else if (/^(?:export|declare|typeset|local|readonly)$/.test(name ?? "")) declared(args, scope);
  else if (name === "printf" && args[0]?.shape === "-v") learn(scope, args[1]?.shape ?? "", [unknownArg]);
  else if (name === "alias") aliased(args, scope);
  else if (name === "getopts") learn(scope, args[1]?.shape ?? "", [tameArg]);
}

function aliased(args: readonly Arg[], scope: Scope): void {
  for (const { shape } of args) {
    const at = shape.indexOf("=");
    if (at > 0) scope.aliases.set(shape.slice(0, at), shape.slice(at + 1));
  }
}

function declared(args: readonly Arg[], scope: Scope): void {
  const isReference = args.some(({ shape }) => /^-[a-zA-Z]*n/.test(shape));
  for (const arg of args) {
    const at = arg.shape.search(/\+?=/);
    if (at > 0 && isReference) {
      const other = arg.shape.slice(at).replace(/^\+?=/, "");
      scope.references.set(arg.shape.slice(0, at), other);
      learn(scope, arg.shape.slice(0, at), scope.variables.get(other) ?? [unknownArg]);
      continue;
    }
    if (at > 0)
      learn(scope, arg.shape.slice(0, at), [{ ...arg, shape: arg.shape.slice(at).replace(/^\+?=/, "") }]);
    if (arg.shape.startsWith("IFS=")) scope.isDividedOddly = true;
  }
}

function moved(args: readonly Arg[], scope: Scope): string | null {
  const target = args.find(({ shape }) => !/^-[LPe@]+$|^--$/.test(shape));
  if (target === undefined) return "/~";
  return target.shape === "-" ? null : fullPath(target, scope.cwd);
}
