import { argOf, isUnknown, textOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Judge, Tools } from "../call.ts";
import { each } from "../call.ts";
import { codeFindings } from "../code.ts";
import { changesOutside, ownCode, reads, trusted, unknownCode } from "../finding.ts";
import { isSending } from "../sending.ts";
import type { Finding, Outcome } from "../finding.ts";
import { given, has, valuesOf } from "../options.ts";
import type { Given } from "../options.ts";
import { fullPath, judgePath } from "../path.ts";
import { suspectPaths } from "../spec.ts";
import { modules } from "./python-modules.ts";

interface Language {
  /** Options whose value is code. */
  readonly code: string;
  readonly valued: string;
  /** Options that load more code. */
  readonly loads?: string;
  /** Options after which nothing runs. */
  readonly asks?: string;
}

const languages: Readonly<Record<string, Language>> = {
  "python python2 python3 pypy pypy3 python3.10 python3.11 python3.12 python3.13 ipython": {
    code: "-c",
    valued: "-m -W -X --check-hash-based-pycs",
    asks: "-V -VV --version -h --help",
  },
  "node nodejs": {
    code: "-e -p --eval --print -pe",
    valued: "-C --conditions --stack-size --test-name-pattern --test-reporter",
    loads: "-r --require --import --loader --experimental-loader --env-file --inspect --inspect-brk",
    asks: "-v --version -h --help --v8-options",
  },
  "perl perl5": { code: "-e -E", valued: "-I -M -m -x", asks: "-v -V --version" },
  "ruby jruby": { code: "-e", valued: "-I -r -C", asks: "-v --version -h --help" },
  "php php8": { code: "-r -B -E -R", valued: "-d -c -f -S -t", asks: "-v --version -i -m -h" },
  "lua luajit": { code: "-e", valued: "-l", asks: "-v" },
  "Rscript R": { code: "-e", valued: "", asks: "--version" },
  "tclsh wish guile racket sbcl clisp ghci ghc-e scala groovy jshell julia elixir erl swift kotlin octave gnuplot sclang gs postscript":
    { code: "-e -E --eval --execute -eval", valued: "", asks: "--version -version -h --help" },
};

/** Programs that run code in a language of their own. */
export const interpreters: Tools = {
  ...Object.fromEntries(
    Object.entries(languages).flatMap(([names, language]) =>
      names.split(" ").map((name): [string, Judge] => [name, (call) => interpreter(call, language)]),
    ),
  ),
  ...each("java javac kotlinc scalac groovyc", (call) => [
    ownCode(`${call.name} runs or compiles the project's code`),
    ...suspectPaths(call.args, call.cwd),
  ]),
  deno: (call) => bunOrDeno(call),
  osascript: () => [unknownCode("osascript drives other programs")],
};

function interpreter(call: Call, language: Language): Outcome {
  const found = given(call.args, {
    valued: [language.valued, language.code, language.loads].join(" "),
    isStrict: true,
  });
  const codes = valuesOf(found, language.code);
  if (codes.length > 0)
    return [
      ...optionFindings(call, found, language),
      ...codes.flatMap((code) => codeFindings(code, call.cwd, call.name)),
      ...inPlace(call, found),
    ];
  if (language.asks !== undefined && has(found, language.asks)) return [reads("it says what it is")];
  const [module] = call.name.startsWith("py") || call.name.startsWith("ipy") ? valuesOf(found, "-m") : [];
  if (module !== undefined) return moduleOutcome(call, module, found);
  return [...optionFindings(call, found, language), ...script(call, found.operands)];
}

/** A file, or what stands on the input. */
function script(call: Call, [file, ...rest]: readonly Arg[]): Outcome {
  if (file === undefined || file.shape === "-" || file.shape === "/dev/stdin")
    return [...fromInput(call), ...suspectPaths(rest, call.cwd)];
  return [...scriptFile(call, file), ...toldToSend(rest), ...suspectPaths(rest, call.cwd)];
}

const toldToSend = ([verb]: readonly Arg[]): Finding[] =>
  isSending(verb?.shape ?? "") ? [changesOutside("a script is told to publish")] : [];

export function scriptFile(call: Call, file: Arg): Finding[] {
  if (isUnknown(file))
    return [{ risk: "network", because: "which script runs is not known before", isOpaque: true }];
  const full = fullPath(file, call.cwd);
  if (full !== null && /^\/(?:dev|proc)\//.test(full)) return [unknownCode("it runs what it is sent")];
  const away = full !== null && !/^\/(?:workspace|tmp|usr|opt)(?:\/|$)/.test(full);
  if (away) return [{ risk: "privilege", because: "it runs a script outside the workspace", isOpaque: true }];
  const sends = isSending(file.shape) ? [changesOutside("a script that is called so publishes")] : [];
  return [ownCode(`${call.name} runs a script`), ...sends];
}

function fromInput({ input, name, cwd }: Call): Outcome {
  if (input.kind === "text") return codeFindings(input.text, cwd, name);
  if (input.kind === "pipe") return [unknownCode(`what ${name} runs comes out of a pipe`)];
  return [ownCode(`${name} runs what it reads`)];
}

function optionFindings({ name }: Call, found: Given, { loads }: Language): Finding[] {
  const more: Finding[] = [];
  if (loads !== undefined && has(found, loads)) more.push(ownCode("it loads more code"));
  const isLoading = name.startsWith("perl") || name.startsWith("ruby");
  if (isLoading && has(found, "-M -m -r"))
    more.push(...valuesOf(found, "-M -m -r").flatMap((module) => loaded(module)));
  if (name.startsWith("php") && has(found, "-S"))
    more.push({ risk: "network", because: "php serves files", hosts: [] });
  return more;
}

const loaded = (module: Arg): Finding[] =>
  /socket|http|net|lwp|open-uri|ftp|smtp|uri/i.test(module.shape)
    ? [{ risk: "network", because: "it loads what talks to the network", hosts: null }]
    : [ownCode("it loads a module")];

/** `perl -i` and `ruby -i` change the files they are given. */
function inPlace(call: Call, found: Given): Outcome {
  const isPerl = /^(?:perl|ruby)/.test(call.name);
  if (!isPerl) return suspectPaths(found.operands, call.cwd);
  const isChanging = found.options.some(({ name }) => name === "-i");
  const findings = found.operands.flatMap(
    (file) => judgePath(file, isChanging ? "write" : "read", call.cwd) ?? [],
  );
  return isChanging ? [ownCode("it changes files"), ...findings] : findings;
}

function moduleOutcome(call: Call, module: Arg, { operands }: Given): Outcome {
  const name = textOf(module);
  if (name === null) return [unknownCode("which module runs is not known")];
  const known = modules[name];
  const at = call.args.findIndex(({ shape }) => shape === name || shape === `-m${name}`);
  const rest = at === -1 ? operands : call.args.slice(at + 1);
  if (known === undefined)
    return [ownCode(`python runs the module ${name}`), ...suspectPaths(rest, call.cwd)];
  return typeof known === "string"
    ? [{ runs: [argOf(known), ...rest] }]
    : [known, ...suspectPaths(rest, call.cwd)];
}

function bunOrDeno(call: Call): Outcome {
  const [verb, ...rest] = call.args;
  const text = verb?.shape ?? "";
  if (/^(?:--version|-V|info|doc|help|--help)$/.test(text)) return [reads("deno says what it is")];
  if (text === "eval")
    return rest.flatMap((code) =>
      code.shape.startsWith("-") ? [] : codeFindings(code, call.cwd, call.name),
    );
  if (/^(?:fmt|lint|check|test|task|bench|compile|run|repl|types)$/.test(text)) {
    const isRemote = rest.some(({ shape }) => /^(?:https?:|npm:|jsr:)/.test(shape));
    return isRemote
      ? [unknownCode("deno runs code from the network")]
      : [ownCode("deno runs the project's code")];
  }
  if (/^(?:publish|deploy|login)$/.test(text))
    return [{ risk: "external", because: "deno publishes", hosts: null }];
  if (/^[\w./-]+\.[cm]?[jt]sx?$/.test(text)) return [ownCode("deno runs a script")];
  return [
    { risk: "network", because: "deno fetches packages", hosts: null },
    ...(text === "install" ? [trusted("deno installs a program")] : []),
  ];
}
