import type { Redirect, Word } from "../shell.ts";
import { unknownArg } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Input } from "./call.ts";
import { asText } from "./expand.ts";
import { printedBy } from "./printed.ts";
import type { Scope } from "./scope.ts";
import { writtenText } from "./written.ts";

/** What stands on the input after redirects. */
export function inputOf(redirects: readonly Redirect[], scope: Scope, input: Input): Input {
  const before = input.kind === "none" ? (scope.descriptors.get("0") ?? input) : input;
  return opened(redirects, scope, before).get("0") ?? before;
}

/** Keeps what redirects open: of `exec` for all that follows, of a group for what is in it, whose own input is told otherwise. */
export function keepOpen(redirects: readonly Redirect[], scope: Scope, isGroup: boolean): void {
  for (const [number, now] of opened(redirects, scope, { kind: "none" })) {
    if (now.kind === "none" || (isGroup && number === "0")) continue;
    const old = scope.descriptors.get(number);
    scope.descriptors.set(number, old === undefined || isSame(old, now) ? now : elsewhere);
  }
}

/** Nobody knows what comes from there. */
const elsewhere: Input = { kind: "pipe", names: unknownArg };

const isSame = (one: Input, other: Input): boolean =>
  one.kind === other.kind &&
  (one.kind !== "text" || other.kind !== "text" || one.text.shape === other.text.shape);

function opened(redirects: readonly Redirect[], scope: Scope, input: Input): ReadonlyMap<string, Input> {
  const open = new Map([["0", input]]);
  const at = (number: string): Input => open.get(number) ?? scope.descriptors.get(number) ?? elsewhere;
  for (const { text, operator, target } of redirects) {
    const number = /^\d+/.exec(text)?.[0] ?? (text.startsWith("{") ? "{}" : "0");
    if (operator === "<<" || operator === "<<<")
      open.set(number, { kind: "text", text: asText(target, scope) });
    if (operator === "<" || operator === "<>") open.set(number, fromWord(target, scope, at));
    if (operator === "<&") open.set(number, fromNumber(asText(target, scope).shape, at));
  }
  return open;
}

function fromNumber(shape: string, at: (number: string) => Input): Input {
  if (shape === "-") return { kind: "empty" };
  return at(shape.replace(/-$/, ""));
}

function fromWord(target: Word, scope: Scope, at: (number: string) => Input): Input {
  const inside = target.pieces.find((piece) => piece.kind === "process");
  if (inside?.kind === "process") return { kind: "pipe", names: printedBy(inside.script, scope) };
  const { shape } = asText(target, scope);
  if (shape === "/dev/null") return { kind: "empty" };
  const number = /^\/(?:dev|proc\/(?:self|\uE001))\/fd\/(\d+)$|^\/dev\/(stdin)$/.exec(shape);
  if (number === null) return fromFile(asText(target, scope), scope);
  const input = at(number[2] === undefined ? (number[1] ?? "") : "0");
  return input.kind === "none" ? elsewhere : input;
}

/** A file that the same script wrote is its text. */
function fromFile(path: Arg, scope: Scope): Input {
  const text = writtenText(path, scope);
  return text === null ? { kind: "file" } : { kind: "text", text };
}
