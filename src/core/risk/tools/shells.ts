import { argOf, isUnknown, textOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { environmentOutcome, isSecretVariable } from "../environment-names.ts";
import { ownCode, reads, trusted, unknownCode } from "../finding.ts";
import type { Finding, Outcome } from "../finding.ts";
import { namesHost } from "../host.ts";
import { given, has, valuesOf } from "../options.ts";
import { pathsFindings, suspectPaths } from "../spec.ts";
import { taskVerbs } from "../task-verbs.ts";
import { scriptFile } from "./interpreters.ts";

/** Shells, and what a shell does itself. */
export const shells: Tools = {
  ...each("bash sh zsh dash ksh ash mksh rbash fish yash oksh tcsh csh nu xonsh elvish osh", shell),
  eval: ({ args }) => (args.length === 0 ? [reads("eval of nothing")] : [{ shell: joined(args) }]),
  ...each("source .", source),
  exec: (call) => {
    const { operands } = given(call.args, { valued: "-a", isStrict: true });
    return [reads("exec takes the shell's place"), ...(operands.length > 0 ? [{ runs: operands }] : [])];
  },
  command: (call) => {
    const found = given(call.args, { isStrict: true });
    return has(found, "-v -V")
      ? [reads("command -v looks a program up")]
      : [reads("command runs a command"), ...(found.operands.length > 0 ? [{ runs: found.operands }] : [])];
  },
  ...each("builtin noglob nocorrect", (call) => [
    reads("it runs a command"),
    ...(call.args.length > 0 ? [{ runs: call.args }] : []),
  ]),
  trap: ({ args }) => {
    const { operands } = given(args, {});
    return [reads("trap holds a command"), ...(operands.length > 1 ? [{ shell: operands[0] as Arg }] : [])];
  },
  alias: ({ args }) => [
    reads("alias"),
    ...args
      .filter(({ shape }) => shape.includes("="))
      .map((arg) => ({ shell: { ...arg, shape: arg.shape.slice(arg.shape.indexOf("=") + 1) } })),
  ],
  ...each("export declare typeset local readonly let", declared),
  ...each("mapfile readarray", (call) => {
    const found = given(call.args, { valued: "-C -c -d -n -O -s -u" });
    return [reads("it reads lines"), ...valuesOf(found, "-C").map((text) => ({ shell: text }))];
  }),
  enable: (call) => [
    has(given(call.args, { valued: "-f" }), "-f")
      ? unknownCode("enable -f loads native code")
      : reads("enable changes which builtins there are"),
  ],
  hash: (call) => [
    has(given(call.args, { valued: "-p" }), "-p")
      ? trusted("hash -p gives a program the name of another")
      : reads("hash"),
  ],
  bind: (call) => [
    call.args.some(({ shape }) => /^-[xf]/.test(shape)) ? unknownCode("bind runs a command") : reads("bind"),
  ],
  complete: (call) => {
    const found = given(call.args, { valued: "-C -F -W -A -G -P -S -X -o" });
    return [reads("complete"), ...valuesOf(found, "-C").map((text) => ({ shell: text }))];
  },
  compgen: (call) => {
    const found = given(call.args, { valued: "-C -F -W -A -G -P -S -X -o" });
    return [
      reads("compgen lists"),
      ...valuesOf(found, "-C").map((text) => ({ shell: text })),
      ...valuesOf(found, "-W")
        .filter(({ shape }) => /\$\(|`/.test(shape))
        .map(() => unknownCode("compgen -W expands commands")),
    ];
  },
  fc: ({ args }) => [
    args.some(({ shape }) => /^-\w*l/.test(shape)) && !args.some(({ shape }) => /^-\w*[es]/.test(shape))
      ? reads("fc -l lists earlier commands")
      : unknownCode("fc runs an earlier command"),
  ],
  coproc: (call) => [{ shell: joined(call.args), input: "pipe" }],
  ...each("cd pushd", (call) => [
    reads("cd"),
    ...pathsFindings(
      call.args.filter(({ shape }) => !/^[-+]/.test(shape)),
      "list",
      call.cwd,
    ),
  ]),
  ...each("printenv", (call) =>
    call.args.some(({ shape }) => isSecretVariable(shape))
      ? [trusted("it prints a secret")]
      : [reads("printenv prints the environment")],
  ),
  ...each(
    ": set unset shift return exit break continue wait jobs fg bg disown umask ulimit shopt popd dirs times caller read getopts suspend logout test [ unalias setopt unsetopt emulate autoload status_x",
    () => [reads("it concerns the shell alone")],
  ),
  umask: () => [reads("umask")],
};

const joined = (args: readonly Arg[]): Arg => argOf(args.map(({ shape }) => shape).join(" "));

const shellGrammar = {
  valued: "-o -O +O +o --rcfile --init-file -C --init-command --emulate",
  isStrict: true,
};

function shell(call: Call): Outcome {
  const found = given(
    call.args.filter(({ shape }) => !/^\+[a-zA-Z]+$/.test(shape)),
    shellGrammar,
  );
  const [first, ...rest] = found.operands;
  const files = valuesOf(found, "--rcfile --init-file");
  const more: (Finding | Outcome[number])[] = [
    ...files.flatMap((file) => scriptFile(call, file)),
    ...valuesOf(found, "-C --init-command").map((text) => ({ shell: text })),
  ];
  if (has(found, "--version --help") && first === undefined) return [reads(`${call.name} says its version`)];
  const isText = has(found, "-c --command");
  if (isText) return [...more, ...(first === undefined ? [reads("an empty command")] : [{ shell: first }])];
  if (first === undefined || has(found, "-s") || first.shape === "-") return [...more, ...fromInput(call)];
  if (isInput(first)) return [...more, ...fromInput(call, true)];
  if (namesHost(first)) return [unknownCode("it runs what it fetches")];
  if (has(found, "-n") && !has(found, "-i"))
    return [reads(`${call.name} -n only reads`), ...pathsFindings([first], "read", call.cwd)];
  return [
    ...more,
    ...scriptFile(call, first),
    ...asWritten(call, first),
    ...taskVerbs(rest),
    ...suspectPaths(rest, call.cwd),
  ];
}

/** A script that was written just before is as its text is. */
function asWritten(call: Call, file: Arg): Outcome {
  const written = call.written(file);
  return written === null ? [] : [{ shell: written, input: "none" }];
}

const isInput = ({ shape }: Arg): boolean => /^(?:-|\/dev\/stdin|\/(?:dev|proc\/self)\/fd\/0)$/.test(shape);

function fromInput({ input, name }: Call, isNamed = false): Outcome {
  if (input.kind === "text") return [{ shell: input.text, input: "none" }];
  if (input.kind === "pipe") return [unknownCode(`what ${name} runs comes out of a pipe`)];
  return isNamed && input.kind === "none"
    ? [unknownCode(`what ${name} runs comes from elsewhere`)]
    : [ownCode(`${name} runs what it reads`)];
}

function source(call: Call): Outcome {
  const [file, ...rest] = call.args;
  if (file === undefined) return [reads("nothing is read")];
  if (isInput(file)) return fromInput(call, true);
  return [...scriptFile(call, file), ...asWritten(call, file), ...suspectPaths(rest, call.cwd)];
}

/** `export NAME=value`; `declare -n` and `-i` make values mean something. */
function declared(call: Call): Outcome {
  const set = call.args.filter(({ shape }) => /^[A-Za-z_]\w*\+?=/.test(shape));
  const isFunction = call.args.some(({ shape }) => /^-\w*f/.test(shape)) && call.name === "export";
  const isSecret =
    call.name !== "export" &&
    call.args.some(({ shape }) => /^-p$/.test(shape)) &&
    call.args.some(({ shape }) => isSecretVariable(shape));
  const isOpen = call.args.some((arg) => isUnknown(arg) && textOf(arg) === null) && call.name !== "let";
  return [
    reads(`${call.name} sets variables`),
    ...set.flatMap(({ shape }) =>
      environmentOutcome(
        shape.slice(0, shape.indexOf("=")).replace("+", ""),
        argOf(shape.slice(shape.indexOf("=") + 1)),
      ),
    ),
    ...(isFunction ? [ownCode("a function is passed on")] : []),
    ...(isSecret ? [trusted("it prints a secret")] : []),
    ...(isOpen
      ? [{ risk: "network" as const, because: "which variable is set is not known before it runs" }]
      : []),
  ];
}
