import type { Redirect, SimpleCommand } from "../shell.ts";
import { argOf, holdsUnknown, unknownArg } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Input } from "./call.ts";
import { asText, expand } from "./expand.ts";
import { fullPath } from "./path.ts";
import type { Scope } from "./scope.ts";

/** Remembers the texts of files a command writes, for when the same script runs them. */
export function noteWritten(command: SimpleCommand, scope: Scope, input: Input): void {
  const args = command.words.flatMap((word) => expand(word, scope));
  const name = args[0]?.shape.replace(/^(?:\/usr)?\/bin\//, "") ?? "";
  const text = textPrinted(name, args.slice(1), input);
  if (text === null) return;
  for (const redirect of command.redirects)
    if (isWriting(redirect)) learn(redirectTarget(redirect, scope), text, scope);
  if (name === "tee" || name === "sponge")
    for (const file of args.slice(1)) if (!file.shape.startsWith("-")) learn(file, text, scope);
}

const mostFiles = 200;
const longestFile = 100_000;

const isWriting = ({ operator }: Redirect): boolean => /^(?:>|>>|>\||&>|&>>|>&|<>)$/.test(operator);

const redirectTarget = ({ target }: Redirect, scope: Scope): Arg => asText(target, scope);

function learn(file: Arg, text: Arg, scope: Scope): void {
  const full = fullPath(file, scope.cwd);
  if (full === null || full.startsWith("/dev/")) return;
  const before = scope.files.get(full);
  if (before === undefined && scope.files.size >= mostFiles) return;
  const isNew = before === undefined || before.shape.includes(text.shape);
  const whole = isNew ? text : { ...text, shape: `${before.shape}\n${text.shape}` };
  scope.files.set(full, whole.shape.length > longestFile ? unknownArg : whole);
}

/** What it prints, where that can be told; null: nothing that could be run is known of it. */
function textPrinted(name: string, args: readonly Arg[], input: Input): Arg | null {
  if (name === "echo") return echoed(args);
  if (name === "printf") return formatted(args);
  if (/^(?:base64|base32|xxd|openssl|uudecode|rev|basenc|gpg)$/.test(name)) return unknownArg;
  if (!/^(?:cat|tee|sponge|dd|sed|envsubst|tr|head|tail)$/.test(name)) return null;
  const isOfInput = name === "tee" || name === "sponge" || args.every(({ shape }) => shape.startsWith("-"));
  if (!isOfInput) return null;
  if (input.kind === "text") return input.text;
  return input.kind === "pipe" && !/[\uE000-\uE002]/.test(input.names.shape) ? input.names : null;
}

const echoed = (args: readonly Arg[]): Arg => {
  const words = args.filter(({ shape }, index) => !(index === 0 && /^-[neE]+$/.test(shape)));
  return argOf(`${escaped(words.map(({ shape }) => shape).join(" "))}\n`);
};

function formatted(args: readonly Arg[]): Arg {
  const [format, ...values] = args.filter(({ shape }, index) => !(index === 0 && shape === "--"));
  if (format === undefined) return argOf("");
  const pattern = escaped(format.shape);
  const places = pattern.match(/%(?!%)/g)?.length ?? 0;
  if (places === 0) return argOf(pattern.replaceAll("%%", "%"));
  const left = [...values];
  const fill = (): string =>
    pattern.replaceAll(/%%|%[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]/g, (found) =>
      found === "%%" ? "%" : escaped(left.shift()?.shape ?? ""),
    );
  let text = fill();
  for (let round = 0; left.length > 0 && round < 64; round += 1) text += fill();
  return argOf(text);
}

/** `\n`, `\t`, `\x41`, `\101` as `echo -e` and `printf` have them. */
const escaped = (text: string): string =>
  text.replaceAll(
    /\\(?:x([0-9a-fA-F]{1,2})|0?([0-7]{1,3})|([nrt\\"']))/g,
    (_, hex: string, octal: string, name: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return { n: "\n", r: "", t: "\t" }[name] ?? name;
    },
  );

/** The text of a file that the script has written; of a directory those of all its files. */
export function writtenText(path: Arg, scope: Scope): Arg | null {
  if (scope.files.size === 0) return null;
  const full = fullPath(path, scope.cwd);
  if (full === null) return null;
  const own = scope.files.get(full);
  if (own !== undefined) return own;
  const below = [...scope.files].filter(([name]) => name.startsWith(`${full}/`)).map(([, text]) => text);
  if (below.length === 0) return null;
  return below.some(holdsUnknown) ? unknownArg : argOf(below.map(({ shape }) => shape).join("\n"));
}
