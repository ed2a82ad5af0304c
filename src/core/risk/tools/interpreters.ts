import { argOf, isUnknown, textOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Judge, Tools } from "../call.ts";
import { each } from "../call.ts";
import { codeFindings } from "../code.ts";
import { changesOutside, ownCode, reaches, reads, trusted, unknownCode } from "../finding.ts";
import { hostsOf, namesHost } from "../host.ts";
import { isSending } from "../sending.ts";
import type { Finding, Outcome } from "../finding.ts";
import { given, has, valuesOf } from "../options.ts";
import type { Given } from "../options.ts";
import { fullPath, judgePath } from "../path.ts";
import { suspectPaths } from "../spec.ts";
import { taskFindings } from "../task-code.ts";
import { taskVerbs } from "../task-verbs.ts";
import { isTest, testFindings } from "../written-test.ts";
import { modules, otherModule } from "./python-modules.ts";

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
  "node nodejs tsx ts-node ts-node-esm esno swc-node": {
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
  "julia elixir octave raku scala groovy": {
    code: "-e -E --eval --execute -pe -ne",
    valued: "-r --require -S -p --project -L",
    asks: "--version -v -h --help",
  },
  "guile racket sbcl clisp ghci ghc runghc ocaml kotlin crystal janet fennel nim-e jshell gnuplot tclsh wish sclang emacsclient nickle maxima gp sage gap":
    {
      code: "-e -c --eval -eval --execute --command",
      valued: "-l --load -s",
      asks: "--version -version -v -h --help",
    },
};

/** Programs that run code in a language of their own. */
export const interpreters: Tools = {
  ...Object.fromEntries(
    Object.entries(languages).flatMap(([names, language]) =>
      names.split(" ").map((name): [string, Judge] => [name, (call) => interpreter(call, language)]),
    ),
  ),
  erl: (call) => singleDashed(call, "-eval -run -s"),
  ...each("gs ghostscript", (call) => ghostscript(call)),
  ...each("java javac kotlinc scalac groovyc", (call) => [
    ownCode(`${call.name} runs or compiles the project's code`),
    ...(call.name === "java" ? taskVerbs(call.args.filter(({ shape }) => !shape.startsWith("-"))) : []),
    ...(call.args.some(namesHost)
      ? [reaches("it is given the name of a host", hostsOf(call.args.filter(namesHost)))]
      : []),
    ...suspectPaths(call.args, call.cwd),
  ]),
  deno: (call) => deno(call),
  ...each("jrunscript jjs rhino qjs d8 xs mujs", (call) => engine(call)),
  ...each("pwsh powershell", (call) => powershell(call)),
  osascript: () => [unknownCode("osascript drives other programs")],
};

function interpreter(call: Call, language: Language): Outcome {
  const found = given(call.args, {
    valued: [language.valued, language.code, language.loads].join(" "),
    isStrict: true,
  });
  const isEval = /^(?:crystal|nim|janet|deno)$/.test(call.name) && found.operands[0]?.shape === "eval";
  const codes = isEval ? found.operands.slice(1) : valuesOf(found, language.code);
  if (call.name.startsWith("ruby") && valuesOf(found, "-r").some(({ shape }) => shape === "un"))
    return unixInRuby(call, found, codes);
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
  const written = call.written(file);
  if (namesHost(file))
    return [{ ...reaches(`${call.name} fetches what it runs`, hostsOf([file])), isOpaque: true }];
  return [
    ...scriptFile(call, file),
    ...(written === null ? [] : scriptText(call, file, written)),
    ...taskFindings(rest, call),
    ...(/(?:^|\/)setup\.py$/.test(file.shape) &&
    rest.some(({ shape }) => /^(?:install|develop|easy_install|register)$/.test(shape))
      ? [reaches("setup.py installs what it needs")]
      : []),
    ...suspectPaths(rest, call.cwd),
  ];
}

const scriptText = (call: Call, file: Arg, text: Arg): Outcome =>
  isTest(file, text)
    ? testFindings(text, call.cwd, call.name)
    : codeFindings(text, call.cwd, call.name, "file");

export function scriptFile(call: Call, file: Arg): Finding[] {
  if (isUnknown(file))
    return [{ risk: "network", because: "which script runs is not known before", isOpaque: true }];
  const full = fullPath(file, call.cwd);
  if (full !== null && /^\/(?:dev|proc)\//.test(full)) return [unknownCode("it runs what it is sent")];
  const away = full !== null && !/^\/(?:workspace|tmp|usr|opt)(?:\/|$)/.test(full);
  if (away) return [{ risk: "privilege", because: "it runs a script outside the workspace", isOpaque: true }];
  const sends = isSending(file.shape) ? [changesOutside("a script that is called so publishes")] : [];
  const named = argOf((file.shape.split("/").at(-1) ?? "").replace(/\.\w+$/, ""));
  return [ownCode(`${call.name} runs a script`), ...sends, ...taskVerbs([named])];
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
  const use = isChanging ? (losesLines(call, found) ? "empty" : "write") : "read";
  const findings = found.operands.flatMap((file) => judgePath(file, use, call.cwd) ?? []);
  return isChanging ? [ownCode("it changes files"), ...findings] : findings;
}

/** `-n` without printing, or a program that makes each line empty. */
function losesLines({ name }: Call, found: Given): boolean {
  const code = valuesOf(found, name.startsWith("ruby") ? "-e" : "-e -E")
    .map(({ shape }) => shape)
    .join(";");
  const isPrinting = /\b(?:print|say|puts|printf)\b/.test(code);
  if (has(found, "-n") && !has(found, "-p")) return !isPrinting;
  return /^\s*(?:\$_\s*=\s*(?:""|'')|undef\s*\$_|s\/\.\*\/\/\w*|\$_\.(?:clear|replace\(["']{2}\)))\s*;?\s*$/.test(
    code,
  );
}

/** `ruby -run -e COMMAND`: the library `un` makes commands of it. */
function unixInRuby(call: Call, found: Given, [command]: readonly Arg[]): Outcome {
  if (command === undefined) return [ownCode("it loads a module")];
  if (command.shape === "httpd")
    return [{ risk: "external", because: "it serves the files to whoever asks", hosts: null }];
  return [
    ownCode("ruby -run runs a command"),
    {
      runs: [command, ...call.args.slice(call.args.indexOf(command) + 1)].filter(
        ({ shape }) => shape !== "--",
      ),
    },
    ...(found.operands.length === 0 ? [] : []),
  ];
}

function moduleOutcome(call: Call, module: Arg, { operands }: Given): Outcome {
  const name = textOf(module);
  if (name === null) return [unknownCode("which module runs is not known")];
  const known = modules[name];
  const at = call.args.findIndex(({ shape }) => shape === name || shape === `-m${name}`);
  const rest = at === -1 ? operands : call.args.slice(at + 1);
  if (known === undefined) return otherModule(name, rest, call);
  return typeof known === "string"
    ? [{ runs: [argOf(known), ...rest] }]
    : [known, ...suspectPaths(rest, call.cwd)];
}

/** Options of one dash that are whole words. */
function singleDashed(call: Call, codes: string): Outcome {
  const found = given(call.args, { valued: codes, isSingle: true });
  const texts = valuesOf(found, codes);
  return [
    ownCode(`${call.name} runs code`),
    ...texts.flatMap((text) => codeFindings(text, call.cwd, call.name)),
  ];
}

function ghostscript(call: Call): Outcome {
  const output = call.args.flatMap((arg) =>
    arg.shape.startsWith("-sOutputFile=") ? [{ ...arg, shape: arg.shape.slice(13) }] : [],
  );
  const isPiped = output.some(({ shape }) => /^(?:%pipe%|\|)/.test(shape));
  return [
    ownCode("gs runs PostScript"),
    ...(isPiped
      ? [unknownCode("gs runs a program")]
      : output.flatMap((file) => judgePath(file, "write", call.cwd) ?? [])),
    ...call.args
      .filter(({ shape }) => shape.startsWith("("))
      .flatMap((code) => codeFindings(code, call.cwd, "gs")),
    ...suspectPaths(call.args, call.cwd),
  ];
}

/** Engines of JavaScript with few options. */
function engine(call: Call): Outcome {
  const found = given(call.args, { valued: "-e -l -cp -classpath -f --eval", isStrict: true });
  const codes = valuesOf(found, "-e --eval");
  if (codes.length === 0) return script(call, [...valuesOf(found, "-f"), ...found.operands]);
  return codes.flatMap((code) => [
    ...codeFindings(code, call.cwd, call.name),
    ...(/\bexec\b|\bcp\s*\(|\brm\s*\(/.test(code.shape)
      ? [unknownCode("the code starts other programs")]
      : []),
  ]);
}

function powershell(call: Call): Outcome {
  const at = call.args.findIndex(({ shape }) =>
    /^-(?:c|command|e|ec|enc|encodedcommand|f|file)$/i.test(shape),
  );
  const option = call.args[at]?.shape.toLowerCase() ?? "";
  if (call.args.length === 1 && /^-{1,2}(?:v|version)$/i.test(call.args[0]?.shape ?? ""))
    return [reads("it says its version")];
  if (option.startsWith("-e")) return [unknownCode("the code is encoded")];
  if (option.startsWith("-c")) {
    const text = argOf(
      call.args
        .slice(at + 1)
        .map(({ shape }) => shape)
        .join(" "),
    );
    return [{ shell: text }, ...codeFindings(text, call.cwd, "pwsh")];
  }
  return script(call, call.args.slice(at + 1));
}

function deno(call: Call): Outcome {
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
      : [ownCode("deno runs the project's code"), ...taskVerbs(rest)];
  }
  if (/^(?:publish|deploy|login)$/.test(text))
    return [{ risk: "external", because: "deno publishes", hosts: null }];
  if (/^[\w./-]+\.[cm]?[jt]sx?$/.test(text)) return [ownCode("deno runs a script")];
  return [
    { risk: "network", because: "deno fetches packages", hosts: null },
    ...(text === "install" ? [trusted("deno installs a program")] : []),
  ];
}
